//! Samples in their order.

use super::samples::Samples;

/// Samples for which the room for sorting is kept; a larger one is given back.
const KEPT: usize = 64 << 10;

/// Sorts samples in memory of its own, one timer after another.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    keys: Vec<u64>,
    values: Vec<f64>,
}

impl Sorted {
    /// The samples, the smallest first, as `f64::total_cmp` orders them.
    ///
    /// Sorts whole numbers that are in the same order, for which the standard library is fastest.
    pub(super) fn sort(&mut self, samples: &Samples) -> &[f64] {
        self.keys.clear();
        self.values.clear();
        if samples.len() <= KEPT {
            self.keys.shrink_to(KEPT);
            self.values.shrink_to(KEPT);
        }
        self.keys.extend(samples.iter().map(key));
        self.keys.sort_unstable();
        self.values.extend(self.keys.iter().copied().map(value));
        &self.values
    }
}

/// A number's bits, so that whole numbers are in the numbers' order.
pub(super) fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if value.is_sign_negative() { !bits } else { bits | SIGN }
}

/// The number of a [`key`].
pub(super) fn value(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}

const SIGN: u64 = 1 << 63;
