//! The contexts of a client: a name with its kind, rate and tags, numbered and rendered once.
//!
//! Numbers belong to a *generation*. A new one begins where every handle must ask again: another client
//! is installed, metrics are switched off or on, contexts have been idle for long, the gauges need a larger
//! table. Its stamp is unique
//! in the process, so what a handle knows of an earlier one is out of reach of every block.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use crate::metric::{Key, KeyBuffer};
use crate::protocol::{Dialect, Frame, MetricType, Naming};

use super::block::{COUNTER_WORDS, MUTED};
use super::gauges::GaugeTable;
use super::mutes::Mutes;
use super::pool;

/// Contexts beyond the limit that the overflow series may take: one a kind and rate.
const OVERFLOW_CONTEXTS: usize = 64;

/// In the place of a stamp: there is no generation any more.
const ENDED: u32 = 0;

/// What is written before and behind every value of a client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wording {
    pub(crate) dialect: Dialect,
    pub(crate) prefix: String,
    pub(crate) tags: Vec<(String, String)>,
    /// Datadog's fields that say where a line comes from, rendered; empty for none.
    pub(crate) origin: String,
}

/// One registered context.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) kind: MetricType,
    pub(crate) rate: f64,
    pub(crate) frame: Frame,
    /// What it was registered under, to render it with another rate.
    pub(crate) key: Box<[u8]>,
    /// It stands for contexts beyond the limit.
    pub(crate) is_overflow: bool,
}

/// Which list a context's number counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Added up in words of a block; the number is the word's.
    Counters,
    /// In the table of gauges.
    Gauges,
    /// Values that travel one by one: timers, histograms, distributions, sets.
    Samples,
}

impl List {
    pub(crate) fn of(kind: MetricType) -> Self {
        match kind {
            MetricType::Counter | MetricType::Meter => Self::Counters,
            MetricType::Gauge => Self::Gauges,
            _ => Self::Samples,
        }
    }
}

/// What became of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// Stamp and number, a half each.
    Known(u64),
    /// It is switched off. Stamp and number of the word that counts such calls.
    Muted(u64),
    /// The table of gauges is full until it has grown: the call travels with its key.
    Busy,
    /// The limit is reached, and the overflow series are all taken, too.
    Full,
    /// The key holds no name that could be sent.
    BadName,
}

/// A context that the client's thread has not met, in the order of its numbers.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) stamp: u32,
    pub(crate) list: List,
    pub(crate) context: Context,
}

/// What a thread needs to open a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) stamp: u32,
    pub(crate) gauges: &'static GaugeTable,
}

/// Key → number → rendered frame.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) wording: Wording,
    pub(crate) mutes: Mutes,
    max_contexts: usize,
    stamp: AtomicU32,
    head: RwLock<Head>,
    inner: Mutex<Inner>,
    /// Look-ups that found the limit reached.
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    stamp: u32,
    numbers: HashMap<Box<[u8]>, u64>,
    counters: usize,
    gauges: usize,
    samples: usize,
    gauge_room: usize,
    /// A gauge found no room.
    is_crowded: bool,
    fresh: Vec<Fresh>,
    /// Generations that the client's thread has not met.
    heads: Vec<Head>,
    rewritten: u64,
}

impl Registry {
    pub(crate) fn new(wording: Wording, max_contexts: usize, mutes: Mutes) -> Self {
        let head = Head { stamp: pool::new_stamp(), gauges: pool::gauges(1) };
        let inner = Inner {
            stamp: head.stamp,
            gauge_room: head.gauges.values().len(),
            heads: vec![head],
            ..Inner::default()
        };
        Self {
            wording,
            mutes,
            max_contexts,
            stamp: AtomicU32::new(head.stamp),
            head: RwLock::new(head),
            inner: Mutex::new(inner),
            refused: AtomicU64::new(0),
        }
    }

