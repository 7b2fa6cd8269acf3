//! Numbers as JavaScript writes them, which is how etsy's outputs do.

/// Appends a finite number: its shortest digits, plain from 1e-6 up to 1e21, `-0` as `0`.
pub(super) fn push_number(out: &mut String, value: f64) {
    out.push_str(ryu_js::Buffer::new().format_finite(value));
}

#[cfg(test)]
mod tests {
    use super::push_number;

    fn text(value: f64) -> String {
        let mut out = String::new();
        push_number(&mut out, value);
        out
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
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.25e300, "-1.25e+300"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(value), written);
        }
    }
}
