use proptest::prelude::*;

use super::*;

fn text(number: Number<'_>) -> String {
    let mut out = Vec::new();
    number.write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn floats_are_shortest_and_without_exponent() {
    assert_eq!(text(Number::Float(1.0)), "1");
    assert_eq!(text(Number::Float(0.1 + 0.2)), "0.30000000000000004");
    assert_eq!(text(Number::Float(1e-5)), "0.00001");
    assert_eq!(text(Number::Float(1e21)), "1000000000000000000000");
    assert_eq!(text(Number::Float(-0.0)), "0");
    assert_eq!(text(Number::Float(-1e15)), "-1000000000000000");
    assert_eq!(text(Number::Signed(3.0)), "+3");
    assert_eq!(text(Number::Signed(-3.5)), "-3.5");
    assert_eq!(text(Number::Signed(-0.0)), "+0");
}

#[test]
fn durations_are_milliseconds_with_their_fraction() {
    for (nanos, milliseconds) in [
        (0, "0"),
        (1, "0.000001"),
        (3_000, "0.003"),
        (1_500_000, "1.5"),
        (10_000_000, "10"),
        (1_001_000_000, "1001"),
        (157_356_000, "157.356"),
        (100_000_100, "100.0001"),
        (u64::MAX, "18446744073709.551615"),
    ] {
        assert_eq!(text(Number::Nanos(nanos)), milliseconds);
    }
}

#[test]
fn integers_at_their_ends() {
    for number in [0, 9, 10, 99, 100, 999, 1000, i64::MAX, -1, -10, -100, i64::MIN] {
        assert_eq!(text(Number::Integer(number)), number.to_string());
    }
}

proptest! {
    #[test]
    fn integers_are_written_as_the_standard_library_does(number: i64, digits in 0_u32..64) {
        let number = number >> digits;
        prop_assert_eq!(text(Number::Integer(number)), number.to_string());
    }

    #[test]
    fn finite_floats_are_read_back_as_they_were(number in proptest::num::f64::ANY) {
        prop_assume!(number.is_finite());
        for number in [number, number.trunc()] {
            let text = text(Number::Float(number));
            prop_assert!(!text.contains(['e', 'E']), "{text}");
            prop_assert_eq!(text.parse::<f64>().unwrap(), number);
            prop_assert_eq!(parse_number(text.as_bytes()), Some(number));
        }
    }

    #[test]
    fn durations_lose_nothing(nanos: u64, digits in 0_u32..64) {
        let nanos = nanos >> digits;
        let text = text(Number::Nanos(nanos));
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        prop_assert!(!fraction.ends_with('0'));
        let padded = format!("{whole}{fraction:0<6}");
        prop_assert_eq!(padded.parse::<u64>().unwrap(), nanos);
    }
}
