//! The client's thread's side: takes what all threads recorded and turns it into packets.

use std::sync::Arc;

use crate::protocol::{Dialect, MetricType, Number};

use super::account::Account;
use super::cells::{Seen, ThreadCells};
use super::packer::{Calls, Outlet, Packer};
use super::queue::{Op, Record, RingReader, Who};
use super::registry::{Context, Registry};
use super::shared::Shared;

/// Timings of one context for which memory is kept from flush to flush.
const KEPT_TIMINGS: usize = 1024;

/// Everything that is remembered from flush to flush. The client's thread owns it.
#[derive(Debug)]
pub(crate) struct Collector {
    threads: Vec<Thread>,
    contexts: Vec<Arc<Context>>,
    pending: Vec<Pending>,
    packer: Packer,
    /// One line in the making.
    line: Vec<u8>,
    /// Bytes of rings that the present collection is done with.
    freed: usize,
    /// Bytes of queued records that the present collection has taken.
    taken: usize,
}

#[derive(Debug)]
struct Thread {
    cells: Arc<ThreadCells>,
    seen: Seen,
    ring: Option<RingReader>,
}

/// What one context has come to since the last flush.
#[derive(Debug, Default)]
struct Pending {
    sum: i64,
    calls: u64,
    timings: Vec<f64>,
    /// The gauge's total of deltas that the server knows.
    gauge_total: f64,
}

impl Collector {
    pub(crate) fn new(max_packet_size: usize) -> Self {
        Self {
            threads: Vec::new(),
            contexts: Vec::new(),
            pending: Vec::new(),
            packer: Packer::new(max_packet_size),
            line: Vec::new(),
            freed: 0,
            taken: 0,
        }
    }

    /// Takes everything recorded so far; packets leave through `outlet` as they fill, so that one is
    /// held at a time. Answers how many bytes of queued records it took.
    pub(crate) fn collect(
        &mut self,
        shared: &Shared,
        account: &Account,
        outlet: &mut dyn Outlet,
    ) -> usize {
        let new = account.new_threads().into_iter();
        self.threads.extend(new.map(|cells| Thread { cells, seen: Seen::default(), ring: None }));
        for at in (0..self.threads.len()).rev() {
            // Asked first, so that what is read next is final.
            let retired = self.threads[at].cells.is_retired();
            self.take_cells(at);
            self.take_queue(at, shared, outlet);
            if retired {
                let thread = self.threads.swap_remove(at);
                account.retire(&thread.cells);
                if let Some(ring) = thread.ring {
                    self.freed += ring.release();
                }
                shared.threads.leave();
            }
        }
        // Not earlier: what writers add meanwhile must end somewhere.
        shared.budget.give(std::mem::take(&mut self.freed));
        shared.registry.catch_up(&mut self.contexts);
        self.pending.resize_with(self.pending.len().max(self.contexts.len()), Pending::default);
        for at in 0..self.contexts.len() {
            self.write_context(at, shared, outlet);
        }
        self.packer.finish(outlet);
        std::mem::take(&mut self.taken)
    }

    fn take_cells(&mut self, at: usize) {
        let Thread { cells, seen, .. } = &mut self.threads[at];
        let pending = &mut self.pending;
        seen.advance(cells, |context, sum, calls| {
            let pending = pending_of(pending, context);
            pending.sum = pending.sum.wrapping_add(sum);
            pending.calls = pending.calls.wrapping_add(calls);
        });
    }

    fn take_queue(&mut self, at: usize, shared: &Shared, outlet: &mut dyn Outlet) {
        let Thread { cells, ring, .. } = &mut self.threads[at];
        if ring.is_none() {
            *ring = cells.ring();
        }
        let Some(ring) = ring else { return };
        // A record's context was registered before the record was written.
        let mut sink = QueueSink {
            registry: &shared.registry,
            aggregates: shared.aggregates,
            contexts: &mut self.contexts,
            pending: &mut self.pending,
            packer: &mut self.packer,
            line: &mut self.line,
            outlet,
        };
        let taken = &mut self.taken;
        self.freed += ring.drain(|record| {
            *taken += record.bytes();
            sink.take(record);
        });
    }

