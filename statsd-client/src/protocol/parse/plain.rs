//! The line that nearly every line is: `name:12.5|ms`, perhaps with `|@0.1`, read in one pass. Whatever
//! is more, or odd, is left to the careful reader, which comes to the same for these.

use super::super::name_hash::NameHash;
use super::super::types::{MetricType, Sample, Value};

/// Digits of a number that is exact in a `f64` before it is divided by a power of ten that is exact, too,
/// so that the quotient is the nearest number to what is written.
const DIGITS_MAX: usize = 15;

/// The powers of ten by which is divided.
const POWERS: [f64; DIGITS_MAX + 1] =
    [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads the first line of `packet`, if it is plain; yields what follows it, too.
#[inline]
pub(super) fn read(packet: &[u8], seed: u64, histograms: bool) -> Option<(Sample<'_>, &[u8])> {
    let (name, name_hash, rest) = name(packet, seed)?;
    let (value, rest) = number(rest)?;
    let (kind, rest) = match rest {
        [b'|', b'c', rest @ ..] => (MetricType::Counter, rest),
        [b'|', b'm', b's', rest @ ..] => (MetricType::Timer, rest),
        [b'|', b'g', rest @ ..] => (MetricType::Gauge, rest),
        [b'|', b'h', rest @ ..] if histograms => (MetricType::Histogram, rest),
        [b'|', b'd', rest @ ..] if histograms => (MetricType::Distribution, rest),
        _ => return None,
    };
    let (rate, rest) = match rest {
        [b'|', b'@', rest @ ..] => number(rest).filter(|(rate, _)| *rate > 0.0)?,
        _ => (1.0, rest),
    };
    let rest = match rest {
        [] => rest,
        [b'\n', rest @ ..] => rest,
        _ => return None,
    };
    let value = Value::Number(value);
    Some((Sample { name, name_hash, tags: None, kind, value, rate }, rest))
}

/// What stands before the first colon, where no line ends before that and no field begins; and its hash.
#[inline]
fn name(packet: &[u8], seed: u64) -> Option<(&[u8], u64, &[u8])> {
    let mut hash = NameHash::new(seed);
    let (words, tail) = packet.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let ends = ends(word);
        if ends != 0 {
            return split(packet, at, word, ends, hash);
        }
        hash.add(word);
        at += 8;
    }
    let mut word = [0; 8];
    word[..tail.len()].copy_from_slice(tail);
    let word = u64::from_le_bytes(word);
    split(packet, at, word, ends(word), hash)
}

/// The name that ends in the word at `at`, if a colon ends it.
#[inline]
fn split(
    packet: &[u8],
    at: usize,
    word: u64,
    ends: u64,
    hash: NameHash,
) -> Option<(&[u8], u64, &[u8])> {
    let bits = ends.trailing_zeros() & !7;
    let end = at + bits as usize / 8;
    let (name, [b':', rest @ ..]) = packet.split_at_checked(end)? else { return None };
    let tail = word & !(u64::MAX << bits);
    Some((name, hash.finish(tail, name.len()), rest))
}

/// The highest bit of each byte of `word` that may end a name: a colon, a newline, a bar. An asterisk,
/// and what is not ASCII, may look like one. (After Warren, "Hacker's Delight", 6-1.)
#[inline]
fn ends(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const LOW: u64 = ONES * 0x7f;
    /// A colon and a newline differ in these bits only.
    const ALIKE: u64 = ONES * !(b':' ^ b'\n') as u64;
    const COLON: u64 = ONES * (b':' & b'\n') as u64;
    const BAR: u64 = ONES * b'|' as u64;
    let is_neither = ((word & ALIKE) ^ COLON).wrapping_add(LOW);
    let is_no_bar = (word ^ BAR).wrapping_add(LOW);
    (!(is_neither & is_no_bar) | word) & !LOW
}

/// Digits, with or without a point and more digits behind it.
#[inline]
fn number(text: &[u8]) -> Option<(f64, &[u8])> {
    let (whole, whole_digits, rest) = digits(text, 0);
    if whole_digits == 0 || whole_digits > DIGITS_MAX {
        return None;
    }
    let [b'.', rest @ ..] = rest else { return Some((whole as f64, rest)) };
    let (all, parts, rest) = digits(rest, whole);
    if parts == 0 || whole_digits + parts > DIGITS_MAX {
        return None;
    }
    Some((all as f64 / POWERS[parts], rest))
}

/// Appends the digits that `text` begins with to `number`; yields how many they are, too. Beyond
/// `DIGITS_MAX` the number is no longer right.
#[inline]
fn digits(text: &[u8], mut number: u64) -> (u64, usize, &[u8]) {
    let mut count = 0;
    while let Some(digit @ b'0'..=b'9') = text.get(count) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        count += 1;
    }
    (number, count, &text[count..])
}

#[cfg(test)]
mod tests;
