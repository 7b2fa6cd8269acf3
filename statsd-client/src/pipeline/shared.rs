//! What callers and the client's thread share: no field of it is written on a call's ordinary path.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::policy::WhenFull;
use crate::protocol::MetricType;

use super::block::Block;
use super::bulk::Bulk;
use super::inbox::Inbox;
use super::mutes::Mutes;
use super::pool;
use super::registry::{Registry, Wording};
use super::run::RUN_BYTES;

/// Threads that record at the same time; calls of further ones are dropped and counted.
const LIVE_THREADS_MAX: usize = 16 * 1024;

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
    /// Patterns of names that are switched off.
    pub(crate) mute: Vec<String>,
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
    /// The client's thread, once it runs.
    thread: Mutex<Option<ThreadId>>,
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
            registry: Registry::new(
                options.wording.clone(),
                options.max_contexts,
                Mutes::new(&options.mute),
            ),
            budget: Budget::new(options.max_queued_bytes),
            threads: LiveThreads::new(),
            bulk: Mutex::new(Vec::new()),
            inbox: Inbox::new(),
            closed: AtomicBool::new(false),
            thread: Mutex::new(None),
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
        if !self.budget.take(bulk.bytes()) {
            return false;
        }
        // Held for a push or a take. Whoever holds it may be interrupted: trying only would lose calls.
        lock(&self.bulk).push(bulk);
        true
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _joined = lock(&self.threads.joined);
        let _thread = lock(&self.thread);
        let _bulk = lock(&self.bulk);
        let _waiting = lock(&self.budget.waiting);
        self.registry.while_locked(|| self.inbox.while_locked(work))
    }

    /// What was handed over since the last time.
    pub(crate) fn take_bulk(&self) -> Vec<Bulk> {
        std::mem::take(&mut *lock(&self.bulk))
    }

    /// Gives up what was handed over first, as long as there is `too_much`; answers how much that was.
    pub(crate) fn give_up_bulk(&self, too_much: impl Fn() -> bool) -> u64 {
        let mut waiting = lock(&self.bulk);
        let given_up = waiting.iter().take_while(|bulk| {
            let is_given_up = too_much();
            if is_given_up {
                self.budget.give(bulk.bytes());
            }
            is_given_up
        });
        let given_up = given_up.count();
        waiting.drain(..given_up);
        given_up as u64
    }

    /// Whether it is the client's own thread that asks: a backend may call the client.
    pub(crate) fn is_own_thread(&self) -> bool {
        *lock(&self.thread) == Some(thread::current().id())
    }

    pub(crate) fn set_own_thread(&self, thread: ThreadId) {
        *lock(&self.thread) = Some(thread);
    }

    /// Ends the client: nothing that is recorded from here on is sent, and nobody waits for room.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.registry.end();
        self.budget.end();
        self.inbox.close();
    }
}

/// Bytes of everything that waits for the client's thread.
#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    limit: usize,
    waiting: Mutex<Waiting>,
    freed: Condvar,
}

/// Who waits for room.
#[derive(Debug, Default)]
struct Waiting {
    /// Only [`WhenFull::Block`] ever does.
    calls: usize,
    /// There will be no more room.
    in_vain: bool,
}

impl Budget {
    fn new(limit: usize) -> Self {
        let (used, waiting) = (AtomicUsize::new(0), Mutex::default());
        Self { used, limit, waiting, freed: Condvar::new() }
    }

    /// Takes bytes, unless that is over the limit.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        let fits = |used: usize| used.checked_add(bytes).filter(|&used| used <= self.limit);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Takes bytes, and waits for them up to `timeout`.
    pub(crate) fn take_within(&self, bytes: usize, timeout: Duration) -> bool {
        let mut waiting = self.waiting();
        waiting.calls += 1;
        let mut taken = false;
        let still = |waiting: &mut Waiting| {
            taken = self.take(bytes);
            !taken && !waiting.in_vain
        };
        let (mut waiting, _timed_out) = self
            .freed
            .wait_timeout_while(waiting, timeout, still)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.calls -= 1;
        taken
    }

    /// Ends all waiting.
    fn end(&self) {
        self.waiting().in_vain = true;
        self.freed.notify_all();
    }

    pub(crate) fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        if bytes > 0 && self.waiting().calls > 0 {
            self.freed.notify_all();
        }
    }

    /// Counts anew from `bytes`.
    pub(crate) fn reset(&self, bytes: usize) {
        self.used.store(bytes, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Makes a thread's block known to the client's thread. `false`: there are too many, and the block
    /// goes back to the pool.
    pub(crate) fn join(&self, block: &'static Block) -> bool {
        let has_room = self.alive.fetch_add(1, Ordering::Relaxed) < LIVE_THREADS_MAX;
        if has_room {
            // Held for a push or a take, and asked for once a thread and generation.
            lock(&self.joined).push(block);
        } else {
            self.leave();
            pool::give_block(block);
        }
        has_room
    }

    /// The blocks that joined since the last time.
    pub(crate) fn take_joined(&self) -> Vec<&'static Block> {
        std::mem::take(&mut *lock(&self.joined))
    }

    /// The client's thread is done with one block.
    pub(crate) fn leave(&self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts calls whose thread is ending, or over the bound.
    pub(crate) fn refuse(&self, calls: u64) {
        self.refused.fetch_add(calls, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
