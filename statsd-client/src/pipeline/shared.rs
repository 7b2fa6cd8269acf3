//! What callers and the client's thread share: no field of it is written on a call's ordinary path.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;

use crate::protocol::MetricType;

use super::cells::ThreadCells;
use super::gauges::Gauges;
use super::queue::Budget;
use super::registry::{Registry, Wording};

/// Threads that record at the same time; calls of further ones are dropped and counted.
const LIVE_THREADS_MAX: usize = 16 * 1024;

/// Everything that the builder decides for the pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) wording: Wording,
    pub(crate) sample_rate: f64,
    /// Whether counters and gauges are added up before they are sent.
    pub(crate) aggregates: bool,
    pub(crate) flush_interval: Duration,
    pub(crate) max_packet_size: usize,
    pub(crate) max_queued_bytes: usize,
}

/// One client's state.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Unique in the process, never 0; handles and threads know the client by it.
    pub(crate) id: u32,
    pub(crate) aggregates: bool,
    pub(crate) sample_rate: f64,
    pub(crate) registry: Registry,
    pub(crate) gauges: Gauges,
    pub(crate) budget: Budget,
    pub(crate) threads: LiveThreads,
    /// The client is gone; threads let go of their words for it.
    pub(crate) closed: AtomicBool,
}

impl Shared {
    /// The state, and the end at which the client's thread learns of recording threads.
    pub(crate) fn new(options: &Options, joins: Sender<Arc<ThreadCells>>) -> Self {
        static NEXT_ID: AtomicU32 = AtomicU32::new(1);
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            aggregates: options.aggregates,
            sample_rate: options.sample_rate,
            registry: Registry::new(options.wording.clone()),
            gauges: Gauges::new(),
            budget: Budget::new(options.max_queued_bytes),
            threads: LiveThreads::new(joins),
            closed: AtomicBool::new(false),
        }
    }

    /// The rate that stands on the wire: aggregated counters are exact and gauges are never
    /// sampled, whatever rate was asked for.
    pub(crate) fn wire_rate(&self, kind: MetricType, rate: f64) -> f64 {
        match kind {
            MetricType::Counter if self.aggregates => 1.0,
            MetricType::Gauge => 1.0,
            _ => rate,
        }
    }
}

/// The threads that record for one client.
#[derive(Debug)]
pub(crate) struct LiveThreads {
    joins: Sender<Arc<ThreadCells>>,
    alive: AtomicUsize,
    /// Calls that had no thread to stand on.
    refused: AtomicU64,
}

impl LiveThreads {
    fn new(joins: Sender<Arc<ThreadCells>>) -> Self {
        Self { joins, alive: AtomicUsize::new(0), refused: AtomicU64::new(0) }
    }

    /// Words for the calling thread. The channel has no bound of its own; its messages are counted
    /// here, and nobody waits at its other end, so sending makes no system call.
    pub(crate) fn join(&self) -> Option<Arc<ThreadCells>> {
        if self.alive.fetch_add(1, Ordering::Relaxed) >= LIVE_THREADS_MAX {
            self.leave();
            return None;
        }
        let cells = Arc::new(ThreadCells::new());
        self.joins.try_send(cells.clone()).is_ok().then_some(cells)
    }

    /// The client's thread is done with the words of one thread.
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
