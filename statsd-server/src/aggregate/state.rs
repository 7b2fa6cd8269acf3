//! The flush's side: absorbs what the shards gathered, keeps what outlives an interval, and yields
//! snapshots.

use std::mem;

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::interval::{Gauge, Interval, Members, TimerSamples};
use super::options::Options;
use super::room::Room;
use super::snapshot::{First, Raw, Snapshot};
use super::timer::Statistics;
use super::totals::{Books, Totals};
use crate::limits::RAW_VALUES_MAX;

/// `deleteCounters` spares the server's own counters. etsy looks for these texts anywhere in a name,
/// so that some counters of clients are spared, too.
const SPARED_COUNTERS: [&str; 3] = ["packets_received", "metrics_received", "bad_lines_seen"];

/// The numbers of the open interval, and everything that lives longer.
#[derive(Debug)]
pub struct State {
    options: Options,
    statistics: Statistics,
    own: OwnNames,
    pub(super) counters: Totals<f64>,
    pub(super) gauges: Totals<Gauge>,
    pub(super) timers: Totals<TimerSamples>,
    pub(super) sets: Totals<Members>,
    /// What the names above leave free.
    pub(super) room: Room,
    first_nodes: FirstNodes,
    /// Of the intervals absorbed since the last snapshot.
    counts: Counts,
    /// Of the last snapshot.
    last_counts: Counts,
    /// Since the start.
    bad_lines: u64,
    last_timestamp: Option<i64>,
}

/// The names of the server's own metrics.
#[derive(Debug)]
struct OwnNames {
    bad_lines: String,
    packets: String,
    lines: String,
    timestamp_lag: String,
    kernel_drops: String,
}

impl State {
    /// A state that has seen nothing.
    pub fn new(options: Options) -> Self {
        let own = |name: &str| format!("{}.{name}", options.prefix_stats);
        let mut state = Self {
            statistics: Statistics::new(&options),
            own: OwnNames {
                bad_lines: own("bad_lines_seen"),
                packets: own("packets_received"),
                lines: own("metrics_received"),
                timestamp_lag: own("timestamp_lag"),
                kernel_drops: own("kernel_drops"),
            },
            options,
            counters: Totals::default(),
            gauges: Totals::default(),
            timers: Totals::default(),
            sets: Totals::default(),
            room: Room::default(),
            first_nodes: FirstNodes::default(),
            counts: Counts::default(),
            last_counts: Counts::default(),
            bad_lines: 0,
            last_timestamp: None,
        };
        state.own_counters([0; 3]);
        state
    }

    /// Takes over what a shard gathered. Afterwards the interval is empty and fit for
    /// [`Shard::swap`](super::Shard::swap).
    ///
    /// Where several shards set one gauge in one interval, the one absorbed last holds: nothing
    /// tells in which order two sockets were written to.
    pub fn absorb(&mut self, interval: &mut Interval) {
        let counts = mem::take(&mut interval.counts);
        self.bad_lines += counts.bad_lines();
        let arrived = [counts.bad_lines(), counts.packets, counts.lines];
        if arrived != [0; 3] {
            self.own_counters(arrived);
        }
        // etsy's server has none, so the series is there once there is something to tell.
        if counts.lost.kernel_drops > 0 {
            *self.counters.own(&self.own.kernel_drops) += counts.lost.kernel_drops as f64;
        }
        self.counts.add(counts);
        interval.held_bytes = 0;
        interval.seen = 0;
        self.first_nodes.take_over(&mut interval.refused);
        let room = &mut interval.room;
        let mut books = Books {
            room: &mut self.room,
            counts: &mut self.counts,
            first_nodes: &mut self.first_nodes,
        };
        self.counters.absorb(&mut interval.counters, room, &mut books);
        self.gauges.absorb(&mut interval.gauges, room, &mut books);
        self.timers.absorb(&mut interval.timers, room, &mut books);
        self.sets.absorb(&mut interval.sets, room, &mut books);
    }

