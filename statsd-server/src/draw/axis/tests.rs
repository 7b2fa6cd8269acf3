use proptest::prelude::*;

use super::*;

fn labels<T>(ticks: &[Tick<T>]) -> Vec<&str> {
    ticks.iter().map(|tick| tick.label.as_str()).collect()
}

/// 2026-03-04 04:53:20 UTC.
const NOW: i64 = 1_772_600_000;

fn time_labels(from: i64, until: i64, zone: &TimeZone) -> Vec<String> {
    times(from, until, 60, zone).into_iter().map(|tick| tick.label).collect()
}

#[test]
fn values_are_round_and_hold_the_data() {
    assert_eq!(labels(&values(20.1, 39.9, 5)), ["20", "25", "30", "35", "40"]);
    assert_eq!(labels(&values(-29.0, 19.0, 4)), ["-40", "-20", "0", "20"]);
    assert_eq!(labels(&values(0.0, 1.0, 5)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
}

#[test]
fn an_axis_near_zero_begins_there() {
    assert_eq!(labels(&values(1.0, 50.0, 5)), ["0", "10", "20", "30", "40", "50"]);
    assert_eq!(labels(&values(-50.0, -1.0, 2)), ["-50", "0"]);
}

#[test]
fn large_and_small_values_have_a_unit() {
    assert_eq!(labels(&values(0.0, 2_000_000.0, 4)), ["0", "0.5M", "1.0M", "1.5M", "2.0M"]);
    assert_eq!(labels(&values(0.0, 9e9, 3)), ["0", "5G", "10G"]);
    assert_eq!(labels(&values(0.0, 3e-6, 3)), ["0", "1µ", "2µ", "3µ"]);
    assert_eq!(labels(&values(0.0, 1e300, 2)), ["0", "5.0e299", "1.0e300"]);
}

#[test]
fn constant_data_lies_in_the_middle() {
    assert_eq!(labels(&values(7.0, 7.0, 2)), ["6", "7", "8"]);
    assert_eq!(labels(&values(0.0, 0.0, 2)), ["0", "0.5", "1.0"]);
}

#[test]
fn short_values_have_three_digits() {
    for (value, expected) in [
        (0.0, "0"),
        (5.0, "5"),
        (100.0, "100"),
        (37.293, "37.3"),
        (-12_345.0, "-12.3k"),
        (1_500.0, "1.5k"),
        (999.96, "1000"),
        (0.5, "0.5"),
        (0.001_234, "0.00123"),
        (4.2e-5, "42µ"),
        (1e17, "100P"),
        (1.5e300, "1.50e300"),
        (-1e-300, "-1.00e-300"),
    ] {
        assert_eq!(short(value), expected);
    }
}

#[test]
fn times_are_round_and_named_by_their_spacing() {
    let utc = &TimeZone::UTC;
    assert_eq!(time_labels(NOW - 60, NOW, utc), ["04:52:30", "04:52:45", "04:53:00", "04:53:15"]);
    assert_eq!(time_labels(NOW - 3_600, NOW, utc)[..2], ["04:00", "04:10"]);
    assert_eq!(time_labels(NOW - 86_400, NOW, utc)[1..], ["12:00", "18:00", "Mar 4"]);
    assert_eq!(time_labels(NOW - 5 * 86_400, NOW, utc)[..2], ["Feb 28", "Mar 1"]);
    assert_eq!(time_labels(NOW - 365 * 86_400, NOW, utc)[..2], ["Apr 2025", "Jul 2025"]);
    assert_eq!(time_labels(0, NOW, utc)[..2], ["1970", "1980"]);
}

#[test]
fn times_follow_the_readers_clock() {
    let kolkata = TimeZone::posix("IST-5:30").unwrap();
    let ticks = times(NOW - 86_400, NOW, 60, &kolkata);
    assert!(ticks.iter().all(|tick| (tick.at + 19_800) % 10_800 == 0), "{ticks:?}");
}

#[test]
fn a_skipped_hour_does_not_repeat_a_time() {
    let new_york = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
    // 2026-03-08, 00:00 to 06:00 in New York: five hours.
    let ticks = times(1_772_946_000, 1_772_964_000, 60, &new_york);
    assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at), "{ticks:?}");
    assert_eq!(ticks.last().unwrap().label, "06:00");
}

#[test]
fn a_span_names_the_day_once_where_it_is_the_same() {
    assert_eq!(span(NOW - 3_600, NOW, &TimeZone::UTC), "2026-03-04 03:53 – 04:53 UTC");
    assert_eq!(span(NOW - 86_400, NOW, &TimeZone::UTC), "2026-03-03 04:53 – 2026-03-04 04:53 UTC");
}

proptest! {
    #[test]
    fn any_data_gets_a_few_ticks_around_it(
        a in any::<f64>().prop_filter("finite", |v| v.is_finite()),
        b in any::<f64>().prop_filter("finite", |v| v.is_finite()),
        most in 0_usize..12,
    ) {
        let (low, high) = (a.min(b).clamp(-VALUE_MAX, VALUE_MAX), a.max(b).clamp(-VALUE_MAX, VALUE_MAX));
        let ticks = values(low, high, most);
        let slack = (high - low).abs().max(low.abs()).max(1e-190) * 1e-9;
        prop_assert!((2..=most.max(1) + 3).contains(&ticks.len()), "{ticks:?}");
        prop_assert!(ticks[0].at <= low + slack && high - slack <= ticks[ticks.len() - 1].at, "{ticks:?}");
        prop_assert!(!short(a).is_empty());
    }

    #[test]
    fn any_span_has_ordered_times_within_it(
        from in 0_i64..253_402_207_200,
        length in 1_i64..253_402_207_200,
        room in 0_usize..500,
    ) {
        let until = from + length;
        let ticks = times(from, until, room, &TimeZone::UTC);
        prop_assert!(ticks.len() <= room / 7 + 110);
        prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
        prop_assert!(ticks.iter().all(|tick| (from..=until).contains(&tick.at)));
    }
}
