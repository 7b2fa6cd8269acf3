//! The client's one thread: collects once a flush interval, and hands packets to the backend.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use crate::backend::Backend;
use crate::telemetry::Stats;

use super::collector::Collector;
use super::shared::{Options, Shared};

/// Requests that wait for the client's thread; a further `flush` waits for its turn.
const REQUESTS_MAX: usize = 16;

/// How long dropping the last clone of a client waits for what was recorded to leave.
const DROP_TIMEOUT: Duration = Duration::from_secs(1);

/// The flush interval while the queues are filling faster than it empties them.
const BUSY_INTERVAL: Duration = Duration::from_millis(10);

/// A running client: the shared state and the thread that serves it. Dropping it flushes.
#[derive(Debug)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    collector: Arc<Mutex<Collector>>,
    requests: Sender<Request>,
}

/// A request to the client's thread; it answers whether every packet was taken.
#[derive(Debug)]
enum Request {
    Flush(Sender<bool>),
    Stop(Sender<bool>),
}

impl Pipeline {
    /// Starts the thread.
    pub(crate) fn start(options: &Options, backend: Box<dyn Backend>) -> io::Result<Self> {
        // Unbounded, because its messages are bounded where they are sent (`LiveThreads`).
        let (joins, arrivals) = unbounded();
        let (requests, inbox) = bounded(REQUESTS_MAX);
        let shared = Arc::new(Shared::new(options, joins));
        let packet_size = options.max_packet_size.min(backend.max_packet_size());
        let collector = Arc::new(Mutex::new(Collector::new(arrivals, packet_size)));
        let worker = Worker {
            shared: shared.clone(),
            collector: collector.clone(),
            inbox,
            backend,
            flush_interval: options.flush_interval,
            busy_above: options.max_queued_bytes / 4,
        };
        thread::Builder::new().name("statsd-client".into()).spawn(move || worker.run())?;
        Ok(Self { shared, collector, requests })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Sends everything recorded so far; `true` when all of it was taken by the backend in time.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        self.request(Request::Flush, timeout)
    }

    pub(crate) fn stats(&self) -> Stats {
        lock(&self.collector).stats(&self.shared)
    }

    fn request(&self, request: impl FnOnce(Sender<bool>) -> Request, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let left = || deadline.map_or(timeout, |at| at.saturating_duration_since(Instant::now()));
        let (answer, answered) = bounded(1);
        self.requests.send_timeout(request(answer), left()).is_ok()
            && answered.recv_timeout(left()).unwrap_or(false)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.request(Request::Stop, DROP_TIMEOUT);
        self.shared.closed.store(true, Ordering::Relaxed);
    }
}

struct Worker {
    shared: Arc<Shared>,
    collector: Arc<Mutex<Collector>>,
    inbox: Receiver<Request>,
    backend: Box<dyn Backend>,
    flush_interval: Duration,
    busy_above: usize,
}

impl Worker {
    fn run(mut self) {
        loop {
            let busy = self.shared.budget.used() > self.busy_above;
            let wait =
                if busy { BUSY_INTERVAL.min(self.flush_interval) } else { self.flush_interval };
            // An answer that nobody waits for any more is dropped.
            match self.inbox.recv_timeout(wait) {
                Ok(Request::Flush(answer)) => {
                    let _late = answer.try_send(self.flush());
                }
                Ok(Request::Stop(answer)) => {
                    let _late = answer.try_send(self.flush());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.flush();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.flush();
                    return;
                }
            }
        }
    }

    /// Collects and sends. The lock is not held while the backend sends, so `stats` never waits for
    /// a socket.
    fn flush(&mut self) -> bool {
        let packets = lock(&self.collector).collect(&self.shared);
        let mut all_taken = true;
        for packet in packets {
            let backend = &mut self.backend;
            // A backend of the application's own may panic; its packet is lost, the thread is not.
            let taken = catch_unwind(AssertUnwindSafe(|| backend.send(&packet.bytes)));
            let mut collector = lock(&self.collector);
            if matches!(taken, Ok(Ok(()))) {
                collector.sent.packets += 1;
                collector.sent.bytes += packet.bytes.len() as u64;
            } else {
                collector.sent.failed_packets += 1;
                collector.sent.failed.add(packet.calls);
                all_taken = false;
            }
        }
        all_taken
    }
}

fn lock(collector: &Mutex<Collector>) -> MutexGuard<'_, Collector> {
    collector.lock().unwrap_or_else(PoisonError::into_inner)
}
