//! The flush's side: absorbs what the shards gathered, keeps what outlives an interval, and yields
//! snapshots.

use std::mem;

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::interval::{Gauge, Interval, Members, TimerSamples};
use super::options::{Options, Ttl};
use super::room::Room;
use super::snapshot::{First, Raw, Silence, Snapshot};
use super::timer::Statistics;
use super::totals::{Books, Totals};
use crate::limits::RAW_VALUES_MAX;

/// `deleteCounters` spares the server's own counters. etsy looks for these texts anywhere in a name,
/// so that some counters of clients are spared, too.
const SPARED_COUNTERS: [&str; 3] = ["packets_received", "metrics_received", "bad_lines_seen"];

/// The numbers of the open interval, and everything that lives longer.
#[derive(Debug)]
pub struct State {
    pub(super) options: Options,
    statistics: Statistics,
    pub(super) own: OwnNames,
    pub(super) counters: Totals<f64>,
    pub(super) gauges: Totals<Gauge>,
    pub(super) timers: Totals<TimerSamples>,
    pub(super) sets: Totals<Members>,
    /// What the names above leave free.
    pub(super) room: Room,
    pub(super) first_nodes: FirstNodes,
    /// Of the intervals absorbed since the last snapshot.
    pub(super) counts: Counts,
    /// Of the last snapshot.
    last_counts: Counts,
    /// Since the start.
    bad_lines: u64,
    pub(super) last_timestamp: Option<i64>,
}

/// The names of the server's own metrics.
#[derive(Debug)]
pub(super) struct OwnNames {
    pub(super) bad_lines: String,
    pub(super) packets: String,
    pub(super) lines: String,
    pub(super) timestamp_lag: String,
    pub(super) kernel_drops: String,
}

impl OwnNames {
    pub(super) fn new(prefix_stats: &str) -> Self {
        let own = |name: &str| format!("{prefix_stats}.{name}");
        Self {
            bad_lines: own("bad_lines_seen"),
            packets: own("packets_received"),
            lines: own("metrics_received"),
            timestamp_lag: own("timestamp_lag"),
            kernel_drops: own("kernel_drops"),
        }
    }

    pub(super) fn counters(&self) -> [&String; 4] {
        [&self.bad_lines, &self.packets, &self.lines, &self.kernel_drops]
    }
}

impl State {
    /// A state that has seen nothing.
    pub fn new(options: Options) -> Self {
        let mut state = Self {
            statistics: Statistics::new(&options),
            own: OwnNames::new(&options.prefix_stats),
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

    /// Goes on with other options, from this moment on: the open interval ends under them. The server's own
    /// metrics take their numbers along to the names that they have under another `prefix_stats`.
    pub fn set_options(&mut self, options: Options) {
        let own = OwnNames::new(&options.prefix_stats);
        if options.prefix_stats != self.options.prefix_stats {
            for (former, name) in self.own.counters().into_iter().zip(own.counters()) {
                if let Some(sum) = self.counters.remove_own(former) {
                    *self.counters.own(name) += sum;
                }
            }
            if let Some(lag) = self.gauges.remove_own(&self.own.timestamp_lag) {
                *self.gauges.own(&own.timestamp_lag) = lag;
            }
        }
        self.statistics = Statistics::new(&options);
        self.own = own;
        self.options = options;
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
        let sums = self.counters.iter_mut().map(|(name, sum, silent)| (name, *sum, silent));
        let (counters, counts) = finite(sums, &mut skipped);
        let (timers, times) = sorted(self.timers.iter_mut().map(|(name, samples, silent)| {
            let (stats, not_finite) = statistics.of(name, samples);
            skipped += not_finite;
            (name.clone(), stats, silent)
        }));
        let values =
            self.gauges.iter_mut().map(|(name, gauge, silent)| (name, gauge.value, silent));
        let (gauges, levels) = finite(values, &mut skipped);
        let sizes = self.sets.iter_mut();
        let sizes = sizes.map(|(name, set, silent)| (name.clone(), set.0.len(), silent));
        let (sets, members) = sorted(sizes);
        let snapshot = Snapshot {
            timestamp,
            interval: self.options.interval.as_secs_f64(),
            prefix_stats: self.options.prefix_stats.clone(),
            counters,
            timers,
            gauges,
            sets,
            silence: Silence { counters: counts, timers: times, gauges: levels, sets: members },
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
        let samples = self.timers.iter().map(|(name, t)| (name.clone(), first(&t.values), 0));
        let members = self.sets.iter().map(|(name, set)| (name.clone(), members(set), 0));
        Raw { samples: sorted(samples).0, members: sorted(members).0 }
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
    pub(super) fn begin_interval(&mut self) {
        let delete = self.options.delete_idle;
        let flushes = |ttl| Ttl::flushes(ttl, self.options.interval);
        let Ttl { counters, timers, sets, gauges } = self.options.ttl;
        let [counters, timers, sets, gauges] = [counters, timers, sets, gauges].map(flushes);
        let room = &mut self.room;
        let own = &self.own;
        self.counters.retain(room, |name, sum, silent| {
            *sum = 0.0;
            let spared = || SPARED_COUNTERS.iter().any(|part| name.contains(part));
            (!delete.counters || spared()) && (silent < counters || *name == own.kernel_drops)
        });
        self.timers.retain(room, |_, samples, silent| {
            samples.reset();
            !delete.timers && silent < timers
        });
        self.sets.retain(room, |_, members, silent| {
            members.reset();
            !delete.sets && silent < sets
        });
        let max = if delete.gauges { self.options.gauges_max_ttl.min(gauges) } else { gauges };
        self.gauges.retain(room, |name, gauge, silent| {
            // A gauge that ran over could never come back by deltas, so it starts anew.
            gauge.value.is_finite() && (silent < max || *name == own.timestamp_lag)
        });
    }
}

/// Names with their numbers, and for how many flushes each was silent.
type Listed<V> = (Vec<(String, V)>, Vec<u32>);

fn finite<'a>(
    numbers: impl Iterator<Item = (&'a String, f64, u32)>,
    skipped: &mut u64,
) -> Listed<f64> {
    let finite = numbers.filter(|(_, value, _)| {
        *skipped += u64::from(!value.is_finite());
        value.is_finite()
    });
    sorted(finite.map(|(name, value, silent)| (name.clone(), value, silent)))
}

fn sorted<V>(entries: impl Iterator<Item = (String, V, u32)>) -> Listed<V> {
    let mut list: Vec<_> = entries.collect();
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    list.into_iter().map(|(name, value, silent)| ((name, value), silent)).unzip()
}

#[cfg(test)]
mod tests;
