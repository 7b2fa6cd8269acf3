//! The calling thread's side: finds the thread's words for a client and records a call in them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::metric::{KeyBuffer, TooLong};
use crate::protocol::MetricType;

use super::cells::ThreadCells;
use super::queue::{Op, RingWriter, Who};
use super::registry::Resolved;
use super::sampler::Sampler;
use super::shared::Shared;

thread_local! {
    static LOCAL: Local = Local {
        entries: RefCell::new(Vec::new()),
        key: Cell::default(),
        sampler: Sampler::new(),
    };
}

/// What one thread keeps.
struct Local {
    /// One entry a client, the one last used in front.
    entries: RefCell<Vec<Entry>>,
    /// Taken out while it is written, because a tag's `Display` may itself send a metric.
    key: Cell<KeyBuffer>,
    sampler: Sampler,
}

/// A thread's words for one client.
struct Entry {
    id: u32,
    shared: Arc<Shared>,
    cells: Arc<ThreadCells>,
    queue: Option<RingWriter>,
    /// Names that this thread has used; the registry bounds how many there are.
    numbers: HashMap<Box<[u8]>, u32>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.cells.retire();
    }
}

/// What a call says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    Count(i64),
    Gauge(f64),
    GaugeDelta(f64),
    /// Milliseconds.
    Timing(f64),
}

impl Event {
    /// A duration, in milliseconds with their fraction.
    pub(crate) fn timing(elapsed: Duration) -> Self {
        // In whole nanoseconds, exact below 2^53 (104 days), so that the quotient is the nearest number
        // to the true one and 1.001 s is written as 1001, not 1000.9999999999999.
        let nanos = elapsed.as_secs() as f64 * 1e9 + f64::from(elapsed.subsec_nanos());
        Self::Timing(nanos / 1e6)
    }

    fn kind(self) -> MetricType {
        match self {
            Self::Count(_) => MetricType::Counter,
            Self::Gauge(_) | Self::GaugeDelta(_) => MetricType::Gauge,
            Self::Timing(_) => MetricType::Timer,
        }
    }
}

/// Records for one client on the calling thread.
pub(crate) struct Recorder<'a> {
    entry: &'a mut Entry,
    sampler: &'a Sampler,
}

