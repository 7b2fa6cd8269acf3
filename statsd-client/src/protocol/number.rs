//! Text ↔ number, as StatsD servers read it: JavaScript's `Number()` on the way in, shortest
//! round-trip digits without an exponent on the way out.

/// Powers of ten that an `f64` holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Digits that always fit an `f64` exactly.
const EXACT_DIGITS: usize = 15;

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

/// Appends a finite number: the shortest digits that read back as the same `f64`, never an
/// exponent (some servers refuse one), no `.0` on whole numbers, `-0` as `0`.
pub(crate) fn write_number(out: &mut Vec<u8>, number: f64) {
    use std::io::Write as _;
    debug_assert!(number.is_finite(), "non-finite values are dropped before they are written");
    let positive_zero = number + 0.0;
    // Writing to a `Vec` cannot fail.
    let _written = write!(out, "{positive_zero}");
}
