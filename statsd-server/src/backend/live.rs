//! The newest interval for pages that watch, by the names under which the store keeps it.

use std::sync::Arc;

use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::limits::LIVE_SERIES_MAX;
use crate::live::{Frame, Hub, Kind, LivePoint};
use crate::telemetry::Telemetry;

/// What the server's own metrics are called; etsy's server chose it.
const OWN_PREFIX: &str = "statsd.";

/// The statistics of a timer that a tile shows.
const TIMER_STATS: [&str; 2] = ["mean", "upper_90"];

/// Publishes every flush to a [`Hub`].
///
/// ```
/// use std::sync::Arc;
/// use statsd_server::aggregate::Snapshot;
/// use statsd_server::backend::{Backend, live::LiveBackend};
/// use statsd_server::live::Hub;
///
/// let hub = Hub::new();
/// let mut backend = LiveBackend::new(hub.clone(), Arc::default());
/// let counters = vec![("users.new".to_owned(), 3.0)];
/// backend.flush(&Snapshot { counters, interval: 10.0, ..Snapshot::default() })?;
///
/// let newest = hub.follow().0.unwrap();
/// assert_eq!(newest.points[0].series, "stats_counts.users.new");
/// # Ok::<(), statsd_server::backend::BackendError>(())
/// ```
#[derive(Debug)]
pub struct LiveBackend {
    hub: Hub,
    telemetry: Arc<Telemetry>,
}

impl LiveBackend {
    /// A backend for that hub, which counts what it must leave out.
    pub fn new(hub: Hub, telemetry: Arc<Telemetry>) -> Self {
        Self { hub, telemetry }
    }
}

impl Backend for LiveBackend {
    fn name(&self) -> &'static str {
        "live"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let frame = frame(snapshot);
        self.telemetry.live_series_over_limit.add(frame.left_out as u64);
        self.hub.publish(frame);
        Ok(())
    }
}

fn frame(snapshot: &Snapshot) -> Frame {
    let mut points = Vec::new();
    let mut left_out = 0;
    for own in [false, true] {
        let (mut chosen, rest) = choose(snapshot, own, LIVE_SERIES_MAX - points.len());
        chosen.sort_unstable_by(|a, b| a.series.cmp(&b.series));
        points.extend(chosen);
        left_out += rest;
    }
    Frame { timestamp: snapshot.timestamp, interval: snapshot.interval, points, left_out }
}

/// At most `room` points of the application's metrics or of the server's own, and how many more
/// there are. The kinds take turns, so that a thousand counters do not hide the one timer.
fn choose(snapshot: &Snapshot, own: bool, room: usize) -> (Vec<LivePoint>, usize) {
    let timers = snapshot.timers.iter().flat_map(|(name, timer)| {
        TIMER_STATS.iter().filter_map(move |stat| Some((name, *stat, timer.get(stat)?)))
    });
    let mut lanes: [(Kind, Box<dyn Iterator<Item = Value<'_>>>); 4] = [
        (Kind::Counter, Box::new(snapshot.counters.iter().map(|(name, sum)| (name, "", *sum)))),
        (Kind::Timer, Box::new(timers)),
        (Kind::Gauge, Box::new(snapshot.gauges.iter().map(|(name, last)| (name, "", *last)))),
        (Kind::Set, Box::new(snapshot.sets.iter().map(|(name, size)| (name, "", *size as f64)))),
    ];
    let mut points = Vec::new();
    let mut left_out = 0;
    loop {
        let before = points.len() + left_out;
        for (kind, lane) in &mut lanes {
            match lane.find(|(name, ..)| name.starts_with(OWN_PREFIX) == own) {
                Some(value) if points.len() < room => points.push(point(*kind, value)),
                Some(_) => left_out += 1,
                None => {}
            }
        }
        if points.len() + left_out == before {
            return (points, left_out);
        }
    }
}

/// A metric's name, the statistic of it (timers only), the value.
type Value<'a> = (&'a String, &'static str, f64);

fn point(kind: Kind, (metric, stat, value): Value<'_>) -> LivePoint {
    let series = match kind {
        Kind::Counter => format!("stats_counts.{metric}"),
        Kind::Timer => format!("stats.timers.{metric}.{stat}"),
        Kind::Gauge => format!("stats.gauges.{metric}"),
        Kind::Set => format!("stats.sets.{metric}.count"),
    };
    LivePoint { series, metric: metric.clone(), kind, value }
}

#[cfg(test)]
mod tests;