    fn write_context(&mut self, at: usize, shared: &Shared, outlet: &mut dyn Outlet) {
        let (context, pending) = (&self.contexts[at], &mut self.pending[at]);
        let calls = std::mem::take(&mut pending.calls);
        let sum = std::mem::take(&mut pending.sum);
        if !pending.timings.is_empty() {
            let dialect = shared.registry.dialect();
            write_timings(context, &pending.timings, dialect, &mut self.packer, outlet);
            pending.timings.clear();
            pending.timings.shrink_to(KEPT_TIMINGS);
        }
        let number = match context.kind {
            MetricType::Counter if calls > 0 || sum != 0 => Some(Number::Integer(sum)),
            // A call whose value is not seen yet comes next time.
            MetricType::Gauge => u32::try_from(at)
                .ok()
                .and_then(|number| shared.gauges.get(number))
                .and_then(|gauge| gauge.read(&mut pending.gauge_total)),
            _ => None,
        };
        if let Some(number) = number {
            self.line.clear();
            write_line(&mut self.line, context, number, shared.registry.dialect());
            self.packer.push(&self.line, Calls::aggregated(calls), outlet);
        }
    }
}

/// Where a queue's records go.
struct QueueSink<'a> {
    registry: &'a Registry,
    aggregates: bool,
    contexts: &'a mut Vec<Arc<Context>>,
    pending: &'a mut Vec<Pending>,
    packer: &'a mut Packer,
    line: &'a mut Vec<u8>,
    outlet: &'a mut dyn Outlet,
}

impl QueueSink<'_> {
    fn take(&mut self, record: Record<'_>) {
        let context = match record.who {
            Who::Key(key) => self.registry.render(key).map(Arc::new),
            Who::Context(number) => {
                let number = number as usize;
                if number >= self.contexts.len() {
                    self.registry.catch_up(self.contexts);
                }
                let context = self.contexts.get(number).cloned();
                if self.aggregates && context.as_ref().is_some_and(|c| c.kind == MetricType::Timer)
                {
                    let value = f64::from_bits(record.value);
                    pending_of(self.pending, number).timings.push(value);
                    return;
                }
                context
            }
        };
        // The caller has read the key and found a name in it.
        let Some(context) = context else { return };
        let number = match (context.kind, record.op) {
            (MetricType::Counter, _) => Number::Integer(record.value.cast_signed()),
            (_, Op::Value) => Number::Float(f64::from_bits(record.value)),
            (_, Op::Delta) => Number::Signed(f64::from_bits(record.value)),
        };
        self.line.clear();
        write_line(self.line, &context, number, self.registry.dialect());
        self.packer.push(self.line, Calls::ONE, self.outlet);
    }
}

fn pending_of(pending: &mut Vec<Pending>, context: usize) -> &mut Pending {
    if context >= pending.len() {
        pending.resize_with(context + 1, Pending::default);
    }
    &mut pending[context]
}

/// One line; for a negative gauge two that belong together, because to plain StatsD a sign means a
/// change: the gauge is reset to 0 first.
fn write_line(out: &mut Vec<u8>, context: &Context, number: Number, dialect: Dialect) {
    let negative_gauge = context.kind == MetricType::Gauge
        && matches!(number, Number::Float(value) if value < 0.0)
        && dialect == Dialect::Etsy;
    if negative_gauge {
        context.frame.write(out, Number::Integer(0));
        out.push(b'\n');
    }
    context.frame.write(out, number);
}

/// Timings keep every value. DogStatsD packs as many into a line as fit a packet; plain StatsD reads
/// one value a line.
fn write_timings(
    context: &Context,
    timings: &[f64],
    dialect: Dialect,
    packer: &mut Packer,
    outlet: &mut dyn Outlet,
) {
    let mut line = Vec::new();
    let mut digits = Vec::new();
    let mut values = 0;
    for &timing in timings {
        digits.clear();
        Number::Float(timing).write(&mut digits);
        let full = line.len() + 1 + digits.len() + context.frame.tail.len() > packer.limit();
        if values > 0 && (full || dialect == Dialect::Etsy) {
            line.extend_from_slice(&context.frame.tail);
            packer.push(&line, Calls { own: values, aggregated: 0 }, outlet);
            values = 0;
        }
        if values == 0 {
            line.clear();
            line.extend_from_slice(&context.frame.head);
        }
        line.push(b':');
        line.extend_from_slice(&digits);
        values += 1;
    }
    line.extend_from_slice(&context.frame.tail);
    packer.push(&line, Calls { own: values, aggregated: 0 }, outlet);
}
