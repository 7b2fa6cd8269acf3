use proptest::prelude::*;

use super::*;

/// 2026-03-04 04:53:20 UTC, a Wednesday: the moment of the cases recorded from graphite-web.
const NOW: i64 = 1_772_600_000;
const TODAY: i64 = 1_772_582_400;

/// Zones by rule, so that the tests do not need a time zone database.
fn zone(rule: &str) -> TimeZone {
    TimeZone::posix(rule).unwrap()
}

fn new_york() -> TimeZone {
    zone("EST5EDT,M3.2.0,M11.1.0")
}

fn utc(text: &str) -> i64 {
    parse(text, NOW, &TimeZone::UTC).unwrap()
}

fn reason(text: &str) -> String {
    parse(text, NOW, &TimeZone::UTC).unwrap_err().reason
}

/// Ends of `constantLine(1)` as graphite-web answered them (cases attime-002 to attime-077).
#[test]
fn recorded_times_of_graphite_web_in_utc() {
    for (text, expected) in [
        ("-1h", 1_772_596_400),
        ("-30min", 1_772_598_200),
        ("-3600seconds", 1_772_596_400),
        ("-1d", 1_772_513_600),
        ("-1years", 1_741_064_000),
        ("midnight", 1_772_582_400),
        ("today", 1_772_582_400),
        ("tomorrow", 1_772_668_800),
        ("midnight+1h", 1_772_586_000),
        ("midnight+4h", 1_772_596_800),
        ("04:00_20260303", 1_772_510_400),
        ("16:30_20260303", 1_772_555_400),
        ("03/01/2026", 1_772_323_200),
        ("03/02/2026", 1_772_409_600),
        ("feb1", 1_769_904_000),
        ("feb15", 1_771_113_600),
        ("now", 1_772_600_000),
        ("20251102", 1_762_041_600),
        ("20251103", 1_762_128_000),
    ] {
        assert_eq!(utc(text), expected, "{text}");
    }
}

/// As above, with the `tz` parameter.
#[test]
fn recorded_times_of_graphite_web_elsewhere() {
    let berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
    let kolkata = zone("IST-5:30");
    let sydney = zone("AEST-10AEDT,M10.1.0,M4.1.0/3");
    for (text, zone, expected) in [
        ("yesterday", new_york(), 1_772_427_600),
        ("today", new_york(), 1_772_514_000),
        ("20251102", new_york(), 1_762_056_000),
        ("20251103", new_york(), 1_762_146_000),
        ("noon", new_york(), 1_772_557_200),
        ("teatime", new_york(), 1_772_571_600),
        ("00:00_20251026", berlin.clone(), 1_761_429_600),
        ("00:00_20251027", berlin.clone(), 1_761_519_600),
        ("noon", berlin.clone(), 1_772_622_000),
        ("teatime", berlin, 1_772_636_400),
        ("yesterday", kolkata.clone(), 1_772_476_200),
        ("today", kolkata, 1_772_562_600),
        ("midnight", sydney, 1_772_542_800),
    ] {
        assert_eq!(parse(text, NOW, &zone), Ok(expected), "{text} in {zone:?}");
    }
}

#[test]
fn digits_are_an_epoch_unless_they_look_like_a_date() {
    assert_eq!(utc("1772600000"), NOW);
    assert_eq!(utc("0"), 0);
    assert_eq!(utc("20261332"), 20_261_332);
    assert_eq!(utc("19000101"), 19_000_101);
    assert_eq!(reason("99999999999999999999"), "later than the year 9999");
}

#[test]
fn case_blanks_underscores_and_commas_mean_nothing() {
    assert_eq!(utc(" Noon Yesterday "), TODAY - DAY / 2);
    assert_eq!(utc("NOW - 1 Hour"), NOW - HOUR);
    assert_eq!(utc("4:00pm_Feb_1,"), 1_769_904_000 + 16 * HOUR);
    assert_eq!(utc(""), NOW);
}

#[test]
fn every_time_of_day_goes_with_every_day() {
    let times = [
        ("", 0),
        ("8:50", 530),
        ("08:50am", 530),
        ("8:50pm", 1_250),
        ("9am", 540),
        ("9pm", 1_260),
        ("noon", 720),
        ("midnight", 0),
        ("teatime", 960),
    ];
    let days = [
        ("today", 0),
        ("yesterday", -1),
        ("tomorrow", 1),
        ("03/02/26", -2),
        ("3/2/2026", -2),
        ("20260302", -2),
        ("mar2", -2),
        ("march02", -2),
        ("wed", 0),
        ("wednesday", 0),
        ("tues", -1),
        ("thursday", -6),
    ];
    for (time, minutes) in times {
        for (day, offset) in days {
            assert_eq!(
                utc(&format!("{time}{day}")),
                TODAY + offset * DAY + minutes * MINUTE,
                "{time} {day}"
            );
        }
    }
}

