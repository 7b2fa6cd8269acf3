//! The data plane's side: one shard per receiver takes samples, and is swapped out at the flush.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use statsd_client::protocol::{BadLine, Dialect, MetricType, Sample, Samples, parse};

use super::counts::{Counts, Lost};
use super::first_nodes::FirstNodes;
use super::gathering::{Exact, GaugeChange};
use super::hits::NameHits;
use super::hold::{Hold, Recorded, add};
use super::index::random_seed;
use super::interval::Interval;
use super::key::{context_name, raw_context_name, tag_separator};
use super::members::Members;
use super::names::Texts;
use super::room::Room;
use super::samples::TimerSamples;
use super::table::Table;
use crate::events::Notices;
use crate::limits;

mod notices;

/// Takes the samples of one receiver.
///
/// Belongs behind a mutex that the receiver holds for a batch of packets and the flush for a
/// [`Shard::swap`].
#[derive(Debug)]
pub struct Shard {
    dialect: Dialect,
    sanitise: bool,
    exact: Exact,
    /// With which names are hashed.
    seed: u64,
    names: Names,
    counters: Table<f64>,
    gauges: Table<GaugeChange>,
    timers: Table<TimerSamples>,
    sets: Table<Members>,
    /// Bytes of timer samples, set members and deltas of gauges.
    held_bytes: usize,
    counts: Counts,
    /// Who brought the names that found no room.
    refused: FirstNodes,
    notices: Notices,
    /// Where somebody wants to know how often each name comes.
    hits: Option<NameHits>,
    /// Where names are written that must be sanitised.
    name: String,
}

/// Samples whose names are read ahead: more would not stay in the nearest cache.
const READ_AHEAD: usize = 32;

/// The names of all kinds.
#[derive(Debug)]
struct Names {
    /// Tells them from those of every other shard, and from those that this one had before.
    id: u64,
    texts: Texts,
    /// Texts that the flush's side has.
    told: usize,
    room: Room,
}

impl Default for Names {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { id, texts: Texts::default(), told: 0, room: Room::default() }
    }
}

impl Shard {
    /// An empty shard that reads packets in `dialect`.
    pub fn new(dialect: Dialect) -> Self {
        let seed = random_seed();
        Self {
            dialect,
            sanitise: true,
            exact: Exact::default(),
            names: Names::default(),
            seed,
            counters: Table::seeded(seed),
            gauges: Table::seeded(seed),
            timers: Table::seeded(seed),
            sets: Table::seeded(seed),
            held_bytes: 0,
            counts: Counts::default(),
            refused: FirstNodes::default(),
            notices: Notices::default(),
            hits: None,
            name: String::new(),
        }
    }

    /// How much of a timer and of a set is kept as it came.
    #[must_use]
    pub fn exact(self, exact: Exact) -> Self {
        Self { exact, ..self }
    }

    /// Whether names are cleaned, etsy's `keyNameSanitize`; they are unless this says otherwise. Raw
    /// names are left to the outputs, which clean what stands before the tags.
    ///
    /// ```
    /// use statsd_client::protocol::Dialect;
    /// use statsd_server::aggregate::{Options, Shard, State};
    ///
    /// let mut shard = Shard::new(Dialect::Etsy).sanitising(false);
    /// shard.record_packet(b"a b/c:1|c");
    /// let mut state = State::new(Options::default());
    /// state.absorb(&mut shard.take());
    /// assert_eq!(state.snapshot(0).counters.get("a b/c"), Some(&1.0));
    /// ```
    #[must_use]
    pub fn sanitising(self, sanitise: bool) -> Self {
        Self { sanitise, ..self }
    }

    /// The same from now on. What gathered before stays under the names that it came by.
    pub fn set_sanitising(&mut self, sanitise: bool) {
        if sanitise != self.sanitise {
            self.sanitise = sanitise;
            // With another seed no name is known as it stands in a packet, so every one is cleaned, or not,
            // until the tables begin anew at the next exchange.
            self.seed = random_seed();
        }
    }

    /// Whether it counts how often each name comes, for [`Shard::take_hits`]; it does not unless this
    /// says so, because every line is then looked at twice.
    #[must_use]
    pub fn counting_names(self, counts: bool) -> Self {
        Self { hits: counts.then(NameHits::default), ..self }
    }

