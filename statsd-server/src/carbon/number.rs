//! Text → number. Every text that the standard library reads as an `f64`, to the same bit; the short decimals
//! that metrics are made of take a shorter way.

/// Powers of ten that an `f64` holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Digits that always fit an `f64` exactly.
const EXACT_DIGITS: usize = 15;

/// Reads a number; infinities and "not a number" are some. `None`: the text is none.
pub(super) fn parse(text: &str) -> Option<f64> {
    plain(text.as_bytes()).or_else(|| text.parse().ok())
}

/// Sign, up to fifteen digits, at most one point. The digits and the power of ten are exact, so their quotient is
/// the nearest `f64`.
fn plain(text: &[u8]) -> Option<f64> {
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
    let magnitude = match fraction {
        Some(point) => mantissa as f64 / EXACT_POWERS.get(seen - point)?,
        None => mantissa as f64,
    };
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests;
