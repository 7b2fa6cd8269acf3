//! The newest interval for pages that watch, by the names under which the store keeps it.

use std::sync::Arc;

use super::{Backend, BackendError, Naming, Part};
use crate::aggregate::Snapshot;
use crate::limits::{LIVE_SERIES_MAX, SERIES_NAME_MAX_BYTES};
use crate::live::{Frame, Hub, Kind, LivePoint};
use crate::telemetry::Telemetry;

/// The statistics of a timer that a tile shows.
const TIMER_STATS: [&str; 2] = ["mean", "upper_90"];

/// Publishes every flush to a [`Hub`].
///
/// ```
/// use std::sync::Arc;
/// use statsd_server::aggregate::{Named, Snapshot};
/// use statsd_server::backend::{Backend, LiveBackend, Naming};
/// use statsd_server::live::Hub;
///
/// let hub = Hub::new();
/// let mut backend = LiveBackend::new(hub.clone(), Arc::default(), Naming::default(), "statsd");
/// let counters = Named::from([("users.new", 3.0)]);
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
    naming: Naming,
    /// The server's own metrics begin with it.
    own_prefix: String,
}

impl LiveBackend {
    /// A backend for that hub, which counts what it must leave out. Series go by the names that
    /// `naming` gives; `prefix_stats` is that of the server's own metrics.
    pub fn new(hub: Hub, telemetry: Arc<Telemetry>, naming: Naming, prefix_stats: &str) -> Self {
        Self { hub, telemetry, naming, own_prefix: format!("{prefix_stats}.") }
    }
}

impl Backend for LiveBackend {
    fn name(&self) -> &'static str {
        "live"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let frame = self.frame(snapshot);
        self.telemetry.live_series_over_limit.add(frame.left_out as u64);
        self.hub.publish(frame);
        Ok(())
    }
}

impl LiveBackend {
    fn frame(&self, snapshot: &Snapshot) -> Frame {
        let mut points = Vec::new();
        let mut left_out = 0;
        for own in [false, true] {
            let (mut chosen, rest) = self.choose(snapshot, own, LIVE_SERIES_MAX - points.len());
            chosen.sort_unstable_by(|a, b| a.series.cmp(&b.series));
            points.extend(chosen);
            left_out += rest;
        }
        Frame { timestamp: snapshot.timestamp, interval: snapshot.interval, points, left_out }
    }

    /// At most `room` points of the application's metrics or of the server's own, and how many more
    /// there are. The kinds take turns, so that a thousand counters do not hide the one timer.
    fn choose(&self, snapshot: &Snapshot, own: bool, room: usize) -> (Vec<LivePoint>, usize) {
        let counters = snapshot.counters.iter();
        let gauges = snapshot.gauges.iter();
        let sets = snapshot.sets.iter();
        let timers = snapshot.timers.iter().flat_map(|(name, timer)| {
            let stat = move |stat| Some((name, Part::Timer(stat), timer.get(stat)?));
            TIMER_STATS.into_iter().filter_map(stat)
        });
        let mut lanes: [(Kind, Box<dyn Iterator<Item = Value<'_>>>); 4] = [
            (Kind::Counter, Box::new(counters.map(|(name, sum)| (name, Part::CounterCount, *sum)))),
            (Kind::Timer, Box::new(timers)),
            (Kind::Gauge, Box::new(gauges.map(|(name, last)| (name, Part::Gauge, *last)))),
            (Kind::Set, Box::new(sets.map(|(name, size)| (name, Part::Set, *size as f64)))),
        ];
        let mut points = Vec::new();
        let mut left_out = 0;
        loop {
            let before = points.len() + left_out;
            for (kind, lane) in &mut lanes {
                match lane.find(|(name, ..)| self.shows(name, own)) {
                    Some((metric, part, value)) if points.len() < room => points.push(LivePoint {
                        series: self.naming.series(metric, part),
                        metric: metric.to_owned(),
                        kind: *kind,
                        value,
                    }),
                    Some(_) => left_out += 1,
                    None => {}
                }
            }
            if points.len() + left_out == before {
                return (points, left_out);
            }
        }
    }
}

impl LiveBackend {
    /// Whether a name is for this lane. One that is longer than any series has no file to show.
    fn shows(&self, name: &str, own: bool) -> bool {
        name.len() <= SERIES_NAME_MAX_BYTES && name.starts_with(&self.own_prefix) == own
    }
}

/// A metric's name, which number of it, the value.
type Value<'a> = (&'a str, Part<'a>, f64);

#[cfg(test)]
mod tests;
