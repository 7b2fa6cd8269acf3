//! The draw that decides whether a call is kept: once an event, before anything is formatted.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A thread's own generator, xorshift64* (Marsaglia 2003, Vigna 2014): three shifts and a
/// multiplication, far better than a sampling draw needs.
#[derive(Debug)]
pub(crate) struct Sampler {
    state: Cell<u64>,
}

impl Sampler {
    /// A generator that starts elsewhere for every thread and process.
    pub(crate) fn new() -> Self {
        Self { state: Cell::new(RandomState::new().build_hasher().finish() | 1) }
    }

    /// `true` for the share `rate` of calls: never at or below 0, always at or above 1.
    pub(crate) fn keeps(&self, rate: f64) -> bool {
        rate >= 1.0 || self.draw() < rate
    }

    /// A number in `[0, 1)`, of 53 bits.
    fn draw(&self) -> f64 {
        let mut state = self.state.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.state.set(state);
        let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_its_share() {
        let sampler = Sampler { state: Cell::new(42) };
        let kept = (0..100_000).filter(|_| sampler.keeps(0.1)).count();
        // Three standard deviations of 100,000 draws at 0.1 are 285; the seed is fixed.
        assert!((9_715..=10_285).contains(&kept), "{kept} of 100,000 kept");
        assert!((0..1_000).all(|_| sampler.keeps(1.0)));
        assert!(!(0..1_000).any(|_| sampler.keeps(0.0)));
    }
}
