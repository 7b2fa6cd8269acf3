use super::*;

fn method(series: &str) -> AggregationMethod {
    schema(series, Duration::from_secs(10)).method
}

fn retentions(flush_interval: Duration) -> String {
    let archives = schema("a", flush_interval).archives;
    archives.iter().map(Retention::to_string).collect::<Vec<_>>().join(",")
}

#[test]
fn at_ten_seconds_and_above_the_archives_are_the_usual_ones() {
    for seconds in [10, 11, 15, 60, 3_600] {
        let flush_interval = Duration::from_secs(seconds);
        assert_eq!(retentions(flush_interval), "10:2160,60:10080,600:262974");
    }
}

#[test]
fn below_ten_seconds_an_hour_is_kept_at_the_largest_step_that_misses_no_flush() {
    let finest = |millis| {
        let all = retentions(Duration::from_millis(millis));
        all.strip_suffix(",10:2160,60:10080,600:262974").unwrap().to_owned()
    };
    assert_eq!(finest(9_999), "5:720");
    assert_eq!(finest(5_000), "5:720");
    assert_eq!(finest(4_999), "2:1800");
    assert_eq!(finest(2_000), "2:1800");
    assert_eq!(finest(1_999), "1:3600");
    assert_eq!(finest(1_000), "1:3600");
    assert_eq!(finest(1), "1:3600", "one second is as fine as the format goes");
}

#[test]
fn every_schema_makes_a_file() {
    let dir = tempfile::tempdir().unwrap();
    for seconds in [1, 2, 5, 10] {
        let Schema { archives, method, x_files_factor } = schema("a", Duration::from_secs(seconds));
        let path = dir.path().join(format!("{seconds}.wsp"));
        let file = statsd_whisper::Whisper::create(path, &archives, method, x_files_factor);
        assert_eq!(file.unwrap().header().archives().len(), archives.len());
    }
}

#[test]
fn sparse_series_lose_nothing_when_they_are_rolled_up() {
    assert!(schema("stats.errors", Duration::from_secs(10)).x_files_factor == 0.0);
}

#[test]
fn bounds_keep_their_extremes() {
    for series in ["lower", "lower_90", "lower_99_9", "lower_top5", "min"] {
        assert_eq!(
            method(&format!("stats.timers.web.{series}")),
            AggregationMethod::Min,
            "{series}"
        );
    }
    for series in ["upper", "upper_90", "max"] {
        assert_eq!(
            method(&format!("stats.timers.web.{series}")),
            AggregationMethod::Max,
            "{series}"
        );
    }
}

#[test]
fn counts_and_sums_are_added() {
    for series in [
        "stats_counts.users.new",
        "stats_counts.door.lower",
        "stats.counters.users.count",
        "stats.timers.web.count",
        "stats.timers.web.count_90",
        "stats.timers.web.sum",
        "stats.timers.web.sum_90",
        "stats.timers.web.sum_squares",
        "stats.timers.web.sum_squares_90",
        "shop.orders.count",
    ] {
        assert_eq!(method(series), AggregationMethod::Sum, "{series}");
    }
}

#[test]
fn members_of_sets_are_not_counted_twice() {
    assert_eq!(method("stats.sets.visitors.count"), AggregationMethod::Max);
}

#[test]
fn an_applications_own_word_does_not_change_a_kind() {
    assert_eq!(method("stats.gauges.jobs.count"), AggregationMethod::Average);
    assert_eq!(method("stats.gauges.temperature.upper"), AggregationMethod::Average);
    assert_eq!(method("stats.requests.count"), AggregationMethod::Average, "a rate");
}

#[test]
fn everything_else_is_averaged() {
    for series in [
        "stats.users.new",
        "stats.timers.web.mean",
        "stats.timers.web.mean_90",
        "stats.timers.web.median",
        "stats.timers.web.count_ps",
        "stats.timers.web.upperwear",
        "stats.timers.web.upper_floor",
        "stats.timers.web.sum_total",
        "account",
        "servers.web1.load",
    ] {
        assert_eq!(method(series), AggregationMethod::Average, "{series}");
    }
}
