use super::*;

#[test]
fn a_series_is_logged_once_a_minute() {
    let limit = LogLimit::default();
    assert_eq!(limit.ask("a", 120), Permit::Log);
    assert_eq!(limit.ask("a", 179), Permit::Silent);
    assert_eq!(limit.ask("b", 179), Permit::Log);
    assert_eq!(limit.ask("a", 180), Permit::Log);
}

#[test]
fn a_million_bad_names_write_no_more_lines_than_the_limit() {
    let limit = LogLimit::default();
    let permits: Vec<_> = (0..1_000).map(|i| limit.ask(&i.to_string(), 0)).collect();
    assert_eq!(
        permits.iter().filter(|permit| **permit != Permit::Silent).count(),
        LOGGED_SERIES_MAX
    );
    assert_eq!(permits[LOGGED_SERIES_MAX - 1], Permit::LogLast);
    assert_eq!(lock(&limit.0).series.len(), LOGGED_SERIES_MAX);
    assert_eq!(limit.ask("0", 60), Permit::Log);
}
