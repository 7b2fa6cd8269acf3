use std::collections::VecDeque;

use super::*;

fn report() -> Report {
    Report::new("carbon", "web1.example.org", "a", Duration::from_secs(60))
}

fn told(points: &Points) -> Vec<(&str, f64)> {
    points.iter().map(|(name, point)| (name, point.value)).collect()
}

#[test]
fn two_snapshots_make_carbons_metrics() {
    let before = Numbers { cpu: Duration::from_secs(10), ..Numbers::default() };
    let counts = Counts {
        received: 600,
        committed: 500,
        updates: 50,
        update_micros: 100_000,
        creates: 7,
        dropped_creates: 1,
        errors: 2,
        queries: 3,
        bulk_queries: 4,
        overflows: 5,
        blacklist_matches: 6,
        whitelist_rejects: 8,
    };
    let after = Numbers {
        cpu: Duration::from_secs(25),
        memory_bytes: 1 << 20,
        connections: 9,
        cache_points: 100,
        cache_series: 11,
        counts,
    };
    let mut points = Points::default();
    report().points(before, after, 60, 1000, &mut points);
    let expected = [
        ("metricsReceived", 600.0),
        ("committedPoints", 500.0),
        ("updateOperations", 50.0),
        ("avgUpdateTime", 0.002),
        ("pointsPerUpdate", 10.0),
        ("creates", 7.0),
        ("droppedCreates", 1.0),
        ("errors", 2.0),
        ("cache.size", 100.0),
        ("cache.queues", 11.0),
        ("cache.queries", 3.0),
        ("cache.bulk_queries", 4.0),
        ("cache.overflow", 5.0),
        ("blacklistMatches", 6.0),
        ("whitelistRejects", 8.0),
        ("activeConnections", 9.0),
        ("cpuUsage", 25.0),
        ("memUsage", 1_048_576.0),
    ];
    let expected =
        expected.map(|(name, v)| (format!("carbon.agents.web1_example_org-a.{name}"), v));
    let told: Vec<_> = told(&points).into_iter().map(|(name, v)| (name.to_owned(), v)).collect();
    assert_eq!(told, expected);
    assert!(points.iter().all(|(_, point)| point.timestamp == 1000));
}

#[test]
fn of_nothing_there_is_no_mean() {
    let mut points = Points::default();
    report().points(Numbers::default(), Numbers::default(), 0, 1000, &mut points);
    assert_eq!(points.len(), 16);
    assert!(points.iter().all(|(_, point)| point.value == 0.0));
}

#[test]
fn without_an_instance_the_name_is_the_hosts() {
    let mut points = Points::default();
    let report = Report::new("graphite.own", "a b", "", Duration::ZERO);
    report.points(Numbers::default(), Numbers::default(), 1, 0, &mut points);
    assert_eq!(told(&points)[0].0, "graphite.own.agents.a_b.metricsReceived");
}

#[test]
fn they_are_told_every_interval_and_a_clock_that_is_set_back_begins_anew() {
    let received = |received| Numbers {
        counts: Counts { received, ..Counts::default() },
        ..Numbers::default()
    };
    let mut numbers: VecDeque<Numbers> = [10, 30, 35, 40, 50].map(received).into();
    let mut stage = SelfMetrics::new(report(), move |_| numbers.pop_front().unwrap());
    let mut at = |now| {
        let mut points = Points::default();
        stage.due(&mut points, now);
        points.iter().next().map(|(_, point)| (point.timestamp, point.value))
    };
    assert_eq!(at(1000), None);
    assert_eq!(at(1059), None);
    assert_eq!(at(1060), Some((1060, 20.0)));
    assert_eq!(at(1121), Some((1121, 5.0)));
    assert_eq!(at(500), None);
    assert_eq!(at(559), None);
    assert_eq!(at(560), Some((560, 10.0)));
}
