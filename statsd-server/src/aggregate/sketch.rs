//! Many samples in little memory: how many fell into each of some thousand ranges.

use super::sorted;

/// Bits of a number's order that a range ignores: what is left is its sign, its power of two, and a
/// sixty-fourth of that.
const IGNORED_BITS: u32 = 46;

/// Ranges of one sketch; with eight bytes each it stays below 8 KB. Beyond that the two lowest become
/// one, because people look at the slow end.
const RANGES_MAX: usize = 960;

/// Bytes that a sketch takes at the most.
pub(super) const SKETCH_MAX_BYTES: usize = size_of::<Sketch>() + RANGES_MAX * size_of::<Range>();

/// A mergeable summary of samples, in the manner of `DDSketch` (Masson, Rim and Lee, 2019), whose ranges
/// are cut by the bits of the numbers themselves.
///
/// How many samples there are, their sum, their squares' sum, the smallest and the largest are exact.
/// A value that is read off by its rank is wrong by at most 1/128 of itself (0.8 %), and so are sums of the
/// lowest or highest samples; unless there are more than `RANGES_MAX` ranges, 15 powers of two of dense
/// samples, where that holds for the upper ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sketch {
    /// By their keys.
    ranges: Vec<Range>,
    count: u64,
    sum: f64,
    sum_squares: f64,
    min: f64,
    max: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    key: u32,
    count: u32,
}

impl Sketch {
    /// Adds a sample. A binary search; moves up to 8 KB where its range is new.
    pub(super) fn add(&mut self, value: f64) {
        self.take(value, value, value, value * value, 1);
        self.add_range(Range { key: range(value), count: 1 });
    }

    /// Adds all samples of another one.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.count > 0 {
            self.take(other.min, other.max, other.sum, other.sum_squares, other.count);
            other.ranges.iter().for_each(|range| self.add_range(*range));
        }
    }

    fn take(&mut self, min: f64, max: f64, sum: f64, sum_squares: f64, count: u64) {
        let is_first = self.count == 0;
        self.min = if is_first { min } else { self.min.min(min) };
        self.max = if is_first { max } else { self.max.max(max) };
        self.sum += sum;
        self.sum_squares += sum_squares;
        self.count += count;
    }

    fn add_range(&mut self, new: Range) {
        let at = match self.ranges.binary_search_by_key(&new.key, |range| range.key) {
            Ok(at) => {
                let count = &mut self.ranges[at].count;
                *count = count.saturating_add(new.count);
                return;
            }
            Err(at) => at,
        };
        if self.ranges.len() < RANGES_MAX {
            self.ranges.insert(at, new);
        } else if at == 0 {
            // Below the lowest, which stands for all that is below.
            self.ranges[0].count = self.ranges[0].count.saturating_add(new.count);
        } else {
            let lowest = self.ranges.remove(0);
            self.ranges[0].count = self.ranges[0].count.saturating_add(lowest.count);
            if at == 1 {
                self.ranges[0].count = self.ranges[0].count.saturating_add(new.count);
            } else {
                self.ranges.insert(at - 1, new);
            }
        }
    }

    /// How many samples there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Sum, and sum of squares, of all.
    pub(super) fn sums(&self) -> (f64, f64) {
        (self.sum, self.sum_squares)
    }

    /// The sample of that rank from below, of which there are fewer than `count`.
    pub(super) fn at(&self, rank: u64) -> f64 {
        if rank == 0 {
            return self.min;
        }
        if rank + 1 >= self.count {
            return self.max;
        }
        let mut below = 0;
        let range = self.ranges.iter().find(|range| {
            below += u64::from(range.count);
            below > rank
        });
        range.map_or(self.max, |range| self.middle(range.key))
    }

    /// Sum, and sum of squares, of the lowest `n` samples.
    pub(super) fn sums_of_lowest(&self, n: u64) -> (f64, f64) {
        if n >= self.count {
            return self.sums();
        }
        let mut left = n;
        self.ranges.iter().fold((0.0, 0.0), |(sum, squares), range| {
            let taken = left.min(range.count.into());
            left -= taken;
            let (taken, value) = (taken as f64, self.middle(range.key));
            (sum + taken * value, squares + taken * value * value)
        })
    }

    /// About how many samples are below the limit: a range counts where its middle is.
    pub(super) fn below(&self, limit: f64) -> u64 {
        let below = |range: &&Range| self.middle(range.key) < limit;
        self.ranges.iter().take_while(below).map(|range| u64::from(range.count)).sum()
    }

    /// What stands for a range's samples.
    fn middle(&self, key: u32) -> f64 {
        let (low, high) = (bound(key), bound(key + 1));
        f64::midpoint(low, high).clamp(self.min, self.max)
    }
}

/// The range of a number.
fn range(value: f64) -> u32 {
    u32::try_from(sorted::key(value) >> IGNORED_BITS).unwrap_or(u32::MAX)
}

/// The lowest number of a range.
fn bound(key: u32) -> f64 {
    sorted::value(u64::from(key) << IGNORED_BITS)
}

#[cfg(test)]
mod tests;
