use super::*;
use crate::aggregate::{Named, TimerStats};

fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot { timestamp: 100, interval: 10.0, ..Snapshot::default() };
    snapshot.counters = Named::from([("c;t=v", 5.0)]);
    let stats = ["mean", "lower", "upper_90", "count_90"].map(|stat| (stat.to_owned(), 2.0));
    snapshot.timers = Named::from([("t", TimerStats { stats: stats.to_vec() })]);
    snapshot.gauges = Named::from([("g", -1.0)]);
    snapshot.sets = Named::from([("s", 3)]);
    snapshot
}

fn all(options: &NamingOptions) -> Vec<(String, f64, Merge)> {
    let mut all = Vec::new();
    let skipped = Naming::new(options)
        .for_each(&snapshot(), |name, value, merge| all.push((name.to_owned(), value, merge)));
    assert_eq!(skipped, 0);
    all
}

#[test]
fn the_default_is_etsys_legacy_namespace() {
    let expected = [
        ("stats.c;t=v", 0.5, Merge::AddRate),
        ("stats_counts.c;t=v", 5.0, Merge::Add),
        ("stats.timers.t.mean", 2.0, Merge::Replace),
        ("stats.timers.t.lower", 2.0, Merge::Min),
        ("stats.timers.t.upper_90", 2.0, Merge::Max),
        ("stats.timers.t.count_90", 2.0, Merge::Add),
        ("stats.gauges.g", -1.0, Merge::Replace),
        ("stats.sets.s.count", 3.0, Merge::Max),
        ("statsd.numStats", 4.0, Merge::Replace),
    ];
    assert_eq!(all(&NamingOptions::default()), expected.map(|(n, v, m)| (n.to_owned(), v, m)));
}

#[test]
fn the_suffix_stands_before_the_tags() {
    let options = NamingOptions {
        legacy: false,
        global_suffix: Some("host1".to_owned()),
        ..NamingOptions::default()
    };
    let all = all(&options);
    let names: Vec<_> = all.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(names.contains(&"stats.counters.c.rate.host1;t=v"), "{names:?}");
    assert!(names.contains(&"stats.timers.t.mean.host1"), "{names:?}");
    assert!(names.contains(&"stats.statsd.numStats.host1"), "{names:?}");
}

#[test]
fn a_raw_name_is_cleaned_and_its_tags_are_not() {
    let naming = Naming::new(&NamingOptions { raw_names: true, ..NamingOptions::default() });
    let series = naming.series("a b/c\u{e9};t=x y", Part::Timer("histogram.bin_10"));
    assert_eq!(series, "stats.timers.a_b-c.histogram.bin_10;t=x y");
    assert_eq!(Part::Timer("histogram.bin_10").merge(), Merge::Add);
}

#[test]
fn a_rate_that_overflows_is_left_out_and_counted() {
    let mut snapshot = Snapshot { interval: 0.1, ..Snapshot::default() };
    snapshot.counters = Named::from([("c", 1e308)]);
    let mut names = Vec::new();
    let skipped = Naming::new(&NamingOptions::default())
        .for_each(&snapshot, |name, _, _| names.push(name.to_owned()));
    assert_eq!(skipped, 1);
    assert_eq!(names, ["stats_counts.c", "statsd.numStats"]);
}
