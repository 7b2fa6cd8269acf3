//! Draws: whether a call is kept, once an event, before anything is formatted.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// The next number of a generator whose state has one writer: xorshift64* (Marsaglia 2003, Vigna
/// 2014), three shifts and a multiplication, far better than a sampling draw needs.
pub(crate) fn draw(state: &AtomicU64) -> u64 {
    let mut next = state.load(Ordering::Relaxed);
    next ^= next >> 12;
    next ^= next << 25;
    next ^= next >> 27;
    state.store(next, Ordering::Relaxed);
    next.wrapping_mul(0x2545_f491_4f6c_dd1d)
}

/// `true` for the share `rate` of draws: never at or below 0, always at or above 1.
pub(crate) fn keeps(state: &AtomicU64, rate: f64) -> bool {
    rate >= 1.0 || ((draw(state) >> 11) as f64 / (1_u64 << 53) as f64) < rate
}

/// A seed of its own for every thread and client.
pub(crate) fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Keeps one of every 2^shift in a row, at a place that is drawn: as fair as a draw each, and exact at
/// the end of every row.
#[derive(Debug, Default)]
pub(crate) struct Thinner {
    left: u64,
    kept_at: u64,
    shift: u8,
}

impl Thinner {
    /// Whether the next one is kept, and for two to the power of how many it then stands. A change of
    /// `shift` takes effect with the next row.
    pub(crate) fn keeps(&mut self, shift: u8, state: &AtomicU64) -> Option<u8> {
        if self.left == 0 {
            self.shift = shift.min(63);
            self.left = 1 << self.shift;
            self.kept_at = draw(state) & (self.left - 1);
        }
        self.left -= 1;
        (self.left == self.kept_at).then_some(self.shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_its_share() {
        let state = AtomicU64::new(42);
        let kept = (0..100_000).filter(|_| keeps(&state, 0.1)).count();
        // Three standard deviations of 100,000 draws at 0.1 are 285; the seed is fixed.
        assert!((9_715..=10_285).contains(&kept), "{kept} of 100,000 kept");
        assert!((0..1_000).all(|_| keeps(&state, 1.0)));
        assert!(!(0..1_000).any(|_| keeps(&state, 0.0)));
    }

    #[test]
    fn thinning_keeps_exactly_one_of_every_row() {
        let (state, mut thinner) = (AtomicU64::new(42), Thinner::default());
        for _ in 0..100 {
            let kept: Vec<_> = (0..8).filter_map(|_| thinner.keeps(3, &state)).collect();
            assert_eq!(kept, [3]);
        }
        assert_eq!(thinner.keeps(0, &state), Some(0));
    }
}
