//! What callers and the client's thread share: no field of it is written on a call's ordinary path.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::policy::WhenFull;
use crate::protocol::MetricType;

use super::block::Block;
use super::bulk::Bulk;
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
    bulk: Sender<Bulk>,
    hurry: Sender<()>,
    /// The client is gone; threads let go of their words for it.
    pub(crate) closed: AtomicBool,
}

/// The ends that the client's thread reads.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pub(crate) blocks: Receiver<&'static Block>,
    pub(crate) bulk: Receiver<Bulk>,
    /// A call waits for room in the queue.
    pub(crate) hurries: Receiver<()>,
}

impl Shared {
    pub(crate) fn new(options: &Options, packet_size: usize) -> (Self, Arrivals) {
        static NEXT_ID: AtomicU32 = AtomicU32::new(1);
        // Unbounded, because what they carry is bounded where it is sent: by the number of threads, and
        // by the budget.
        let (joins, blocks) = unbounded();
        let (bulk, arrived) = unbounded();
        let (hurry, hurries) = bounded(1);
        let shared = Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            aggregates: options.aggregates,
            sample_rate: options.sample_rate,
            when_full: options.when_full,
            seed: options.seed,
            packet_size,
            registry: Registry::new(options.wording.clone(), options.max_contexts),
            budget: Budget::new(options.max_queued_bytes),
            threads: LiveThreads::new(joins),
            bulk,
            hurry,
            closed: AtomicBool::new(false),
        };
        (shared, Arrivals { blocks, bulk: arrived, hurries })
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
        self.budget.take(bulk.bytes()) && self.bulk.try_send(bulk).is_ok()
    }
}

impl Shared {
    /// Wakes the client's thread, because a call waits for it.
    pub(crate) fn hurry(&self) {
        // Full: it has been told.
        let _told = self.hurry.try_send(());
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
    joins: Sender<&'static Block>,
    alive: AtomicUsize,
    /// Calls that had no thread to stand on.
    refused: AtomicU64,
}

impl LiveThreads {
    fn new(joins: Sender<&'static Block>) -> Self {
        Self { joins, alive: AtomicUsize::new(0), refused: AtomicU64::new(0) }
    }

    /// Makes a thread's block known to the client's thread. Nobody waits at the channel's other end, so
    /// sending makes no system call. `false`: there are too many, and the block goes back to the pool.
    pub(crate) fn join(&self, block: &'static Block) -> bool {
        let joined = self.alive.fetch_add(1, Ordering::Relaxed) < LIVE_THREADS_MAX
            && self.joins.try_send(block).is_ok();
        if !joined {
            self.leave();
            pool::give_block(block);
        }
        joined
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
