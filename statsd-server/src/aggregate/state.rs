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
use super::options::Options;
use super::room::Room;
use super::samples::TimerSamples;
use super::snapshot::{First, Raw, Snapshot};
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
    options: Options,
    statistics: Statistics,
    own: OwnNames,
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
    first_nodes: FirstNodes,
    /// Of the intervals absorbed since they were last taken.
    notices: Notices,
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
        let counters = self.counters.named(&shared, |sum, _| finite(*sum));
        let gauges = self.gauges.named(&shared, |value, _| finite(*value));
        // Before the samples are looked at, as they came.
        let raw = self.options.keep_raw.then(|| self.raw(&shared));
        let statistics = &mut self.statistics;
        let timers = self.timers.named(&shared, |samples, name| {
            sketched += u64::from(samples.sketch.is_some());
            let (stats, not_finite) = statistics.of(name.as_str(), samples);
            skipped += not_finite;
            Some(stats)
        });
        let sets = self.sets.named(&shared, |set, _| {
            estimated += u64::from(set.is_estimated());
            Some(set.len())
        });
        let interval = self.options.interval.as_secs_f64();
        let processing_millis = 0;
        let snapshot = Snapshot {
            timestamp,
            interval,
            counters,
            timers,
            gauges,
            sets,
            processing_millis,
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
        let samples = self.timers.named(shared, |timer, _| {
            let mut values: Vec<_> = timer.samples.iter().collect();
            values.sort_unstable_by(f64::total_cmp);
            values.truncate(RAW_VALUES_MAX);
            Some(First { values, total: timer.len() })
        });
        let members = self.sets.named(shared, |set, _| {
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
    fn begin_interval(&mut self) {
        let delete = self.options.delete_idle;
        let texts = &self.texts;
        let is_spared = |name: &str| SPARED_COUNTERS.iter().any(|part| name.contains(part));
        let forget_counter = |sum: &mut f64, _| {
            *sum = 0.0;
            delete.counters
        };
        self.counters.end_interval(texts, forget_counter, is_spared);
        let forget_timer = |samples: &mut TimerSamples, _| {
            *samples = TimerSamples::default();
            delete.timers
        };
        self.timers.end_interval(texts, forget_timer, |_| false);
        let forget_set = |members: &mut Members, _| {
            members.reset();
            delete.sets
        };
        self.sets.end_interval(texts, forget_set, |_| false);
        let (own, max) = (&self.own.timestamp_lag, self.options.gauges_max_ttl);
        // A gauge that ran over could never come back by deltas, so it starts anew.
        let forget_gauge =
            |value: &mut f64, silent| !value.is_finite() || (delete.gauges && silent >= max);
        self.gauges.end_interval(texts, forget_gauge, |name| name == own);
    }

    /// Forgets names for good that are away for long, or where there are too many of them. It takes two
    /// flushes: first the shards hand over all their names and begin anew, so that nothing refers to the
    /// places that change.
    fn make_room(&mut self) {
        if self.renews {
            if self.links.is_empty() {
                self.compact();
                self.renews = false;
            }
            return;
        }
        let refused = self.last_counts.contexts_over_limit > 0;
        let gone = self.absent(ABSENT_FLUSHES);
        let bytes = self.texts.bytes();
        let names_bytes = NAMES_HELD_MAX_BYTES - self.room.bytes;
        self.renews = gone > self.contexts() + NAMES_SLACK
            || bytes > 2 * names_bytes + NAMES_SLACK_BYTES
            || (refused && self.absent(1) > 0);
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
