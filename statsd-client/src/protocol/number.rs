//! Text ↔ number, as StatsD servers read it: JavaScript's `Number()` on the way in, shortest
//! round-trip digits without an exponent on the way out.

use super::name::legal_member;

/// Powers of ten that an `f64` holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Digits that always fit an `f64` exactly.
const EXACT_DIGITS: usize = 15;

const NANOS_PER_MILLI: u64 = 1_000_000;

/// Below it every whole number is an `f64`: 2^53.
const WHOLE_FLOATS: f64 = 9_007_199_254_740_992.0;

/// As many as a `u64` has: 20.
const INTEGER_DIGITS: usize = u64::MAX.ilog10() as usize + 1;

/// `00` to `99`.
const DIGIT_PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let (mut tens, mut at) = (b'0', 0);
    while at < pairs.len() {
        let mut ones = b'0';
        while ones <= b'9' {
            pairs[at] = [tens, ones];
            at += 1;
            ones += 1;
        }
        tens += 1;
    }
    pairs
};

/// Reads a number as JavaScript's `Number()` does, which is etsy's rule (`lib/helpers.js`): white
/// space around it is free, white space alone is 0, an exponent or a `0x`, `0o`, `0b` prefix is
/// read. `None`: not a number. The result may be infinite; callers refuse that.
pub(crate) fn parse_number(text: &[u8]) -> Option<f64> {
    if text.is_empty() {
        return None;
    }
    if let Some(number) = parse_plain(text) {
        return Some(number);
    }
    let text = core::str::from_utf8(text).ok()?.trim_matches(is_js_space);
    match text.as_bytes() {
        [] => Some(0.0),
        [b'0', b'x' | b'X', digits @ ..] => parse_radix(digits, 16),
        [b'0', b'o' | b'O', digits @ ..] => parse_radix(digits, 8),
        [b'0', b'b' | b'B', digits @ ..] => parse_radix(digits, 2),
        bytes => parse_decimal(text, bytes),
    }
}

/// White space to JavaScript: Unicode's, and the byte order mark.
pub(crate) fn is_js_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// The common case without a detour: sign, up to fifteen digits, at most one point. Mantissa and
/// power of ten are exact, so their quotient is correctly rounded.
fn parse_plain(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let mut mantissa: u64 = 0;
    let mut seen = 0_usize;
    let mut fraction = None;
    for &byte in digits {
        match byte {
            b'0'..=b'9' if seen < EXACT_DIGITS => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                seen += 1;
            }
            b'.' if fraction.is_none() => fraction = Some(seen),
            _ => return None,
        }
    }
    if seen == 0 {
        return None;
    }
    let scale = fraction.map_or(0, |point| seen - point);
    let magnitude = mantissa as f64 / EXACT_POWERS.get(scale)?;
    Some(if negative { -magnitude } else { magnitude })
}

fn parse_radix(digits: &[u8], radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0.0, |sum, &byte| {
        let digit = char::from(byte).to_digit(radix)?;
        Some(sum * f64::from(radix) + f64::from(digit))
    })
}

/// Rust reads more than JavaScript does (`inf`, `nan`, `infinity` in any case), so the letters are
/// checked first.
fn parse_decimal(text: &str, bytes: &[u8]) -> Option<f64> {
    let unsigned = match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        _ => bytes,
    };
    let digits_only =
        unsigned.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if digits_only || unsigned == b"Infinity" { text.parse().ok() } else { None }
}

/// A value as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number<'a> {
    /// A count.
    Integer(i64),
    /// Milliseconds, or a gauge's value.
    Float(f64),
    /// A gauge's change: always with its sign.
    Signed(f64),
    /// A duration in nanoseconds, written as milliseconds with their fraction, exactly.
    Nanos(u64),
    /// A set's member, which is made legal as it is written.
    Text(&'a str),
}

impl Number<'_> {
    /// Appends the digits.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Integer(number) => {
                if number < 0 {
                    out.push(b'-');
                }
                write_integer(out, number.unsigned_abs());
            }
            Self::Float(number) => write_number(out, number),
            Self::Signed(number) => {
                if number >= 0.0 {
                    out.push(b'+');
                }
                write_number(out, number);
            }
            Self::Nanos(nanos) => {
                write_integer(out, nanos / NANOS_PER_MILLI);
                write_fraction(out, nanos % NANOS_PER_MILLI);
            }
            Self::Text(member) => out.extend_from_slice(legal_member(member).as_bytes()),
        }
    }
}

/// Appends a finite number: the shortest digits that read back as the same `f64`, never an
/// exponent (some servers refuse one), no `.0` on whole numbers, `-0` as `0`.
pub(crate) fn write_number(out: &mut Vec<u8>, number: f64) {
    use std::io::Write as _;
    debug_assert!(number.is_finite(), "non-finite values are dropped before they are written");
    if number.abs() < WHOLE_FLOATS && number.trunc() == number {
        if number < 0.0 {
            out.push(b'-');
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 2^53"
        )]
        write_integer(out, number.abs() as u64);
    } else {
        // Writing to a `Vec` cannot fail.
        let _written = write!(out, "{number}");
    }
}

/// Appends the digits of a whole number, two at a time: every event of a client comes by here, and
/// the formatting machinery costs several times as much.
pub(crate) fn write_integer(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; INTEGER_DIGITS];
    let mut at = digits.len();
    while number >= 100 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&pair(number % 100));
        number /= 100;
    }
    at -= 2;
    digits[at..at + 2].copy_from_slice(&pair(number));
    if number < 10 {
        at += 1;
    }
    out.extend_from_slice(&digits[at..]);
}

/// A point and the digits of so many millionths, without trailing zeros; nothing for none.
fn write_fraction(out: &mut Vec<u8>, millionths: u64) {
    if millionths == 0 {
        return;
    }
    out.push(b'.');
    for digits in [millionths / 10_000, millionths / 100 % 100, millionths % 100] {
        out.extend_from_slice(&pair(digits));
    }
    while out.last() == Some(&b'0') {
        out.pop();
    }
}

/// A number below 100 as two digits.
fn pair(number: u64) -> [u8; 2] {
    DIGIT_PAIRS[usize::try_from(number % 100).unwrap_or_default()]
}

#[cfg(test)]
mod tests;
