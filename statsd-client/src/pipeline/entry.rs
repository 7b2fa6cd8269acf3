//! One thread's side of one client: its block, its run, and the names it knows.

use std::sync::Arc;

use crate::metric::KeyBuffer;
use crate::policy::WhenFull;
use crate::protocol::MetricType;

use super::account;
use super::block::{self, Block, COUNTER_WORDS, DropTallies};
use super::bulk::Bulk;
use super::call::{Call, Recorded};
use super::front::{self, ALONE, LONG_WAY, MUTED};
use super::gauges::{GaugeCell, GaugeTable};
use super::names::Names;
use super::pool;
use super::registry::{List, Resolved};
use super::run::{Header, NO_RUN, Op, RUN_BYTES, Run, TEXT_MAX_BYTES};
use super::sampler::{self, Thinner};
use super::shared::Shared;

/// How often a block is opened anew before the call is given up: each time another generation began.
const OPEN_TRIES: usize = 8;

/// A thread's words for one client.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The client's number.
    pub(crate) id: u32,
    pub(crate) shared: Arc<Shared>,
    pub(crate) names: Names,
    block: &'static Block,
    gauges: &'static GaugeTable,
    run: &'static Run,
    thinner: Thinner,
    /// Timings stand for two to the power of this many calls at present.
    shift: u8,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Entry {
    /// `None`: the client is full of threads, or gone.
    pub(crate) fn open(shared: Arc<Shared>) -> Option<Self> {
        let (block, gauges) = open_block(&shared, 1)?;
        Some(Self {
            id: shared.id,
            shared,
            names: Names::default(),
            block,
            gauges,
            run: &NO_RUN,
            thinner: Thinner::default(),
            shift: 0,
        })
    }

    pub(crate) fn block(&self) -> &'static Block {
        self.block
    }

    /// Whether the block takes calls.
    pub(crate) fn is_open(&self) -> bool {
        self.block.is_open()
    }

    /// Lets go of the block and opens another: of the present generation, with room for `counters`.
    pub(crate) fn renew(&mut self, counters: usize) -> Option<()> {
        front::clear();
        let stamp = self.block.generation();
        let (block, gauges) = open_block(&self.shared, counters)?;
        self.let_go();
        (self.block, self.gauges, self.run) = (block, gauges, &NO_RUN);
        if self.block.generation() != stamp {
            self.names.clear();
        }
        Some(())
    }

    /// Leaves the block and the run to the client's thread, or to the pool where that has ended.
    fn let_go(&mut self) {
        // They may be in front, and from here on they are lent to others.
        front::clear();
        self.block.retire();
        if account::let_go(self.block, &self.shared) && self.run.id() != NO_RUN.id() {
            pool::give_run(self.run);
        }
    }

    /// Makes its words the ones that the thread's calls find in front.
    pub(crate) fn set_front(&self) {
        front::set(self.block, self.gauges.values());
        front::set_run(if self.shift == 0 { self.run } else { &NO_RUN });
    }

    /// Records a call under a key, and answers what may be remembered of it.
    pub(crate) fn record_key(&mut self, key: &mut KeyBuffer, call: Call<'_>) -> Option<u64> {
        // Here, because a key that travels by itself is read when it is too late to count it as lost.
        if !key.has_name() {
            return self.drop_bad_name();
        }
        if !call.recorded.is_finite() {
            self.block.dropped.not_finite.add_one();
            return None;
        }
        let rate = call.rate.unwrap_or(self.shared.sample_rate);
        let aggregates = call.aggregates.unwrap_or(self.shared.aggregates);
        let wire_rate = Shared::wire_rate(call.kind, rate, aggregates);
        let key = key.stamp(call.kind, wire_rate);
        for _ in 0..OPEN_TRIES {
            let known = match self.shared.registry.resolve(key) {
                Resolved::Known(known) => known | self.way(call, rate, aggregates),
                Resolved::Muted(known) => known | muted_way(call, rate, aggregates),
                Resolved::Busy => {
                    self.record_bulk(key, call, rate, aggregates);
                    return None;
                }
                Resolved::Full => {
                    self.block.dropped.no_context.add_one();
                    return None;
                }
                Resolved::BadName => return self.drop_bad_name(),
            };
            if self.record(known, call) {
                return Some(known);
            }
            // Another generation has begun.
            if self.renew(1).is_none() {
                self.shared.threads.refuse(1);
                return None;
            }
        }
        self.block.dropped.no_context.add_one();
        None
    }

    /// Records a call of a known context; `false`: it is known no more. One draw at the most.
    #[inline]
    pub(crate) fn record(&mut self, known: u64, call: Call<'_>) -> bool {
        let Ok(number) = u32::try_from(self.block.distance(known & !(LONG_WAY | ALONE))) else {
            return self.record_muted(known, call);
        };
        let aggregates = call.aggregates.unwrap_or(self.shared.aggregates);
        let rate = call.rate.unwrap_or(self.shared.sample_rate);
        if !call.recorded.is_finite() {
            self.block.dropped.not_finite.add_one();
            return true;
        }
        match call.recorded {
            Recorded::Count(n) if aggregates && rate > 0.0 => self.add(number, n),
            Recorded::Gauge(value) if aggregates => self.gauge(number, |gauge| gauge.set(value)),
            Recorded::Delta(delta) if aggregates => self.gauge(number, |gauge| gauge.add(delta)),
            _ => {
                self.record_alone(number, call, rate, aggregates);
                true
            }
        }
    }

    /// Records a call whose words are out of reach: of a metric that is switched off, or, `false`, of another
    /// generation.
    #[cold]
    fn record_muted(&self, known: u64, call: Call<'_>) -> bool {
        if self.block.distance(known & !MUTED) != block::MUTED {
            return false;
        }
        if call.recorded.is_finite() {
            self.drop_muted();
        } else {
            self.block.dropped.not_finite.add_one();
        }
        true
    }

    /// Counts a call of a metric that is switched off.
    pub(crate) fn drop_muted(&self) {
        self.block.increment(block::MUTED);
    }

    /// Counts a call whose name cannot be sent.
    pub(crate) fn drop_bad_name(&self) -> Option<u64> {
        self.block.dropped.bad_name.add_one();
        None
    }

    /// The thread's tallies of lost calls.
    pub(crate) fn dropped(&self) -> &DropTallies {
        &self.block.dropped
    }

    /// Hands a rendered line over, as a call of its own.
    pub(crate) fn record_line(&mut self, line: &[u8]) {
        let handed = self.shared.send_bulk(Bulk::Line(line.into()));
        self.count_queued(handed);
    }

    /// Which way the context's calls take: whether they find their words in front.
    fn way(&self, call: Call<'_>, rate: f64, aggregates: bool) -> u64 {
        let as_others = aggregates == self.shared.aggregates;
        match List::of(call.kind) {
            List::Counters if aggregates && rate > 0.0 => 0,
            List::Gauges if aggregates => 0,
            List::Counters if !aggregates && as_others && rate >= 1.0 => ALONE,
            List::Gauges if !aggregates && as_others => ALONE,
            List::Samples if call.kind != MetricType::Set && as_others && rate >= 1.0 => 0,
            _ => LONG_WAY,
        }
    }

    /// A histogram that is written as a timer cannot hold a value below 0, so each is looked at.
    fn may_be_unsupported(&self, kind: MetricType) -> bool {
        let wire = self.shared.registry.wording.dialect.wire_kind(kind);
        kind != MetricType::Timer && wire == MetricType::Timer
    }

    fn add(&mut self, word: u32, n: i64) -> bool {
        if self.block.add(word.into(), n) {
            return true;
        }
        // The block is too small; after this it is large enough, or of another generation.
        let stamp = self.block.generation();
        let grown = self.renew(word as usize / COUNTER_WORDS + 1);
        grown.is_some() && self.block.generation() == stamp && self.block.add(word.into(), n)
    }

    fn gauge(&self, number: u32, write: impl FnOnce(GaugeCell)) -> bool {
        let Some(gauge) = self.gauges.get(number as usize) else { return false };
        write(gauge);
        self.block.gauge_calls.add_one();
        true
    }

    /// A call that keeps a value of its own.
    fn record_alone(&mut self, number: u32, call: Call<'_>, rate: f64, aggregates: bool) {
        if !self.is_kept(call, rate, aggregates) {
            return;
        }
        let (op, value) = packed(call.recorded);
        let mut header = Header { op, number, shift: 0, single: !aggregates };
        if let Recorded::Member(text) = call.recorded {
            let text = text.as_bytes();
            let queued = self.run.push_text(header, text)
                || self.next_run() && self.run.push_text(header, text);
            return self.count_queued(queued);
        }
        if aggregates && matches!(op, Op::Nanos | Op::Sample) {
            self.shift = self.shared.budget.shift();
            match self.thinner.keeps(self.shift, &self.block.draws) {
                Some(shift) => header.shift = shift,
                None => return self.block.sampled_out.add_one(),
            }
        }
        let queued =
            self.run.push(header, value) || { self.next_run() && self.run.push(header, value) };
        self.count_queued(queued);
    }

    /// Whether a call is to be sent. Where it is not, it is counted as what it is. One draw at the most.
    fn is_kept(&self, call: Call<'_>, rate: f64, aggregates: bool) -> bool {
        let dropped = &self.block.dropped;
        match call.recorded {
            Recorded::Sample(value) if value < 0.0 && self.may_be_unsupported(call.kind) => {
                dropped.unsupported.add_one();
                return false;
            }
            Recorded::Member(text) if text.len() > TEXT_MAX_BYTES => {
                dropped.too_long.add_one();
                return false;
            }
            _ => {}
        }
        let wire_rate = Shared::wire_rate(call.kind, rate, aggregates);
        // A rate at or below 0 sends nothing, also where the wire says 1.
        let is_never_sampled = matches!(call.kind, MetricType::Gauge | MetricType::Set);
        let kept = (rate > 0.0 || is_never_sampled) && sampler::keeps(&self.block.draws, wire_rate);
        if !kept {
            self.block.sampled_out.add_one();
        }
        kept
    }

    /// A call whose context has no number at this moment.
    fn record_bulk(&mut self, key: &[u8], call: Call<'_>, rate: f64, aggregates: bool) {
        if !self.is_kept(call, rate, aggregates) {
            return;
        }
        let (op, value) = packed(call.recorded);
        let text = if let Recorded::Member(text) = call.recorded { text } else { "" };
        let text = text.as_bytes().into();
        let handed = self.shared.send_bulk(Bulk::Call { key: key.into(), op, value, text });
        self.count_queued(handed);
    }

    fn count_queued(&self, queued: bool) {
        let tally = if queued { &self.block.queued } else { &self.block.dropped.queue_full };
        tally.add_one();
    }

    /// Goes on to another run, if the budget has one.
    fn next_run(&mut self) -> bool {
        let budget = &self.shared.budget;
        let taken = budget.take(RUN_BYTES)
            || match self.shared.when_full {
                // The client's thread would wait for itself.
                WhenFull::Block(timeout) if !self.shared.is_own_thread() => {
                    self.shared.inbox.hurry();
                    budget.take_within(RUN_BYTES, timeout)
                }
                _ => false,
            };
        if !taken {
            return false;
        }
        let run = pool::run();
        if self.run.id() == NO_RUN.id() {
            self.block.set_first_run(run.id());
        } else {
            self.run.follow_with(run.id());
        }
        self.run = run;
        true
    }
}