#[test]
fn noon_and_midnight_by_the_clock_are_what_people_mean() {
    assert_eq!(utc("12am"), TODAY);
    assert_eq!(utc("12pm"), TODAY + DAY / 2);
    assert_eq!(utc("12:30am"), TODAY + 30 * MINUTE);
}

#[test]
fn two_digit_years_turn_at_seventy() {
    assert_eq!(utc("01/01/70"), 0);
    assert_eq!(utc("01/01/69"), 3_124_224_000);
}

#[test]
fn offsets_add_up_and_take_any_spelling_of_their_unit() {
    assert_eq!(utc("-1h30min"), NOW - 90 * MINUTE);
    assert_eq!(utc("now+1d2hours3minutes4s"), NOW + DAY + 2 * HOUR + 3 * MINUTE + 4);
    assert_eq!(utc("-2weeks"), NOW - 14 * DAY);
    assert_eq!(utc("-1mon"), NOW - 30 * DAY);
    assert_eq!(utc("-1month"), utc("-30days"));
    assert_eq!(utc("yesterday-15secs"), TODAY - DAY - 15);
}

#[test]
fn offsets_are_elapsed_time_over_a_change_of_clocks() {
    let before = parse("20260308", NOW, &new_york()).unwrap();
    assert_eq!(parse("20260308+1d", NOW, &new_york()), Ok(before + DAY));
    assert_eq!(parse("20260309", NOW, &new_york()), Ok(before + 23 * HOUR));
}

#[test]
fn skipped_and_repeated_local_times_are_standard_time() {
    let repeated = parse("01:30_20251102", NOW, &new_york()).unwrap();
    assert_eq!(repeated, parse("20251102", NOW, &new_york()).unwrap() + 2 * HOUR + 30 * MINUTE);
    let skipped = parse("02:30_20260308", NOW, &new_york()).unwrap();
    assert_eq!(skipped, parse("20260308", NOW, &new_york()).unwrap() + 2 * HOUR + 30 * MINUTE);
}

#[test]
fn times_before_the_epoch_are_the_epoch() {
    assert_eq!(utc("-100years"), 0);
    assert_eq!(utc("01/01/1960"), 0);
}

#[test]
fn errors_name_the_part_that_is_wrong() {
    for (text, expected) in [
        ("1h", "unknown day \"1h\""),
        ("garbage", "unknown day \"garbage\""),
        ("mondoy", "unknown day \"mondoy\""),
        ("noon+", "offset \"+\" needs a number and a unit at \"\""),
        ("-1", "offset \"-1\" needs a number and a unit at \"1\""),
        ("-h", "offset \"-h\" needs a number and a unit at \"h\""),
        ("-1d+2h", "offset \"-1d+2h\" needs a number and a unit at \"+2h\""),
        ("-5m", "unit \"m\" of \"-5m\" is min or mon"),
        ("-5fortnights", "unknown unit \"fortnights\"; there are s, min, h, d, w, mon, y"),
        ("-99999999999999999999y", "offset \"-99999999999999999999y\" is too large"),
        ("+9999y", "later than the year 9999"),
        ("13/45/2026", "\"13/45/2026\" is no date"),
        ("feb30", "\"feb30\" is no date"),
        ("feb", "\"feb\" is no date"),
        ("25:00", "\"25:00\" is no time of day"),
        ("13pm", "\"13\" is no time of day"),
        ("8:5", "\"8:5\" needs two digits of minutes"),
        ("noön", "not ASCII"),
    ] {
        assert_eq!(reason(text), expected, "{text}");
    }
    assert_eq!(reason(&"1".repeat(TIME_MAX_BYTES + 1)), "longer than 128 bytes");
}

#[test]
fn an_error_shows_the_text_it_is_about() {
    let error = parse("<b>", NOW, &TimeZone::UTC).unwrap_err();
    assert_eq!(error.to_string(), "\"<b>\" is not a time: unknown day \"<b>\"");
}

proptest! {
    #[test]
    fn no_text_panics(text in "([0-9:/+ _-]|am|pm|noon|mon|feb|now|min|h|d|[a-zü]){0,12}", now in any::<i64>()) {
        if let Ok(seconds) = parse(&text, now, &new_york()) {
            prop_assert!(seconds >= 0);
        }
    }
}