    /// Looks a key up, or registers it: once a thread and context. The lock is held for about a
    /// microsecond, and waited for: whoever holds it may be interrupted for long, and a thread that only
    /// tried would meanwhile fill the queue with calls that have no number.
    pub(crate) fn resolve(&self, key: &[u8]) -> Resolved {
        let mut inner = self.lock();
        if let Some(&known) = inner.numbers.get(key) {
            return Resolved::Known(known);
        }
        if self.is_muted(key) {
            return inner.muted();
        }
        if inner.contexts() < self.max_contexts {
            return inner.register(key, self.render(key, None, false));
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let Some(key) = Key::read(key).as_ref().and_then(overflow_key) else {
            return Resolved::BadName;
        };
        match inner.numbers.get(&*key) {
            Some(&known) => Resolved::Known(known),
            None if self.is_muted(&key) => inner.muted(),
            None if inner.contexts() < self.max_contexts + OVERFLOW_CONTEXTS => {
                inner.register(&key, self.render(&key, None, true))
            }
            None => Resolved::Full,
        }
    }

    /// Renders a key, with another rate than its own where one is given.
    pub(crate) fn render(
        &self,
        key: &[u8],
        rate: Option<f64>,
        is_overflow: bool,
    ) -> Option<Context> {
        let read = Key::read(key).filter(|key| !key.name.is_empty())?;
        let rate = rate.unwrap_or(read.rate);
        let frame = self.wording.frame(&Key { rate, ..read });
        Some(Context { kind: read.kind, rate, frame, key: key.into(), is_overflow })
    }

    /// Begins a new generation, with room for at least as many gauges as there are, and twice as many
    /// where there was none left. Who calls this closes all blocks of the earlier ones.
    pub(crate) fn begin_generation(&self) {
        let mut inner = self.lock();
        if self.is_current(ENDED) {
            return;
        }
        let room = if inner.is_crowded { inner.gauge_room + 1 } else { inner.gauge_room };
        let head = Head { stamp: pool::new_stamp(), gauges: pool::gauges(room) };
        let Inner { fresh, mut heads, rewritten, .. } = std::mem::take(&mut *inner);
        heads.push(head);
        let (stamp, gauge_room) = (head.stamp, head.gauges.values().len());
        *inner = Inner { stamp, gauge_room, fresh, heads, rewritten, ..Inner::default() };
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = head;
        // Before anybody looks for blocks to close: a thread that opens one of the old generation after
        // that look sees that it has ended.
        self.stamp.store(head.stamp, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// The present generation. Waits at most for the exchange of one for the other.
    pub(crate) fn head(&self) -> Head {
        *self.head.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the present generation without another one.
    pub(crate) fn end(&self) {
        let _nobody_begins_one = self.lock();
        self.stamp.store(ENDED, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    /// Whether `stamp` is still the present generation's.
    pub(crate) fn is_current(&self, stamp: u32) -> bool {
        fence(Ordering::SeqCst);
        self.stamp.load(Ordering::SeqCst) == stamp
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _inner = self.lock();
        let _head = self.head.write().unwrap_or_else(PoisonError::into_inner);
        self.mutes.while_locked(work)
    }

    /// The generations that began, and the contexts that were registered, since the last time.
    pub(crate) fn take_fresh(&self) -> (Vec<Head>, Vec<Fresh>) {
        let mut inner = self.lock();
        (std::mem::take(&mut inner.heads), std::mem::take(&mut inner.fresh))
    }

    /// Whether a gauge has found no room.
    pub(crate) fn is_crowded(&self) -> bool {
        self.lock().is_crowded
    }

    /// Contexts, and how many of them had to be rewritten.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let inner = self.lock();
        (inner.contexts() as u64, inner.rewritten)
    }

    /// Look-ups that found the limit of contexts reached.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn is_muted(&self, key: &[u8]) -> bool {
        let has = |key: Key<'_>| self.mutes.has(self.wording.prefix_of(&key), key.name);
        !self.mutes.is_empty() && Key::read(key).is_some_and(has)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wording {
    fn prefix_of(&self, key: &Key<'_>) -> &str {
        if key.has_prefix { &self.prefix } else { "" }
    }

    /// Renders the constant parts of a context's lines.
    pub(crate) fn frame(&self, key: &Key<'_>) -> Frame {
        let naming = Naming {
            prefix: self.prefix_of(key),
            name: key.name,
            default_tags: &self.tags,
            tags: &key.tags,
            kind: key.kind,
            rate: key.rate,
            origin: &self.origin,
        };
        Frame::render(self.dialect, &naming)
    }
}

impl Inner {
    fn muted(&self) -> Resolved {
        Resolved::Muted(u64::from(self.stamp) << 32 | MUTED)
    }

    fn contexts(&self) -> usize {
        self.counters + self.gauges + self.samples
    }

    fn register(&mut self, key: &[u8], context: Option<Context>) -> Resolved {
        let Some(context) = context else { return Resolved::BadName };
        let list = List::of(context.kind);
        let number = match list {
            // The first is the one of what is switched off.
            List::Counters => (1 + self.counters) * COUNTER_WORDS,
            List::Gauges if self.gauges == self.gauge_room => {
                self.is_crowded = true;
                return Resolved::Busy;
            }
            List::Gauges => self.gauges,
            List::Samples => self.samples,
        };
        match list {
            List::Counters => self.counters += 1,
            List::Gauges => self.gauges += 1,
            List::Samples => self.samples += 1,
        }
        let known = u64::from(self.stamp) << 32 | number as u64;
        self.rewritten += u64::from(context.frame.rewritten);
        self.numbers.insert(key.into(), known);
        self.fresh.push(Fresh { stamp: self.stamp, list, context });
        Resolved::Known(known)
    }
}

/// The key of the series that stands for all contexts of this kind beyond the limit.
fn overflow_key(refused: &Key<'_>) -> Option<Box<[u8]>> {
    let name = match refused.kind {
        MetricType::Counter => "statsd_client.overflow.counters",
        MetricType::Meter => "statsd_client.overflow.meters",
        MetricType::Gauge => "statsd_client.overflow.gauges",
        MetricType::Timer => "statsd_client.overflow.timers",
        MetricType::Histogram => "statsd_client.overflow.histograms",
        MetricType::Distribution => "statsd_client.overflow.distributions",
        MetricType::Set => "statsd_client.overflow.sets",
    };
    let mut key = KeyBuffer::default();
    key.name_str(name).ok()?;
    Some(key.stamp(refused.kind, refused.rate).into())
}