/// Calls `record` with the calling thread's recorder for client `id`; `shared` gives the client where
/// the thread has not met it. Where the thread has no storage left, the call is counted as dropped.
#[inline]
pub(crate) fn with_recorder(
    id: u32,
    shared: impl Fn() -> Option<Arc<Shared>>,
    record: impl FnOnce(&mut Recorder<'_>),
) {
    let done = LOCAL.try_with(|local| {
        // Taken only when a metric is sent from within another one's recording, which runs no
        // foreign code; the call is then refused rather than the host stopped.
        let mut entries = local.entries.try_borrow_mut().ok()?;
        if entries.first().is_none_or(|entry| entry.id != id) {
            bring_to_front(&mut entries, id, &shared)?;
        }
        let entry = entries.first_mut()?;
        record(&mut Recorder { entry, sampler: &local.sampler });
        Some(())
    });
    if !matches!(done, Ok(Some(())))
        && let Some(shared) = shared()
    {
        shared.threads.refuse();
    }
}

/// Records a call by name. `write` runs outside of every borrow, because the `Display` of a tag is
/// foreign code and may itself send a metric. `rate`: the client's own where `None`.
pub(crate) fn record_named(
    id: u32,
    shared: impl Fn() -> Option<Arc<Shared>>,
    write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    rate: Option<f64>,
    event: Event,
) {
    let mut key = LOCAL.try_with(|local| local.key.take()).unwrap_or_default();
    let written = write(&mut key);
    with_recorder(id, shared, |recorder| match written {
        Ok(()) => {
            recorder.record_key(&mut key, rate, event);
        }
        Err(TooLong) => recorder.drop_bad_name(),
    });
    // A thread that is ending has nowhere to keep it.
    let _kept = LOCAL.try_with(|local| local.key.set(key));
}

#[cold]
fn bring_to_front(
    entries: &mut Vec<Entry>,
    id: u32,
    shared: &impl Fn() -> Option<Arc<Shared>>,
) -> Option<()> {
    entries.retain(|entry| !entry.shared.closed.load(Ordering::Relaxed));
    if let Some(at) = entries.iter().position(|entry| entry.id == id) {
        entries.swap(0, at);
        return Some(());
    }
    let open = |shared: &Arc<Shared>| !shared.closed.load(Ordering::Relaxed);
    let shared = shared().filter(|shared| shared.id == id).filter(open)?;
    let cells = shared.threads.join()?;
    entries.insert(0, Entry { id, shared, cells, queue: None, numbers: HashMap::new() });
    Some(())
}

impl Recorder<'_> {
    /// Records a call for a key: under its number where there is one, with the key itself elsewhere.
    /// Answers the number, for a handle to keep.
    pub(crate) fn record_key(
        &mut self,
        key: &mut KeyBuffer,
        rate: Option<f64>,
        event: Event,
    ) -> Option<u32> {
        // Here, because a key that travels by itself is read when it is too late to count it as lost.
        if !key.has_name() {
            self.drop_bad_name();
            return None;
        }
        let shared = &self.entry.shared;
        let kind = event.kind();
        let wire_rate = shared.wire_rate(kind, rate.unwrap_or(shared.sample_rate));
        let key = key.stamp(kind, wire_rate);
        match self.resolve(key) {
            Resolved::Context(number) => {
                self.record(Who::Context(number), rate, event);
                return Some(number);
            }
            Resolved::Full | Resolved::Busy => self.record(Who::Key(key), rate, event),
            Resolved::BadName => self.drop_bad_name(),
        }
        None
    }

    /// Records a call. One draw at the most, no lock, no system call.
    #[inline]
    pub(crate) fn record(&mut self, who: Who<'_>, rate: Option<f64>, event: Event) {
        let rate = rate.unwrap_or(self.entry.shared.sample_rate);
        let cells = &*self.entry.cells;
        if let Event::Gauge(value) | Event::GaugeDelta(value) | Event::Timing(value) = event
            && !value.is_finite()
        {
            cells.dropped.not_finite.add_one();
            return;
        }
        if let (true, Who::Context(context)) = (self.entry.shared.aggregates, who) {
            match event {
                Event::Count(n) if rate > 0.0 => return cells.add(context, n),
                Event::Gauge(value) => {
                    if let Some(gauge) = self.entry.shared.gauges.get(context) {
                        gauge.set(value);
                        return cells.touch(context);
                    }
                }
                Event::GaugeDelta(delta) => {
                    if let Some(gauge) = self.entry.shared.gauges.get(context) {
                        gauge.add(delta);
                        return cells.touch(context);
                    }
                }
                Event::Count(_) | Event::Timing(_) => {}
            }
        }
        let wire_rate = self.entry.shared.wire_rate(event.kind(), rate);
        // A rate at or below 0 sends nothing, also where the wire says 1.
        let kept =
            (rate > 0.0 || event.kind() == MetricType::Gauge) && self.sampler.keeps(wire_rate);
        if kept { self.queue(who, event) } else { cells.sampled_out.add_one() }
    }

    /// Counts a call whose name cannot be sent.
    pub(crate) fn drop_bad_name(&self) {
        self.entry.cells.dropped.bad_name.add_one();
    }

    /// The number of a key's context, from this thread's cache or the registry.
    fn resolve(&mut self, key: &[u8]) -> Resolved {
        if let Some(&number) = self.entry.numbers.get(key) {
            return Resolved::Context(number);
        }
        let Entry { shared, numbers, .. } = &mut *self.entry;
        let resolved = shared.registry.resolve(key, |number, kind| {
            if kind == MetricType::Gauge {
                shared.gauges.prepare(number);
            }
        });
        if let Resolved::Context(number) = resolved {
            numbers.insert(key.into(), number);
        }
        resolved
    }

    fn queue(&mut self, who: Who<'_>, event: Event) {
        let (op, value) = match event {
            Event::Count(n) => (Op::Value, n.cast_unsigned()),
            Event::Gauge(value) | Event::Timing(value) => (Op::Value, value.to_bits()),
            Event::GaugeDelta(delta) => (Op::Delta, delta.to_bits()),
        };
        let Entry { shared, cells, queue, .. } = &mut *self.entry;
        if queue.is_none() {
            *queue = RingWriter::new(&shared.budget);
            if let Some(queue) = queue {
                cells.publish_ring(queue.ring());
            }
        }
        let pushed = queue.as_mut().is_some_and(|queue| queue.push(op, who, value, &shared.budget));
        if pushed { cells.queued.add_one() } else { cells.dropped.queue_full.add_one() }
    }
}
