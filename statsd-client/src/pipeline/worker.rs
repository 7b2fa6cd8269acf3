//! The client's one thread: collects once a flush interval, and hands packets to the backend.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use crate::backend::Backend;
use crate::telemetry::Stats;

use super::account::Account;
use super::collector::Collector;
use super::packer::{Calls, Outlet};
use super::shared::{Options, Shared};

/// Requests that wait for the client's thread; a further `flush` waits for its turn.
const REQUESTS_MAX: usize = 16;

/// How long dropping the last clone of a client waits for what was recorded to leave.
const DROP_TIMEOUT: Duration = Duration::from_secs(1);

/// The flush interval while a whole one would fill too much of the queues.
const BUSY_INTERVAL: Duration = Duration::from_millis(10);

/// A running client: the shared state and the thread that serves it. Dropping it flushes.
#[derive(Debug)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    account: Arc<Account>,
    requests: Sender<Request>,
    worker: thread::ThreadId,
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
        let account = Arc::new(Account::new(arrivals));
        let worker = Worker {
            shared: shared.clone(),
            account: account.clone(),
            collector: Collector::new(packet_size),
            inbox,
            backend,
            flush_interval: options.flush_interval,
            busy_above: options.max_queued_bytes / 4,
            wait: options.flush_interval,
            collected: Instant::now(),
        };
        let thread = thread::Builder::new().name("statsd-client".into());
        let worker = thread.spawn(move || worker.run())?.thread().id();
        Ok(Self { shared, account, requests, worker })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Sends everything recorded so far; `true` when all of it was taken by the backend in time.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        self.request(Request::Flush, timeout)
    }

    pub(crate) fn stats(&self) -> Stats {
        self.account.stats(&self.shared)
    }

    fn request(&self, request: impl FnOnce(Sender<bool>) -> Request, timeout: Duration) -> bool {
        // A backend that asks from within `send` would wait for itself.
        if thread::current().id() == self.worker {
            return false;
        }
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
    account: Arc<Account>,
    collector: Collector,
    inbox: Receiver<Request>,
    backend: Box<dyn Backend>,
    flush_interval: Duration,
    busy_above: usize,
    /// Until the next flush.
    wait: Duration,
    /// When the last one was.
    collected: Instant,
}

impl Worker {
    fn run(mut self) {
        loop {
            // An answer that nobody waits for any more is dropped.
            match self.inbox.recv_timeout(self.wait) {
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

    /// Collects and sends; `true` when the backend took every packet.
    fn flush(&mut self) -> bool {
        let Self { shared, account, collector, backend, .. } = self;
        let mut outlet = Sending { backend: &mut **backend, account, all_taken: true };
        let taken = collector.collect(shared, account, &mut outlet);
        let all_taken = outlet.all_taken;
        let elapsed = std::mem::replace(&mut self.collected, Instant::now()).elapsed();
        self.wait = next_wait(taken, elapsed, self.flush_interval, self.busy_above);
        all_taken
    }
}

/// The way of a packet to the backend, and into the account.
struct Sending<'a> {
    backend: &'a mut dyn Backend,
    account: &'a Account,
    all_taken: bool,
}

impl Outlet for Sending<'_> {
    fn send(&mut self, packet: &[u8], calls: Calls) {
        let backend = &mut *self.backend;
        // A backend of the application's own may panic; its packet is lost, the thread is not.
        if let Ok(Ok(())) = catch_unwind(AssertUnwindSafe(|| backend.send(packet))) {
            self.account.packet_sent(packet.len());
        } else {
            self.account.packet_failed(calls);
            self.all_taken = false;
        }
    }

    fn too_long(&mut self, calls: Calls) {
        self.account.line_too_long(calls);
    }
}

/// The flush interval, or a short one where the queues, at the pace of late, would hold more than
/// `busy_above` bytes at its end. `taken` counts records, not rings: an idle thread keeps its ring, and
/// is no reason to hurry.
fn next_wait(
    taken: usize,
    elapsed: Duration,
    flush_interval: Duration,
    busy_above: usize,
) -> Duration {
    let pace = taken as f64 / elapsed.max(BUSY_INTERVAL).as_secs_f64();
    let busy = pace * flush_interval.as_secs_f64() > busy_above as f64;
    if busy { BUSY_INTERVAL.min(flush_interval) } else { flush_interval }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_short_while_a_whole_one_would_fill_the_queues() {
        const INTERVAL: Duration = Duration::from_millis(200);
        let wait = |taken, millis| next_wait(taken, Duration::from_millis(millis), INTERVAL, 1_000);
        assert_eq!(wait(0, 200), INTERVAL);
        assert_eq!(wait(1_000, 200), INTERVAL);
        assert_eq!(wait(1_001, 200), BUSY_INTERVAL);
        assert_eq!(wait(50, 10), INTERVAL, "as many a second");
        assert_eq!(wait(51, 10), BUSY_INTERVAL);
        assert_eq!(wait(50, 0), INTERVAL, "two flushes at once are no pace");
        let short = Duration::from_millis(1);
        assert_eq!(next_wait(usize::MAX, INTERVAL, short, 1_000), short);
    }
}
