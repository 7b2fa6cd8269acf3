use proptest::prelude::*;

use super::{ARCHIVES_MAX, Retention, finest_first, parse_retentions};
use crate::ErrorKind;

fn parsed(text: &str) -> (u32, u32) {
    let retention = text.parse::<Retention>().unwrap();
    (retention.seconds_per_point, retention.points)
}

fn refusal(text: &str) -> String {
    let error = parse_retentions(text).unwrap_err();
    error.to_string().strip_prefix(&format!("{text:?}: ")).expect("names the text").to_owned()
}

#[test]
fn plain_numbers_are_seconds_and_points() {
    assert_eq!(parsed("60:1440"), (60, 1440));
    assert_eq!(parsed(" 60:1440\n"), (60, 1440));
}

#[test]
fn any_prefix_of_a_unit_is_that_unit() {
    for unit in ["h", "ho", "hour", "hours"] {
        assert_eq!(parsed(&format!("1m:1{unit}")), (60, 60));
    }
    assert_eq!(parsed("10s:1d"), (10, 8_640));
    assert_eq!(parsed("1week:1y"), (604_800, 52));
    assert_eq!(parsed("1d:104"), (86_400, 104));
}

#[test]
fn a_length_shorter_than_the_step_keeps_no_points_and_is_no_archive() {
    assert_eq!(parsed("1h:1m"), (3_600, 0));
    assert_eq!(refusal("1h:1m"), "3600:0 keeps no points");
}

#[test]
fn text_that_is_no_retention_is_refused_with_its_reason() {
    for (text, reason) in [
        ("", "no colon between step and length"),
        ("60", "no colon between step and length"),
        (":5", "\"\" does not begin with a number"),
        ("60:", "\"\" does not begin with a number"),
        ("-1:5", "\"-1\" does not begin with a number"),
        ("10x:1", "\"x\" is not a unit (s, m, h, d, w, y)"),
        ("1M:1d", "\"M\" is not a unit (s, m, h, d, w, y)"),
        ("1mon:1d", "\"mon\" is not a unit (s, m, h, d, w, y)"),
        ("1:1d1", "\"d1\" is not a unit (s, m, h, d, w, y)"),
        ("1:1:1", "\":1\" is not a unit (s, m, h, d, w, y)"),
        ("0:5", "a step of 0 seconds"),
        ("0s:1d", "a step of 0 seconds"),
        ("1:99999999999999999999", "\"99999999999999999999\" is too large"),
        ("1:9999999999999999999y", "\"9999999999999999999y\" is too large"),
        ("1:4294967296", "4294967296 points are more than 4294967295"),
        ("5000000000:1", "5000000000 seconds are more than 4294967295"),
        ("10é:1", "\"é\" is not a unit (s, m, h, d, w, y)"),
    ] {
        assert_eq!(refusal(text), reason);
    }
}

#[test]
fn the_list_of_the_seed_slides_is_read() {
    let list = parse_retentions("10:2160,60:10080,600:262974").unwrap();
    let seconds = list.iter().map(|retention| retention.seconds()).collect::<Vec<_>>();
    assert_eq!(seconds, [6 * 3_600, 7 * 86_400, 157_784_400]);
}

#[test]
fn a_list_is_answered_finest_first() {
    let list = parse_retentions("5m:1d,10s:1h,1m:6h").unwrap();
    assert_eq!(list.iter().map(|r| r.seconds_per_point).collect::<Vec<_>>(), [10, 60, 300]);
}

#[test]
fn archives_that_make_no_file_together_are_refused() {
    for (text, reason) in [
        ("60:10,60:20", "60:10 and 60:20 have the same step"),
        ("10:60,25:600", "the step of 10:60 does not divide that of 25:600"),
        ("10:60,60:10", "60:10 reaches back no farther than 10:60"),
        ("60:1,300:60", "60:1 holds too few points for one of 300:60, which takes 5"),
        ("10:600000000", "10:600000000 reaches back more than 4294967295 seconds"),
    ] {
        assert_eq!(parse_retentions(text).unwrap_err().kind(), ErrorKind::InvalidArchives);
        assert_eq!(refusal(text), reason);
    }
    assert_eq!(finest_first(&[]).unwrap_err(), "there must be at least one archive");
}

#[test]
fn the_longest_list_that_32_bits_hold_is_accepted() {
    let list = |archives: u32| {
        (0..archives)
            .map(|i| Retention { seconds_per_point: 1 << i, points: 2 })
            .collect::<Vec<_>>()
    };
    assert!(finest_first(&list(31)).is_ok());
    assert!(
        finest_first(&vec![Retention { seconds_per_point: 1, points: 1 }; ARCHIVES_MAX + 1])
            .is_err()
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(seconds_per_point in 1_u32.., points: u32) {
        let retention = Retention { seconds_per_point, points };
        prop_assert_eq!(retention.to_string().parse::<Retention>().unwrap(), retention);
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        let _ = parse_retentions(&text);
    }
}
