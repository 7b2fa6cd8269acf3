//! The hash of a name, as far as it can be had in the pass that finds the name's end.

/// Hashes a name for a table, eight bytes at a time, by multiplication to 128 bits whose halves are folded
/// into one. Whoever does not know the seed, which should be random, cannot aim for names that collide.
///
/// It is the [`Sample::name_hash`](super::Sample::name_hash) of samples that were read with the same seed.
///
/// ```
/// use statsd_client::protocol::{Dialect, hash_name, parse};
///
/// let sample = parse(b"users.new:1|c", Dialect::Etsy).seeded(7).next().unwrap().unwrap();
/// assert_eq!(sample.name_hash, hash_name(b"users.new", 7));
/// ```
pub fn hash_name(name: &[u8], seed: u64) -> u64 {
    let mut hash = NameHash::new(seed);
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        hash.add(u64::from_le_bytes(*word));
    }
    let mut tail = [0; 8];
    tail[..rest.len()].copy_from_slice(rest);
    hash.finish(u64::from_le_bytes(tail), name.len())
}

/// A hash that is not finished.
#[derive(Clone, Copy)]
pub(super) struct NameHash(u64);

/// Odd, half of its bits set, and of no meaning: the fractional part of the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The same of the square root of two.
const LAST: u64 = 0x6a09_e667_f3bc_c909;

impl NameHash {
    #[inline]
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Eight more bytes.
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        self.0 = folded(self.0 ^ word, FACTOR);
    }

    /// What is left, less than eight bytes in the low end of a word, and how long the name is.
    #[inline]
    pub(super) fn finish(self, tail: u64, len: usize) -> u64 {
        folded(self.0 ^ tail, FACTOR ^ len as u64).wrapping_mul(LAST)
    }
}

#[inline]
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are meant")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_a_byte_or_in_length_have_other_hashes() {
        let mut hashes: Vec<u64> = Vec::new();
        for len in 0..40 {
            let mut name = vec![0; len];
            hashes.push(hash_name(&name, 1));
            for at in 0..len {
                name[at] = b'x';
                hashes.push(hash_name(&name, 1));
                name[at] = 0;
            }
        }
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn ordinary_names_spread_evenly_over_the_upper_bits() {
        let mut slots = vec![0_u32; 1 << 12];
        for n in 0..slots.len() * 8 {
            let hash = hash_name(format!("shop.host-{}.requests.{n}", n % 7).as_bytes(), 99);
            slots[(hash >> 52) as usize] += 1;
        }
        // Of eight a slot more than thirty are as good as impossible where they fall at random.
        assert!(slots.iter().all(|n| *n < 31));
        let empty = slots.iter().filter(|n| **n == 0).count();
        assert!(empty < 10, "{empty} slots of 4,096 are empty; chance leaves one or two");
    }

    #[test]
    fn the_seed_decides_where_names_fall() {
        let collide = |seed| hash_name(b"a", seed) >> 56 == hash_name(b"b", seed) >> 56;
        assert!((0..200).filter(|seed| collide(*seed)).count() < 10);
    }
}