    /// How often each name came since the last call, where that is counted.
    pub fn take_hits(&mut self) -> NameHits {
        self.hits.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Records every value of a packet (UDP) or of a chunk that ends with a line (streams), and
    /// counts its lines and what of it is bad.
    ///
    /// Allocates only for names and set members that are new, and to grow a timer.
    pub fn record_packet(&mut self, packet: &[u8]) {
        self.counts.packets += 1;
        let mut samples = parse(packet, self.dialect).seeded(self.seed);
        if self.counters.is_large() || self.timers.is_large() {
            self.record_many(&mut samples);
        }
        for item in &mut samples {
            self.record_item(item);
        }
        self.counts.lines += samples.lines() as u64;
        if samples.notices() > 0 {
            self.record_notices(packet);
        }
        if let Some(hits) = &mut self.hits {
            hits.add_packet(packet, self.dialect, self.sanitise, &mut self.name);
        }
    }

    fn record_item(&mut self, item: Result<Sample<'_>, BadLine<'_>>) {
        match item {
            Ok(sample) => self.record(&sample),
            Err(bad) => self.counts.add_bad(&bad),
        }
    }

    /// Records them some at a time: what their names need is read before, one right after another, so that
    /// the processor waits for memory once, and not once a name.
    fn record_many(&mut self, samples: &mut Samples<'_>) {
        loop {
            let mut items = [const { None }; READ_AHEAD];
            for place in &mut items {
                *place = samples.next();
            }
            let texts = &self.names.texts;
            let read = items.iter().flatten().flatten().map(|sample| match sample.kind {
                MetricType::Counter => self.counters.glance(texts, sample.name_hash),
                MetricType::Timer => self.timers.glance(texts, sample.name_hash),
                _ => 0,
            });
            // What was read is of no use to anybody, which must not be noticed.
            std::hint::black_box(read.sum::<u64>());
            let is_last = items[READ_AHEAD - 1].is_none();
            for item in items.into_iter().flatten() {
                self.record_item(item);
            }
            if is_last {
                return;
            }
        }
    }

    /// Counts what a receiver knows to be lost.
    pub fn count_lost(&mut self, lost: Lost) {
        self.counts.add_lost(lost);
    }

    /// Records one value, read with this shard's seed. What hits a bound is dropped and counted.
    #[inline]
    fn record(&mut self, sample: &Sample<'_>) {
        match self.record_known(sample) {
            Some(recorded) => self.counts.add_recorded(recorded),
            None => self.record_new(sample),
        }
    }

    /// A name that is known as it stands in the packet needs no cleaning: names are known by what
    /// cleaning left of them, and that is clean. Nearly every sample ends here.
    #[inline]
    fn record_known(&mut self, sample: &Sample<'_>) -> Option<Recorded> {
        if sample.tags.is_some() {
            return None;
        }
        let (texts, hash, name) = (&self.names.texts, sample.name_hash, sample.name);
        let mut hold = Hold { exact: self.exact, held_bytes: &mut self.held_bytes };
        Some(match sample.kind {
            MetricType::Counter => add(self.counters.known(texts, hash, name)?, sample),
            MetricType::Gauge => hold.gauge(self.gauges.known(texts, hash, name)?, sample),
            MetricType::Set => hold.join(self.sets.known(texts, hash, name)?, sample),
            MetricType::Timer | MetricType::Histogram | MetricType::Distribution => {
                hold.time(self.timers.known(texts, hash, name)?, sample)
            }
            // The parser yields no other kind.
            _ => Recorded::Kept,
        })
    }

    #[inline(never)]
    fn record_new(&mut self, sample: &Sample<'_>) {
        let context = if self.sanitise { context_name } else { raw_context_name };
        let separator = tag_separator(self.dialect);
        let name = context(sample.name, sample.tags, separator, &mut self.name);
        if name.len() > limits::CONTEXT_NAME_MAX_BYTES {
            self.counts.names_too_long += 1;
            return;
        }
        let Names { texts, room, .. } = &mut self.names;
        let mut hold = Hold { exact: self.exact, held_bytes: &mut self.held_bytes };
        let recorded = match sample.kind {
            MetricType::Counter => self.counters.of(texts, room, name).map(|sum| add(sum, sample)),
            MetricType::Gauge => {
                self.gauges.of(texts, room, name).map(|gauge| hold.gauge(gauge, sample))
            }
            MetricType::Set => self.sets.of(texts, room, name).map(|set| hold.join(set, sample)),
            MetricType::Timer | MetricType::Histogram | MetricType::Distribution => {
                self.timers.of(texts, room, name).map(|timer| hold.time(timer, sample))
            }
            _ => Some(Recorded::Kept),
        };
        if let Some(recorded) = recorded {
            self.counts.add_recorded(recorded);
        } else {
            self.counts.contexts_over_limit += 1;
            self.refused.add(name);
        }
    }

    /// What gathered since the last call, and the end of its names. A flush that comes again and again
    /// uses [`Shard::swap`].
    pub fn take(&mut self) -> Interval {
        self.swap(Interval::default())
    }

    /// What gathered since the last call, in exchange for an interval that
    /// [`State::absorb`](super::State::absorb) has emptied; in exchange for one that is not this
    /// shard's, all names as well.
    ///
    /// Costs a few moves, whatever it holds, and memory for names that are new since the last call.
    pub fn swap(&mut self, emptied: Interval) -> Interval {
        let held_bytes = mem::take(&mut self.held_bytes);
        Interval { held_bytes, ..self.exchange(emptied) }
    }

    /// As [`Shard::swap`], for a look into the open interval: what the interval held so far still
    /// counts against its bounds, so that looking often makes no room.
    pub fn swap_within(&mut self, emptied: Interval) -> Interval {
        self.exchange(emptied)
    }

    fn exchange(&mut self, emptied: Interval) -> Interval {
        let names = &mut self.names;
        names.texts.seal();
        let texts = names.texts.sealed_from(names.told);
        names.told = names.texts.sealed();
        let (counts, refused) = (mem::take(&mut self.counts), mem::take(&mut self.refused));
        let (id, notices) = (names.id, mem::take(&mut self.notices));
        if emptied.names == id && self.counters.seed() == self.seed {
            return Interval {
                texts,
                counters: self.counters.exchange(emptied.counters),
                gauges: self.gauges.exchange(emptied.gauges),
                timers: self.timers.exchange(emptied.timers),
                sets: self.sets.exchange(emptied.sets),
                counts,
                refused,
                notices,
                ..emptied
            };
        }
        *names = Names::default();
        let seed = self.seed;
        Interval {
            names: id,
            next: Some(names.id),
            texts,
            counters: mem::replace(&mut self.counters, Table::seeded(seed)).end(),
            gauges: mem::replace(&mut self.gauges, Table::seeded(seed)).end(),
            timers: mem::replace(&mut self.timers, Table::seeded(seed)).end(),
            sets: mem::replace(&mut self.sets, Table::seeded(seed)).end(),
            held_bytes: 0,
            counts,
            refused,
            notices,
        }
    }

    /// What was counted since the last [`Shard::swap`].
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

#[cfg(test)]
mod tests;
