//! What callers and the client's thread share: no field of it is written on a call's ordinary path.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::policy::WhenFull;
use crate::protocol::MetricType;

use super::block::Block;
use super::bulk::Bulk;
use super::inbox::Inbox;
use super::pool;
use super::registry::{Registry, Wording};
use super::run::RUN_BYTES;

/// Threads that record at the same time; calls of further ones are dropped and counted.
const LIVE_THREADS_MAX: usize = 16 * 1024;

/// How often a call tries a lock that is held for a push or a take.
const LOCK_TRIES: usize = 4096;

/// The largest number of calls that one kept timing may come to stand for, as a power of two.
const SHIFT_MAX: usize = 8;

/// Everything that the builder decides for the pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) wording: Wording,
    pub(crate) sample_rate: f64,
    /// Whether values are added up and packed before they are sent.
    pub(crate) aggregates: bool,
    pub(crate) flush_interval: Duration,
    pub(crate) max_packet_size: usize,
    pub(crate) max_queued_bytes: usize,
    pub(crate) when_full: WhenFull,
    pub(crate) max_contexts: usize,
    /// Values of one context that are kept until a flush.
    pub(crate) reservoir: usize,
    /// How long a context may be idle before it is forgotten.
    pub(crate) idle_expiry: Duration,
    /// Where every thread's draws start; `None`: elsewhere every time.
    pub(crate) seed: Option<u64>,
    /// The name under which the client reports about itself.
    pub(crate) telemetry: Option<String>,
}

/// One client's state.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Unique in the process, never 0; threads know the client by it.
    pub(crate) id: u32,
    pub(crate) aggregates: bool,
    pub(crate) sample_rate: f64,
    pub(crate) when_full: WhenFull,
    pub(crate) seed: Option<u64>,
    /// Bytes of a packet, the backend's own limit included.
    pub(crate) packet_size: usize,
    pub(crate) registry: Registry,
    pub(crate) budget: Budget,
    pub(crate) threads: LiveThreads,
    /// Bounded by the budget.
    bulk: Mutex<Vec<Bulk>>,
    pub(crate) inbox: Inbox,
    /// The client is gone; threads let go of their words for it.
    pub(crate) closed: AtomicBool,
}

impl Shared {
    pub(crate) fn new(options: &Options, packet_size: usize) -> Self {
        static NEXT_ID: AtomicU32 = AtomicU32::new(1);
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            aggregates: options.aggregates,
            sample_rate: options.sample_rate,
            when_full: options.when_full,
            seed: options.seed,
            packet_size,
            registry: Registry::new(options.wording.clone(), options.max_contexts),
            budget: Budget::new(options.max_queued_bytes),
            threads: LiveThreads::new(),
            bulk: Mutex::new(Vec::new()),
            inbox: Inbox::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// The rate that stands on the wire: aggregated counters are exact, and gauges and sets are never
    /// sampled, whatever rate was asked for.
    pub(crate) fn wire_rate(kind: MetricType, rate: f64, aggregates: bool) -> f64 {
        match kind {
            MetricType::Counter | MetricType::Meter if aggregates => 1.0,
            MetricType::Gauge | MetricType::Set => 1.0,
            _ => rate,
        }
    }

    /// Hands something over that has memory of its own; `false`: the budget is used up.
    pub(crate) fn send_bulk(&self, bulk: Bulk) -> bool {
        let bytes = bulk.bytes();
        if !self.budget.take(bytes) {
            return false;
        }
        let Some(mut waiting) = pool::try_lock(&self.bulk, LOCK_TRIES) else {
            self.budget.give(bytes);
            return false;
        };
        waiting.push(bulk);
        true
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _joined = lock(&self.threads.joined);
        let _bulk = lock(&self.bulk);
        let _waiting = lock(&self.budget.waiting);
        self.registry.while_locked(|| self.inbox.while_locked(work))
    }

    /// What was handed over since the last time.
    pub(crate) fn take_bulk(&self) -> Vec<Bulk> {
        std::mem::take(&mut *lock(&self.bulk))
    }
}

/// Bytes of everything that waits for the client's thread.
#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    limit: usize,
    /// Calls that wait for room; only [`WhenFull::Block`] ever does.
    waiting: Mutex<usize>,
    freed: Condvar,
}

impl Budget {
    fn new(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit, waiting: Mutex::new(0), freed: Condvar::new() }
    }

    /// Takes bytes, unless that is over the limit.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let fits = |used: usize| used.checked_add(bytes).filter(|&used| used <= self.limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Takes bytes, and waits for them up to `timeout`.
    pub(crate) fn take_within(&self, bytes: usize, timeout: Duration) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting += 1;
        let mut taken = false;
        let still = |_: &mut usize| {
            taken = self.take(bytes);
            !taken
        };
        let (mut waiting, _timed_out) = self
            .freed
            .wait_timeout_while(waiting, timeout, still)
            .unwrap_or_else(PoisonError::into_inner);
        *waiting -= 1;
        taken
    }

    pub(crate) fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        if bytes > 0 && *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) > 0 {
            self.freed.notify_all();
        }
    }

    /// Counts anew from `bytes`.
    pub(crate) fn reset(&self, bytes: usize) {
        self.used.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// For how many calls a kept timing stands, as a power of two: 0 as long as half of the budget is
    /// free, then one more with every sixteenth that is used, so that a burst is thinned evenly rather
    /// than cut off.
    pub(crate) fn shift(&self) -> u8 {
        let half = self.limit / 2;
        let over = self.used().saturating_sub(half);
        let steps = if over == 0 { 0 } else { 1 + over * SHIFT_MAX / half.max(RUN_BYTES) };
        u8::try_from(steps.min(SHIFT_MAX)).unwrap_or(0)
    }
}

/// The threads that record for one client.
#[derive(Debug)]
pub(crate) struct LiveThreads {
    /// Blocks that the client's thread has not met.
    joined: Mutex<Vec<&'static Block>>,
    alive: AtomicUsize,
    /// Calls that had no thread to stand on.
    refused: AtomicU64,
}

impl LiveThreads {
    fn new() -> Self {
        Self {
            joined: Mutex::new(Vec::new()),
            alive: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Makes a thread's block known to the client's thread. Never waits: the lock is tried for longer
    /// than anybody holds it. `false`: there are too many, and the block goes back to the pool.
    pub(crate) fn join(&self, block: &'static Block) -> bool {
        let has_room = self.alive.fetch_add(1, Ordering::Relaxed) < LIVE_THREADS_MAX;
        let joined = has_room.then(|| pool::try_lock(&self.joined, LOCK_TRIES)).flatten();
        if let Some(mut joined) = joined {
            joined.push(block);
            return true;
        }
        self.leave();
        pool::give_block(block);
        false
    }

    /// The blocks that joined since the last time.
    pub(crate) fn take_joined(&self) -> Vec<&'static Block> {
        std::mem::take(&mut *lock(&self.joined))
    }

    /// The client's thread is done with one block.
    pub(crate) fn leave(&self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a call whose thread is ending, or over the bound.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