    /// Ends the interval: what it added up to, under `timestamp` (seconds since the epoch).
    ///
    /// Sorts every name and every timer's samples; allocates every name once.
    pub fn snapshot(&mut self, timestamp: i64) -> Snapshot {
        // Those that somebody deleted are back in every flush.
        self.own_counters([0; 3]);
        self.set_timestamp_lag(timestamp);
        let mut skipped = 0;
        let statistics = &self.statistics;
        let snapshot = Snapshot {
            timestamp,
            interval: self.options.interval.as_secs_f64(),
            counters: finite(self.counters.iter().map(|(name, sum)| (name, *sum)), &mut skipped),
            timers: sorted(self.timers.iter_mut().map(|(name, samples)| {
                let (stats, not_finite) = statistics.of(name, samples);
                skipped += not_finite;
                (name.clone(), stats)
            })),
            gauges: finite(
                self.gauges.iter().map(|(name, gauge)| (name, gauge.value)),
                &mut skipped,
            ),
            sets: sorted(self.sets.iter().map(|(name, set)| (name.clone(), set.0.len()))),
            processing_millis: 0,
            raw: None,
        };
        // The samples are sorted by now.
        let raw = self.options.keep_raw.then(|| self.raw());
        let snapshot = Snapshot { raw, ..snapshot };
        self.counts.results_not_finite += skipped;
        self.last_counts = mem::take(&mut self.counts);
        self.begin_interval();
        snapshot
    }

    /// What was counted in the interval of the last snapshot.
    pub fn last_counts(&self) -> &Counts {
        &self.last_counts
    }

    fn raw(&self) -> Raw {
        let first = |values: &[f64]| First {
            values: values.iter().take(RAW_VALUES_MAX).copied().collect(),
            total: values.len(),
        };
        let members = |set: &Members| {
            let mut values: Vec<_> = set.0.iter().cloned().collect();
            values.sort_unstable();
            values.truncate(RAW_VALUES_MAX);
            First { values, total: set.0.len() }
        };
        Raw {
            samples: sorted(self.timers.iter().map(|(name, t)| (name.clone(), first(&t.values)))),
            members: sorted(self.sets.iter().map(|(name, set)| (name.clone(), members(set)))),
        }
    }

    /// Bad values absorbed since the start.
    pub fn bad_lines(&self) -> u64 {
        self.bad_lines
    }

    /// The first nodes whose names take most of the room: those that brought most new names since the
    /// start (names that return after they were forgotten among them), and most samples that found no
    /// room. The heaviest first; the counts are exact while there are few first nodes, and else too
    /// high by at most a 64th of all new names.
    pub fn first_nodes(&self, max: usize) -> Vec<(String, u64)> {
        self.first_nodes.heaviest(max)
    }

    /// How many contexts are known.
    pub fn contexts(&self) -> usize {
        self.counters.len() + self.gauges.len() + self.timers.len() + self.sets.len()
    }

    /// Own metrics live among those of the clients, as etsy's do, and so are in every output. The
    /// order is etsy's, which its console shows.
    fn own_counters(&mut self, [bad_lines, packets, lines]: [u64; 3]) {
        for (name, n) in [
            (&self.own.bad_lines, bad_lines),
            (&self.own.packets, packets),
            (&self.own.lines, lines),
        ] {
            *self.counters.own(name) += n as f64;
        }
    }

    fn set_timestamp_lag(&mut self, timestamp: i64) {
        if let Some(last) = self.last_timestamp.replace(timestamp) {
            let lag = timestamp.saturating_sub(last) as f64 - self.options.interval.as_secs_f64();
            self.gauges.own(&self.own.timestamp_lag).value = lag;
        }
    }

    /// Keeps the names, unless idle ones are to be forgotten, and starts their numbers over.
    fn begin_interval(&mut self) {
        let delete = self.options.delete_idle;
        let room = &mut self.room;
        self.counters.retain(room, |name, sum| {
            *sum = 0.0;
            !delete.counters || SPARED_COUNTERS.iter().any(|part| name.contains(part))
        });
        self.timers.retain(room, |_, samples| {
            samples.reset();
            !delete.timers
        });
        self.sets.retain(room, |_, members| {
            members.reset();
            !delete.sets
        });
        let own = &self.own.timestamp_lag;
        let max = self.options.gauges_max_ttl;
        self.gauges.retain(room, |name, gauge| {
            gauge.silent_flushes = gauge.silent_flushes.saturating_add(1);
            // A gauge that ran over could never come back by deltas, so it starts anew.
            gauge.value.is_finite() && (!delete.gauges || gauge.silent_flushes < max || name == own)
        });
    }
}

fn finite<'a>(
    numbers: impl Iterator<Item = (&'a String, f64)>,
    skipped: &mut u64,
) -> Vec<(String, f64)> {
    let finite = numbers.filter(|(_, value)| {
        *skipped += u64::from(!value.is_finite());
        value.is_finite()
    });
    sorted(finite.map(|(name, value)| (name.clone(), value)))
}

fn sorted<V>(entries: impl Iterator<Item = (String, V)>) -> Vec<(String, V)> {
    let mut list: Vec<_> = entries.collect();
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    list
}

#[cfg(test)]
mod tests;
