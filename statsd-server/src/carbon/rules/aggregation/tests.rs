use crate::limits::AGGREGATION_AHEAD_SECONDS_MAX;

use super::*;

fn aggregator(rules: &str, buffering: Buffering) -> Aggregator {
    Aggregator::new(AggregationRules::parse(rules).unwrap(), buffering)
}

fn ticked(aggregator: &mut Aggregator, now: i64) -> Vec<(String, i64, f64)> {
    let mut told = Vec::new();
    aggregator.tick(now, |name, start, value| told.push((name.to_owned(), start, value)));
    told
}

fn told(name: &str, start: i64, value: f64) -> Vec<(String, i64, f64)> {
    vec![(name.to_owned(), start, value)]
}

#[test]
fn every_mistake_is_named() {
    for (line, expected) in [
        ("a", "`a` is not `output (seconds) = method input`"),
        ("a (60) = sum", "`a (60) = sum` is not `output (seconds) = method input`"),
        ("a (60) = sum b c", "`a (60) = sum b c` is not `output (seconds) = method input`"),
        ("a (0) = sum b", "`0` is not within 1 and 86400 s"),
        ("a (-1) = sum b", "`-1` is not within 1 and 86400 s"),
        ("a (60s) = sum b", "`60s` is not within 1 and 86400 s"),
        ("<x> (60) = sum b.<y>", "`<x>`: `<x>` is not in the input"),
        ("<<y>> (60) = sum b.<<y>>", "`<<y>>`: in the output it is `<y>`, with one bracket"),
        ("<y (60) = sum b.<y>", "`<y`: a `<` has no `>`"),
        ("a (60) = sum b.(?=c)", "`b.(?=c)`: look-ahead, `(?=`, is not supported"),
        ("a (60) = sum b.(c", "`b.(c`: unclosed group"),
    ] {
        let error = AggregationRules::parse(line).expect_err(line).to_string();
        assert_eq!(error, format!("line 1: {expected}"));
    }
}

#[test]
fn the_last_value_is_the_one_that_came_last() {
    let mut aggregator = aggregator("l (10) = last in.*", Buffering::default());
    for value in [3.0, 9.0, 4.0] {
        aggregator.take("in.a", 1000, value, 1000);
    }
    assert_eq!(ticked(&mut aggregator, 1010), told("l", 1000, 4.0));
}

#[test]
fn a_sum_loses_nothing_to_rounding() {
    let rules = "s (10) = sum in.*\nm (10) = avg in.*";
    let mut aggregator = aggregator(rules, Buffering::default());
    for value in [1e16, 1.0, 1.0, -1e16] {
        aggregator.take("in.a", 1000, value, 1000);
    }
    let told: Vec<f64> = ticked(&mut aggregator, 1010).into_iter().map(|(.., v)| v).collect();
    assert_eq!(told, [0.5, 2.0]);
}

#[test]
fn a_value_that_comes_too_late_does_not_take_the_place_of_all_others() {
    let buffering = Buffering { intervals: 1, write_back: None };
    let mut aggregator = aggregator("s (10) = sum in.*", buffering);
    aggregator.take("in.a", 1000, 5.0, 1000);
    assert_eq!(ticked(&mut aggregator, 1010), told("s", 1000, 5.0));
    aggregator.take("in.a", 1001, 2.0, 1019);
    assert_eq!(ticked(&mut aggregator, 1020), told("s", 1000, 7.0), "the interval before is known");
    assert_eq!(ticked(&mut aggregator, 1030), []);
    aggregator.take("in.a", 1001, 7.0, 1031);
    assert_eq!(ticked(&mut aggregator, 1100), []);
    assert_eq!(aggregator.told().late, 1);
    assert_eq!(aggregator.aggregates(), 0, "and nothing is held");
}

#[test]
fn what_lies_ahead_is_taken_as_far_as_the_store_takes_it() {
    let mut aggregator = aggregator("s (10) = sum in.*", Buffering::default());
    aggregator.take("in.a", 1000 + AGGREGATION_AHEAD_SECONDS_MAX, 1.0, 1000);
    aggregator.take("in.a", 1001 + AGGREGATION_AHEAD_SECONDS_MAX, 1.0, 1000);
    aggregator.take("in.a", i64::MAX, 1.0, 1000);
    aggregator.take("in.a", i64::MIN, 1.0, 1000);
    assert_eq!(aggregator.told().late, 3);
    assert_eq!(ticked(&mut aggregator, 1010), told("s", 1060, 1.0));
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut aggregator = aggregator("s (10) = sum in.*", Buffering::default());
    aggregator.take("in.a", 10_000, 1.0, 10_000);
    ticked(&mut aggregator, 10_001);
    aggregator.take("in.a", 5_000, 2.0, 5_000);
    assert_eq!(ticked(&mut aggregator, 5_000), []);
    assert_eq!(ticked(&mut aggregator, 5_010).len(), 2);
}

#[test]
fn a_pause_is_told_once() {
    let mut aggregator = aggregator("s (10) = sum in.*", Buffering::default());
    aggregator.take("in.a", 1000, 1.0, 1003);
    assert_eq!(ticked(&mut aggregator, 1041).len(), 1);
    aggregator.take("in.a", 1001, 1.0, 1042);
    assert_eq!(ticked(&mut aggregator, 1042), []);
    assert_eq!(ticked(&mut aggregator, 1043), told("s", 1000, 2.0), "in its old phase");
}

#[test]
fn intervals_have_a_bound_that_is_counted() {
    let buffering = Buffering { intervals: u32::MAX, write_back: None };
    let mut aggregator = aggregator("s (1) = sum in.*", buffering);
    aggregator.intervals_max = 100;
    let now = 103;
    for timestamp in 0..now {
        aggregator.take("in.a", timestamp, 1.0, now);
    }
    let counts = aggregator.told();
    assert_eq!((counts.over_limit, counts.late), (3, 0));
    assert_eq!(ticked(&mut aggregator, now + 1).len(), 100);
}

#[test]
fn names_are_remembered_within_bounds() {
    let mut names = names::Names::with_room(10);
    let outputs: names::Outputs = [(0, "s".into())].into();
    for at in 0..40 {
        names.insert(&format!("in.{at}"), &outputs);
        assert!(names.get("in.0").is_some(), "what is asked for stays: {at}");
    }
    assert!(names.get("in.1").is_none(), "what is not goes");
}
