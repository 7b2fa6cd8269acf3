//! The line that nearly every line is: `name:12.5|ms`, perhaps with `|@0.1`, read in one pass. Whatever
//! is more, or odd, is left to the careful reader, which comes to the same for these.

use super::super::types::{MetricType, Sample, Value};

/// Digits of a number that is exact in a `f64` before it is divided by a power of ten that is exact, too,
/// so that the quotient is the nearest number to what is written.
const DIGITS_MAX: usize = 15;

/// The powers of ten by which is divided.
const POWERS: [f64; DIGITS_MAX + 1] =
    [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads the first line of `packet`, if it is plain; yields what follows it, too.
#[inline]
pub(super) fn read(packet: &[u8], histograms: bool) -> Option<(Sample<'_>, &[u8])> {
    let (name, rest) = name(packet)?;
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
    Some((Sample { name, tags: None, kind, value: Value::Number(value), rate }, rest))
}

/// What stands before the first colon, where no line ends before that, and no field begins.
#[inline]
fn name(packet: &[u8]) -> Option<(&[u8], &[u8])> {
    let (words, tail) = packet.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let ends = holds(word, b':') | holds(word, b'|') | holds(word, b'\n');
        if ends != 0 {
            return split(packet, at + ends.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let end = tail.iter().position(|byte| matches!(byte, b':' | b'|' | b'\n'))?;
    split(packet, at + end)
}

#[inline]
fn split(packet: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    match packet.split_at(at) {
        (name, [b':', rest @ ..]) => Some((name, rest)),
        _ => None,
    }
}

/// The highest bit of each byte of `word` that is `byte`, up to and including the first; above that
/// there may be more. (Warren, "Hacker's Delight", 6-1.)
#[inline]
fn holds(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let zero = word ^ (ONES * byte as u64);
    zero.wrapping_sub(ONES) & !zero & (ONES << 7)
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
