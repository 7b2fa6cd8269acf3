//! The flush's side: absorbs what the shards gathered, keeps what outlives an interval, and yields
//! snapshots.

use std::mem;

use super::counts::Counts;
use super::interval::{Gathered, Interval, Members, Names, TimerSamples, slot};
use super::options::Options;
use super::snapshot::{First, Raw, Snapshot};
use super::timer::Statistics;
use crate::limits;

/// `deleteCounters` spares the server's own counters. etsy looks for these texts anywhere in a name,
/// so that some counters of clients are spared, too.
const SPARED_COUNTERS: [&str; 3] = ["packets_received", "metrics_received", "bad_lines_seen"];

/// The numbers of the open interval, and everything that lives longer.
#[derive(Debug)]
pub struct State {
    options: Options,
    statistics: Statistics,
    own: OwnNames,
    counters: Names<f64>,
    gauges: Names<f64>,
    timers: Names<TimerSamples>,
    sets: Names<Members>,
    /// Of the intervals absorbed since the last snapshot.
    counts: Counts,
    /// Of the last snapshot.
    last_counts: Counts,
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
        Self {
            statistics: Statistics::new(&options.percent_thresholds, options.interval),
            own: OwnNames {
                bad_lines: own("bad_lines_seen"),
                packets: own("packets_received"),
                lines: own("metrics_received"),
                timestamp_lag: own("timestamp_lag"),
                kernel_drops: own("kernel_drops"),
            },
            options,
            counters: Names::default(),
            gauges: Names::default(),
            timers: Names::default(),
            sets: Names::default(),
            counts: Counts::default(),
            last_counts: Counts::default(),
            last_timestamp: None,
        }
    }

    /// Takes over what a shard gathered. Afterwards the interval is empty and fit for
    /// [`Shard::swap`](super::Shard::swap).
    ///
    /// Where several shards set one gauge in one interval, the one absorbed last holds: nothing
    /// tells in which order two sockets were written to.
    pub fn absorb(&mut self, interval: &mut Interval) {
        self.counts.add(mem::take(&mut interval.counts));
        interval.held_bytes = 0;
        let names = self.counters.len() + self.gauges.len() + self.timers.len() + self.sets.len();
        let mut room = limits::CONTEXTS_MAX.saturating_sub(names);
        let counts = &mut self.counts;
        merge(&mut self.counters, &mut interval.counters, &mut room, counts);
        merge(&mut self.gauges, &mut interval.gauges, &mut room, counts);
        merge(&mut self.timers, &mut interval.timers, &mut room, counts);
        merge(&mut self.sets, &mut interval.sets, &mut room, counts);
    }

    /// Ends the interval: what it added up to, under `timestamp` (seconds since the epoch).
    ///
    /// Sorts every name and every timer's samples; allocates every name once.
    pub fn snapshot(&mut self, timestamp: i64) -> Snapshot {
        self.add_own_metrics(timestamp);
        let mut skipped = 0;
        let snapshot = Snapshot {
            timestamp,
            interval: self.options.interval.as_secs_f64(),
            counters: finite(&self.counters, &mut skipped),
            timers: sorted(self.timers.iter_mut().map(|(name, samples)| {
                let (stats, not_finite) = self.statistics.of(samples);
                skipped += not_finite;
                (name.clone(), stats)
            })),
            gauges: finite(&self.gauges, &mut skipped),
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
            values: values.iter().take(limits::RAW_VALUES_MAX).copied().collect(),
            total: values.len(),
        };
        let members = |set: &Members| {
            let mut values: Vec<_> = set.0.iter().cloned().collect();
            values.sort_unstable();
            values.truncate(limits::RAW_VALUES_MAX);
            First { values, total: set.0.len() }
        };
        Raw {
            samples: sorted(self.timers.iter().map(|(name, t)| (name.clone(), first(&t.values)))),
            members: sorted(self.sets.iter().map(|(name, set)| (name.clone(), members(set)))),
        }
    }

    /// Own metrics live among those of the clients, as etsy's do, and so are in every output.
    fn add_own_metrics(&mut self, timestamp: i64) {
        let counts = &self.counts;
        for (name, n) in [
            (&self.own.bad_lines, counts.bad_lines()),
            (&self.own.packets, counts.packets),
            (&self.own.lines, counts.lines),
        ] {
            *self.counters.entry_ref(name.as_str()).or_default() += n as f64;
        }
        // etsy's server has none, so the series is there once there is something to tell.
        if counts.lost.kernel_drops > 0 {
            let dropped = counts.lost.kernel_drops as f64;
            *self.counters.entry_ref(self.own.kernel_drops.as_str()).or_default() += dropped;
        }
        if let Some(last) = self.last_timestamp.replace(timestamp) {
            let lag = timestamp.saturating_sub(last) as f64 - self.options.interval.as_secs_f64();
            *self.gauges.entry_ref(self.own.timestamp_lag.as_str()).or_default() = lag;
        }
    }

    /// Keeps the names, unless idle ones are to be forgotten, and starts their numbers over.
    fn begin_interval(&mut self) {
        let delete = self.options.delete_idle;
        self.counters.retain(|name, sum| {
            *sum = 0.0;
            !delete.counters || SPARED_COUNTERS.iter().any(|part| name.contains(part))
        });
        self.timers.retain(|_, samples| {
            samples.reset();
            !delete.timers
        });
        self.sets.retain(|_, members| {
            members.reset();
            !delete.sets
        });
        // A gauge that ran over could never come back by deltas, so it starts anew.
        self.gauges.retain(|_, value| value.is_finite() && !delete.gauges);
    }
}

/// Moves what one interval gathered into the totals. Names that the interval did not see leave it;
/// names that find no room here are counted and their samples dropped.
fn merge<Total: Default, G: Gathered<Total>>(
    totals: &mut Names<Total>,
    gathered: &mut Names<G>,
    room: &mut usize,
    counts: &mut Counts,
) {
    gathered.retain(|name, gathered| {
        if !gathered.is_seen() {
            return false;
        }
        let known = totals.len();
        if let Some(total) = slot(totals, name, known + *room) {
            counts.samples_over_limit += gathered.move_into(total);
        } else {
            *gathered = G::default();
            counts.contexts_over_limit += 1;
        }
        *room -= totals.len() - known;
        true
    });
}

fn finite(numbers: &Names<f64>, skipped: &mut u64) -> Vec<(String, f64)> {
    let all = numbers.len();
    let finite = numbers.iter().filter(|(_, value)| value.is_finite());
    let list = sorted(finite.map(|(name, value)| (name.clone(), *value)));
    *skipped += (all - list.len()) as u64;
    list
}

fn sorted<V>(entries: impl Iterator<Item = (String, V)>) -> Vec<(String, V)> {
    let mut list: Vec<_> = entries.collect();
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    list
}

#[cfg(test)]
mod tests;
