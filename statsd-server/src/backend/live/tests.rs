use super::*;
use crate::aggregate::{Named, TimerStats};

fn timer(stats: &[(&str, f64)]) -> TimerStats {
    TimerStats { stats: stats.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect() }
}

fn published(snapshot: &Snapshot) -> (Arc<Frame>, Arc<Telemetry>) {
    let (hub, telemetry) = (Hub::new(), Arc::new(Telemetry::default()));
    LiveBackend::new(hub.clone(), Arc::clone(&telemetry), Naming::default(), "statsd")
        .flush(snapshot)
        .unwrap();
    (hub.follow().0.unwrap(), telemetry)
}

fn seen(frame: &Frame) -> Vec<(&str, &str, Kind, f64)> {
    let points = frame.points.iter();
    points.map(|p| (p.series.as_str(), p.metric.as_str(), p.kind, p.value)).collect()
}

#[test]
fn every_kind_is_published_under_its_stored_series() {
    let stats = [("count", 4.0), ("mean", 12.5), ("upper", 99.0), ("upper_90", 40.0)];
    let (frame, _) = published(&Snapshot {
        timestamp: 1_340_000_000,
        interval: 10.0,
        counters: Named::from([("users.new", 3.0)]),
        timers: Named::from([("render", timer(&stats))]),
        gauges: Named::from([("queue.depth", 17.0)]),
        sets: Named::from([("visitors", 2)]),
        ..Snapshot::default()
    });

    assert_eq!((frame.timestamp, frame.interval, frame.left_out), (1_340_000_000, 10.0, 0));
    assert_eq!(
        seen(&frame),
        [
            ("stats.gauges.queue.depth", "queue.depth", Kind::Gauge, 17.0),
            ("stats.sets.visitors.count", "visitors", Kind::Set, 2.0),
            ("stats.timers.render.mean", "render", Kind::Timer, 12.5),
            ("stats.timers.render.upper_90", "render", Kind::Timer, 40.0),
            ("stats_counts.users.new", "users.new", Kind::Counter, 3.0),
        ]
    );
}

#[test]
fn a_timer_without_samples_publishes_nothing() {
    let stats = [("count", 0.0), ("count_ps", 0.0)];
    let timers = Named::from([("render", timer(&stats))]);
    assert_eq!(seen(&published(&Snapshot { timers, ..Snapshot::default() }).0), []);
}

#[test]
fn the_servers_own_metrics_come_last() {
    let counters = Named::from([("statsd.packets_received", 1.0), ("zebra", 2.0)]);
    let (frame, _) = published(&Snapshot { counters, ..Snapshot::default() });
    let metrics: Vec<_> = frame.points.iter().map(|point| point.metric.as_str()).collect();
    assert_eq!(metrics, ["zebra", "statsd.packets_received"]);
}

#[test]
fn over_the_limit_the_servers_own_go_first_then_the_kinds_share() {
    let mut counters: Vec<_> =
        (0..LIVE_SERIES_MAX).map(|n| (format!("orders.{n:04}"), 1.0)).collect();
    counters.push(("statsd.packets_received".to_owned(), 1.0));
    let counters = counters.into_iter().collect();
    let gauges = Named::from([("queue.depth", 17.0)]);
    let (frame, telemetry) = published(&Snapshot { counters, gauges, ..Snapshot::default() });

    assert_eq!(frame.points.len(), LIVE_SERIES_MAX);
    assert!(frame.points.iter().any(|point| point.metric == "queue.depth"));
    assert!(frame.points.iter().all(|point| !point.metric.starts_with("statsd.")));
    assert_eq!(frame.left_out, 2);
    assert_eq!(telemetry.live_series_over_limit.get(), 2);
}

#[test]
fn an_empty_flush_is_published_too_so_that_pages_know_the_server_lives() {
    let (frame, _) = published(&Snapshot { timestamp: 5, interval: 1.0, ..Snapshot::default() });
    assert_eq!(*frame, Frame { timestamp: 5, interval: 1.0, points: Vec::new(), left_out: 0 });
}
