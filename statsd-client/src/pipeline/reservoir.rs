//! The values of one context between two flushes: all of them up to a limit, then a fair sample.
//!
//! Every kept value stands for two to the power of its *shift* many calls. Over the limit values are
//! paired, one of each pair is drawn, and stands for both; of further ones one in a row is kept. So every
//! value had the same chance per call it stands for, and the number of calls that a flush speaks for is
//! right but for its last row. Rates do not mix in here: a rate is part of the context.

use std::sync::atomic::AtomicU64;

use super::sampler::{Thinner, draw};

/// Shifts that there are: a value stands for less than 2^64 calls.
const SHIFTS: usize = 64;

/// Values for which memory is kept from flush to flush.
const KEPT_CAPACITY: usize = 1024;

/// Values, each with its shift.
#[derive(Debug, Default)]
pub(crate) struct Reservoir {
    values: Vec<(u8, u64)>,
    /// No value has a smaller shift.
    level: u8,
    thinner: Thinner,
}

impl Reservoir {
    /// Adds a value that stands for two to the power of `shift` calls.
    pub(crate) fn push(&mut self, value: u64, shift: u8, limit: usize, draws: &AtomicU64) {
        let shift = if shift < self.level {
            let Some(by) = self.thinner.keeps(self.level - shift, draws) else { return };
            shift + by
        } else {
            shift
        };
        if self.values.len() >= limit.max(SHIFTS + 1) {
            self.thin(draws);
        }
        self.values.push((shift, value));
    }

    /// Pairs the values that stand for the fewest calls, and keeps one of each pair for both.
    fn thin(&mut self, draws: &AtomicU64) {
        let mut counts = [0_u32; SHIFTS];
        self.values.iter().for_each(|&(shift, _)| counts[usize::from(shift) % SHIFTS] += 1);
        // There is one: more values than shifts.
        let fewest = counts.iter().position(|&count| count > 1).unwrap_or(0);
        let mut pair = None;
        self.values.retain_mut(|(shift, value)| {
            if usize::from(*shift) != fewest {
                return true;
            }
            let Some(other) = pair.take() else {
                pair = Some(*value);
                return false;
            };
            *shift += 1;
            *value = if draw(draws) >> 63 == 0 { *value } else { other };
            true
        });
        let fewest = u8::try_from(fewest).unwrap_or(u8::MAX);
        // An odd one out goes on to stand for as many as before.
        self.values.extend(pair.map(|value| (fewest, value)));
        self.level = self.level.max(fewest + 1);
    }

    /// Hands on the values, those of one shift together, and begins anew.
    pub(crate) fn drain(&mut self, mut group: impl FnMut(u8, &mut dyn Iterator<Item = u64>)) {
        if self.level > 0 || self.values.iter().any(|&(shift, _)| shift > 0) {
            // Stable: within a shift the order of the calls is kept.
            self.values.sort_by_key(|&(shift, _)| shift);
        }
        for values in self.values.chunk_by(|one, other| one.0 == other.0) {
            group(values[0].0, &mut values.iter().map(|&(_, value)| value));
        }
        self.values.clear();
        self.values.shrink_to(KEPT_CAPACITY);
        self.level = 0;
        self.thinner = Thinner::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(reservoir: &mut Reservoir) -> Vec<(u8, Vec<u64>)> {
        let mut groups = Vec::new();
        reservoir.drain(|shift, values| groups.push((shift, values.collect())));
        groups
    }

    #[test]
    fn below_the_limit_every_value_is_kept_in_order() {
        let (mut reservoir, draws) = (Reservoir::default(), AtomicU64::new(1));
        for value in [3, 1, 2] {
            reservoir.push(value, 0, 8, &draws);
        }
        reservoir.push(9, 2, 8, &draws);
        assert_eq!(groups(&mut reservoir), [(0, vec![3, 1, 2]), (2, vec![9])]);
        assert_eq!(groups(&mut reservoir), []);
    }

    #[test]
    fn over_the_limit_the_number_of_calls_stays_right_and_the_values_fair() {
        let draws = AtomicU64::new(42);
        let (mut sum, mut spoken_for) = (0, 0);
        for _ in 0..200 {
            let mut reservoir = Reservoir::default();
            for value in 0..4_096 {
                reservoir.push(value, 0, 128, &draws);
            }
            let (mut calls, mut row, mut kept) = (0_u64, 0, 0);
            for (shift, values) in groups(&mut reservoir) {
                kept += values.len();
                row = 1 << shift;
                calls += (values.len() as u64) << shift;
                sum += values.iter().sum::<u64>() << shift;
            }
            assert!((64..=128).contains(&kept), "{kept} values");
            assert!(calls.abs_diff(4_096) < row, "{calls} calls");
            spoken_for += calls;
        }
        // A uniform sample's mean: the standard deviation of one kept value is 1,182, that of the mean
        // over 200 rounds of at least 64 values below 11; the seed is fixed.
        let mean = sum as f64 / spoken_for as f64;
        assert!((mean - 2_047.5).abs() < 33.0, "{mean}");
    }
}