/// A block that is open for the present generation, and the generation's gauges.
fn open_block(shared: &Shared, counters: usize) -> Option<(&'static Block, &'static GaugeTable)> {
    (0..OPEN_TRIES).find_map(|_| {
        let head = shared.registry.head();
        let block = pool::block(counters);
        block.open(head.stamp, shared.seed.unwrap_or_else(sampler::random_seed));
        if !shared.threads.join(block) {
            return None;
        }
        // Whoever ended the generation has either seen the block, or is seen here.
        if shared.registry.is_current(head.stamp) {
            return Some((block, head.gauges));
        }
        block.retire();
        account::let_go(block, shared);
        None
    })
}

/// As [`Entry::way`], of a metric that is switched off: where a call adds to a word, it is another word.
fn muted_way(call: Call<'_>, rate: f64, aggregates: bool) -> u64 {
    let is_added_up = List::of(call.kind) == List::Counters && aggregates && rate > 0.0;
    if is_added_up { 0 } else { MUTED }
}

fn packed(event: Recorded<'_>) -> (Op, u64) {
    match event {
        Recorded::Count(n) => (Op::Count, n.cast_unsigned()),
        Recorded::Gauge(value) => (Op::Gauge, value.to_bits()),
        Recorded::Delta(delta) => (Op::Delta, delta.to_bits()),
        Recorded::Nanos(nanos) => (Op::Nanos, nanos),
        Recorded::Sample(value) => (Op::Sample, value.to_bits()),
        Recorded::Member(_) => (Op::Member, 0),
    }
}
