//! Numbers as JavaScript writes them, which is how etsy's outputs do.

/// Appends a finite number: its shortest digits, plain from 1e-6 up to 1e21, `-0` as `0`.
#[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
pub(super) fn push_number(out: &mut String, value: f64) {
    let whole = value as i64;
    if whole.unsigned_abs() < WHOLE_MAX && whole as f64 == value {
        push_whole(out, whole);
    } else if let Some(tenths) = tenths(value) {
        // A tenth has no shorter text: a count of ten seconds is a rate of tenths.
        if value < 0.0 && tenths > -10 {
            out.push('-');
        }
        push_whole(out, tenths / 10);
        out.push('.');
        push_whole(out, (tenths % 10).abs());
    } else {
        out.push_str(ryu_js::Buffer::new().format_finite(value));
    }
}

/// How many tenths a number is, if it is what a text of whole tenths is read as.
#[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
fn tenths(value: f64) -> Option<i64> {
    let tenths = (value * 10.0).round();
    let exact = tenths.abs() < TENTHS_MAX && tenths / 10.0 == value;
    exact.then_some(tenths as i64)
}

/// Below it a number has fewer digits than a double tells apart, so that no other text of as many digits
/// is read as the same.
const TENTHS_MAX: f64 = 1e15;

/// Below it whole numbers are exact, and written by their digits: most numbers are whole.
const WHOLE_MAX: u64 = 1 << 53;

fn push_whole(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    let mut rest = number.unsigned_abs();
    let (mut digits, mut at) = ([b'0'; 16], 16);
    loop {
        at -= 1;
        digits[at] += (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.push_str(str::from_utf8(&digits[at..]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::push_number;

    fn text(value: f64) -> String {
        let mut out = String::new();
        push_number(&mut out, value);
        out
    }

    fn ryu(value: f64) -> String {
        ryu_js::Buffer::new().format_finite(value).to_owned()
    }

    #[test]
    fn numbers_are_written_as_javascript_does() {
        for (value, written) in [
            (0.0, "0"),
            (-0.0, "0"),
            (5.0, "5"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-7, "1.5e-7"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (-9_007_199_254_740_992.0, "-9007199254740992"),
            (-170.0, "-170"),
            (0.1, "0.1"),
            (-0.3, "-0.3"),
            (1234.5, "1234.5"),
            (-12.7, "-12.7"),
            (99_999_999_999_999.9, "99999999999999.9"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.25e300, "-1.25e+300"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(value), written);
        }
    }

    proptest::proptest! {
        #[test]
        fn short_cuts_come_to_the_same(n in -10_000_000_000_i64..10_000_000_000, by in 1_u32..2_000) {
            let value = n as f64 / f64::from(by);
            proptest::prop_assert_eq!(text(value), ryu(value));
        }

        #[test]
        fn tenths_come_to_the_same(n in -10_000_000_000_000_000_i64..10_000_000_000_000_000) {
            let value = n as f64 / 10.0;
            proptest::prop_assert_eq!(text(value), ryu(value));
        }
    }
}
