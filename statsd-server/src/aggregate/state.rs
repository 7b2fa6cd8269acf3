//! The flush's side: absorbs what the shards gathered, keeps what outlives an interval, and yields
//! snapshots.

use std::mem;
use std::sync::Arc;

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::interval::Interval;
use super::link::Link;
use super::members::Members;
use super::names::Texts;
use super::options::{Options, Ttl};
use super::room::Room;
use super::samples::TimerSamples;
use super::snapshot::{First, Raw, Silence, Snapshot};
use super::timer::Statistics;
use super::totals::{Books, Totals};
use crate::events::Notices;
use crate::limits::{NAMES_HELD_MAX_BYTES, NAMES_SLACK, NAMES_SLACK_BYTES, RAW_VALUES_MAX};

/// Flushes after which a name that is forgotten is not expected back, so that its place is wanted.
const ABSENT_FLUSHES: u32 = 8;

/// `deleteCounters` spares the server's own counters. etsy looks for these texts anywhere in a name,
/// so that some counters of clients are spared, too.
const SPARED_COUNTERS: [&str; 3] = ["packets_received", "metrics_received", "bad_lines_seen"];

/// The numbers of the open interval, and everything that lives longer.
#[derive(Debug)]
pub struct State {
    pub(super) options: Options,
    statistics: Statistics,
    pub(super) own: OwnNames,
    /// The names of all kinds.
    pub(super) texts: Texts,
    pub(super) counters: Totals<f64>,
    pub(super) gauges: Totals<f64>,
    pub(super) timers: Totals<TimerSamples>,
    pub(super) sets: Totals<Members>,
    /// What the names above leave free.
    pub(super) room: Room,
    /// One for each shard whose intervals come again and again.
    links: Vec<Link>,
    /// The shards are to begin anew, so that what is forgotten can make room.
    renews: bool,
    pub(super) first_nodes: FirstNodes,
    /// Of the intervals absorbed since they were last taken.
    notices: Notices,
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
    bad_lines: String,
    packets: String,
    lines: String,
    pub(super) timestamp_lag: String,
    kernel_drops: String,
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
            texts: Texts::default(),
            links: Vec::new(),
            renews: false,
            counters: Totals::default(),
            gauges: Totals::default(),
            timers: Totals::default(),
            sets: Totals::default(),
            room: Room::default(),
            first_nodes: FirstNodes::default(),
            notices: Notices::default(),
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
                if let Some(sum) = self.counters.remove_own(&self.texts, former) {
                    *self.counters.own(&mut self.texts, name) += sum;
                }
            }
            let lag = &self.own.timestamp_lag;
            if let Some(lag) = self.gauges.remove_own(&self.texts, lag) {
                *self.gauges.own(&mut self.texts, &own.timestamp_lag) = lag;
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
            let drops = self.counters.own(&mut self.texts, &self.own.kernel_drops);
            *drops += counts.lost.kernel_drops as f64;
        }
        self.counts.add(counts);
        interval.held_bytes = 0;
        self.first_nodes.take_over(&mut interval.refused);
        self.notices.append(mem::take(&mut interval.notices));
        if interval.names != 0 {
            self.absorb_names(interval);
        }
    }

    fn absorb_names(&mut self, interval: &mut Interval) {
        let known = self.links.iter().position(|link| link.names == interval.names);
        let mut link = match known {
            Some(at) => self.links.swap_remove(at),
            None => Link::new(interval.names),
        };
        link.texts.add(mem::take(&mut interval.texts));
        let mut books = Books {
            texts: &mut self.texts,
            room: &mut self.room,
            counts: &mut self.counts,
            first_nodes: &mut self.first_nodes,
            exact: self.options.exact,
        };
        let Link { texts, counters, gauges, timers, sets, .. } = &mut link;
        self.counters.absorb(&mut interval.counters, counters, texts, &mut books);
        self.gauges.absorb(&mut interval.gauges, gauges, texts, &mut books);
        self.timers.absorb(&mut interval.timers, timers, texts, &mut books);
        self.sets.absorb(&mut interval.sets, sets, texts, &mut books);
        if let Some(next) = interval.next {
            *interval = Interval::empty(next);
            // Somebody may look into the interval between two flushes, so this is no flush's business.
            if self.renews && self.links.is_empty() {
                self.compact();
                self.renews = false;
            }
            return;
        }
        let short = self.counts.contexts_over_limit > 0 && self.room.names > 0;
        if self.renews || link.is_worn(short) {
            // The shard then hands over all its names at the next flush, and begins anew.
            *interval = Interval::default();
        }
        self.links.push(link);
    }

    /// Ends the interval: what it added up to, under `timestamp` (seconds since the epoch).
    ///
    /// Sorts every timer's samples; shares the names with the snapshot, and copies its numbers.
    pub fn snapshot(&mut self, timestamp: i64) -> Snapshot {
        // Those that somebody deleted are back in every flush.
        self.own_counters([0; 3]);
        self.set_timestamp_lag(timestamp);
        let shared = self.texts.share();
        let (mut skipped, mut sketched, mut estimated) = (0, 0, 0);
        let mut finite = |value: f64| {
            skipped += u64::from(!value.is_finite());
            value.is_finite().then_some(value)
        };
        let (counters, sums) = self.counters.named(&shared, |sum, _| finite(*sum));
        let (gauges, levels) = self.gauges.named(&shared, |value, _| finite(*value));
        // Before the samples are looked at, as they came.
        let raw = self.options.keep_raw.then(|| self.raw(&shared));
        let statistics = &mut self.statistics;
        let (timers, times) = self.timers.named(&shared, |samples, name| {
            sketched += u64::from(samples.sketch.is_some());
            let (stats, not_finite) = statistics.of(name.as_str(), samples);
            skipped += not_finite;
            Some(stats)
        });
        let (sets, sizes) = self.sets.named(&shared, |set, _| {
            estimated += u64::from(set.is_estimated());
            Some(set.len())
        });
        let interval = self.options.interval.as_secs_f64();
        let snapshot = Snapshot {
            timestamp,
            interval,
            prefix_stats: self.options.prefix_stats.clone(),
            counters,
            timers,
            gauges,
            sets,
            silence: Silence { counters: sums, timers: times, gauges: levels, sets: sizes },
            processing_millis: 0,
            raw,
        };
        self.counts.results_not_finite += skipped;
        self.counts.timers_sketched += sketched;
        self.counts.sets_estimated += estimated;
        self.last_counts = mem::take(&mut self.counts);
        self.begin_interval();
        self.make_room();
        snapshot
    }

    /// What was counted in the interval of the last snapshot.
    pub fn last_counts(&self) -> &Counts {
        &self.last_counts
    }

    /// The events and service checks absorbed since the last call.
    pub fn take_notices(&mut self) -> Notices {
        mem::take(&mut self.notices)
    }

    fn raw(&mut self, shared: &Arc<[Arc<str>]>) -> Raw {
        let (samples, _) = self.timers.named(shared, |timer, _| {
            let mut values: Vec<_> = timer.samples.iter().collect();
            values.sort_unstable_by(f64::total_cmp);
            values.truncate(RAW_VALUES_MAX);
            Some(First { values, total: timer.len() })
        });
        let (members, _) = self.sets.named(shared, |set, _| {
            let mut values: Vec<_> = set.exact().cloned().collect();
            values.sort_unstable();
            values.truncate(RAW_VALUES_MAX);
            Some(First { values, total: set.len() })
        });
        Raw { samples, members }
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
            *self.counters.own(&mut self.texts, name) += n as f64;
        }
    }

    fn set_timestamp_lag(&mut self, timestamp: i64) {
        if let Some(last) = self.last_timestamp.replace(timestamp) {
            let lag = timestamp.saturating_sub(last) as f64 - self.options.interval.as_secs_f64();
            *self.gauges.own(&mut self.texts, &self.own.timestamp_lag) = lag;
        }
    }

    /// Keeps the names, unless idle ones are to be forgotten, and starts their numbers over.
    pub(super) fn begin_interval(&mut self) {
        let delete = self.options.delete_idle;
        let flushes = |ttl| Ttl::flushes(ttl, self.options.interval);
        let Ttl { counters, timers, sets, gauges } = self.options.ttl;
        let [counters, timers, sets, gauges] = [counters, timers, sets, gauges].map(flushes);
        let (texts, own) = (&self.texts, &self.own);
        self.counters.end_interval(texts, |sum, silent, name| {
            *sum = 0.0;
            let spared = || SPARED_COUNTERS.iter().any(|part| name().contains(part));
            (!delete.counters || spared()) && (silent < counters || name() == own.kernel_drops)
        });
        self.timers.end_interval(texts, |samples, silent, _| {
            *samples = TimerSamples::default();
            !delete.timers && silent < timers
        });
        self.sets.end_interval(texts, |members, silent, _| {
            members.reset();
            !delete.sets && silent < sets
        });
        let max = if delete.gauges { self.options.gauges_max_ttl.min(gauges) } else { gauges };
        self.gauges.end_interval(texts, |value, silent, name| {
            // A gauge that ran over could never come back by deltas, so it starts anew.
            value.is_finite() && (silent < max || name() == own.timestamp_lag)
        });
    }

    /// Sees to it that names are forgotten for good that are away for long, or where there are too many of
    /// them. The shards first hand over all their names and begin anew, so that nothing refers to the
    /// places that change; whoever has none is there already.
    fn make_room(&mut self) {
        if self.renews {
            return;
        }
        let refused = self.last_counts.contexts_over_limit > 0;
        let gone = self.absent(ABSENT_FLUSHES);
        let bytes = self.texts.bytes();
        let names_bytes = NAMES_HELD_MAX_BYTES - self.room.bytes;
        self.renews = gone > self.contexts() + NAMES_SLACK
            || bytes > 2 * names_bytes + NAMES_SLACK_BYTES
            || (refused && self.absent(1) > 0);
        if self.renews && self.links.is_empty() {
            self.compact();
            self.renews = false;
        }
    }

    fn absent(&self, flushes: u32) -> usize {
        self.counters.absent(flushes)
            + self.gauges.absent(flushes)
            + self.timers.absent(flushes)
            + self.sets.absent(flushes)
    }

    fn compact(&mut self) {
        let old = mem::take(&mut self.texts);
        self.room = Room::default();
        let (texts, room) = (&mut self.texts, &mut self.room);
        self.counters.compact(&old, texts, room);
        self.gauges.compact(&old, texts, room);
        self.timers.compact(&old, texts, room);
        self.sets.compact(&old, texts, room);
    }
}

#[cfg(test)]
mod tests;
