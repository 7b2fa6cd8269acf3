//! The client's one thread: collects once a flush interval, and hands packets to the backend.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use crate::backend::Backend;
use crate::policy::WhenFull;
use crate::slot::{Giver, Nothing, slot};
use crate::telemetry::{Leftover, Stats};

use super::account::Account;
use super::block::Block;
use super::collector::Collector;
use super::inbox::Request;
use super::packer::{Calls, Outlet};
use super::report::Report;
use super::shared::{Options, Shared};

/// How long dropping the last clone of a client waits for what was recorded to leave.
const DROP_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the client's thread has, after the time is up, to say so and end.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(100);

/// The flush interval while a whole one would fill too much of the queues, and how often a backend
/// that is not ready is asked again while somebody waits.
const BUSY_INTERVAL: Duration = Duration::from_millis(10);

/// Packets that leave in a row. A receive buffer of Linux's default size (208 KiB) holds about 90 of
/// 1432 bytes, headers and bookkeeping included.
const BURST_PACKETS: u32 = 32;

/// How long the server is given to take a burst.
const BURST_PAUSE: Duration = Duration::from_millis(1);

/// Packets in a row that a backend may refuse before the rest of a flush is given up: each may have
/// waited for its time limit.
const FAILURES_MAX: u32 = 16;

/// How often idle contexts are looked for, as a share of the time after which they are forgotten.
const IDLE_CHECKS: u32 = 4;

/// A running client: the shared state and the thread that serves it. Dropping it flushes.
#[derive(Debug)]
pub(crate) struct Pipeline {
    shared: Arc<Shared>,
    account: Arc<Account>,
    thread: Mutex<Option<thread::JoinHandle<Option<Worker>>>>,
}

impl Pipeline {
    /// Starts the thread.
    pub(crate) fn start(options: &Options, backend: Box<dyn Backend>) -> io::Result<Self> {
        let packet_size = options.max_packet_size.min(backend.max_packet_size());
        let shared = Arc::new(Shared::new(options, packet_size));
        let account = Arc::new(Account::new(shared.clone()));
        let now = Instant::now();
        let worker = Worker {
            shared: shared.clone(),
            account: account.clone(),
            collector: Collector::new(shared.clone(), options.reservoir, options.seed),
            backend: Hidden(backend),
            flush_interval: options.flush_interval,
            busy_above: options.max_queued_bytes / 4,
            wait: options.flush_interval,
            collected: now,
            idle_expiry: options.idle_expiry,
            idle_checked: now,
            report: options.telemetry.clone().map(|prefix| Report::new(prefix, now)),
        };
        let pipeline = Self { shared, account, thread: Mutex::new(None) };
        pipeline.spawn(worker)?;
        Ok(pipeline)
    }

    fn spawn(&self, worker: Worker) -> io::Result<()> {
        let thread = thread::Builder::new().name("statsd-client".into());
        let thread = thread.spawn(move || worker.run())?;
        self.shared.set_own_thread(thread.thread().id());
        *lock(&self.thread) = Some(thread);
        Ok(())
    }

    /// Ends the thread and takes over its work; `None`: it has ended already, or is the one that asks.
    pub(crate) fn pause(&self) -> Option<Worker> {
        if self.shared.is_own_thread() {
            return None;
        }
        self.shared.inbox.ask(Request::Pause);
        lock(&self.thread).take()?.join().ok().flatten()
    }

    /// Goes on with a thread of its own. Where there is none to be had, the client ends.
    pub(crate) fn resume(&self, worker: Worker) {
        if self.spawn(worker).is_err() {
            self.shared.close();
            self.account.end();
        }
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Sends everything recorded so far; `true` when all of it was taken by the backend in time.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        self.request(timeout, |until, answer| Request::Flush { until, answer }) == Ok(true)
    }

    /// Sends everything recorded so far, ends the thread, and says what was left.
    pub(crate) fn shutdown(&self, timeout: Duration) -> Leftover {
        let until = timeout.saturating_add(LAST_WORDS_TIMEOUT);
        let answer = self.request(until, |_, answer| Request::Stop {
            until: Instant::now().checked_add(timeout),
            answer,
        });
        self.shared.closed.store(true, Ordering::Relaxed);
        let mut thread = lock(&self.thread);
        let is_finished = thread.as_ref().is_none_or(thread::JoinHandle::is_finished);
        let has_ended = is_finished || answer != Err(Nothing::Yet);
        if has_ended
            && !self.shared.is_own_thread()
            && let Some(thread) = thread.take()
        {
            // It has answered, or is past its end: joining it takes no time to speak of.
            let _panicked = thread.join();
        }
        let (_, calls) = self.account.calls();
        Leftover { calls, has_ended }
    }

    pub(crate) fn stats(&self) -> Stats {
        self.account.stats(Instant::now())
    }

    /// Makes every handle ask again.
    pub(crate) fn begin_generation(&self) {
        self.shared.registry.begin_generation();
        self.account.close_blocks();
    }

    fn request(
        &self,
        timeout: Duration,
        request: impl FnOnce(Option<Instant>, Giver<bool>) -> Request,
    ) -> Result<bool, Nothing> {
        let (answer, answered) = slot();
        let request = request(Instant::now().checked_add(timeout), answer);
        // A backend that asks from within `send` would wait for itself. Only the end is not for
        // nothing: where it held the last clone, nobody is left to ask for that again.
        if self.shared.is_own_thread() {
            if let Request::Stop { .. } = request {
                self.shared.inbox.ask(request);
            }
            return Err(Nothing::Yet);
        }
        self.shared.inbox.ask(request);
        answered.take(timeout)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _left = self.shutdown(DROP_TIMEOUT);
    }
}

/// What the client's thread owns.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    account: Arc<Account>,
    collector: Collector,
    backend: Hidden,
    flush_interval: Duration,
    busy_above: usize,
    /// Until the next flush.
    wait: Duration,
    /// When the last one was.
    collected: Instant,
    idle_expiry: Duration,
    idle_checked: Instant,
    report: Option<Report>,
}

impl Worker {
    /// Serves until it is told to stop, or to pause: then it answers itself, for another thread.
    fn run(mut self) -> Option<Self> {
        loop {
            match self.shared.inbox.wait(self.wait) {
                Some(Request::Flush { until, answer }) => answer.give(self.flush_until(until)),
                Some(Request::Stop { until, answer }) => {
                    let all_taken = self.flush_until(until);
                    self.shared.close();
                    self.account.end();
                    answer.give(all_taken);
                    return None;
                }
                Some(Request::Pause) => return Some(self),
                None => {
                    self.flush();
                }
            }
        }
    }

    /// Begins anew in the child of a fork, whose one thread writes `own`.
    pub(crate) fn begin_in_child(&mut self, own: Option<&'static Block>) {
        let Self { shared, account, collector, backend, .. } = self;
        shared.inbox.clear();
        let _forgotten = shared.take_bulk();
        collector.begin_in_child(own, shared, account, Instant::now());
        shared.budget.reset(0);
        // A backend of the application's own may panic. What cannot be opened now is asked again whether
        // it is ready.
        let _opened = catch_unwind(AssertUnwindSafe(|| backend.0.reopen()));
    }

    /// Flushes, and waits for a backend that is not ready as long as there is time.
    fn flush_until(&mut self, until: Option<Instant>) -> bool {
        loop {
            if let Some(all_taken) = self.flush() {
                return all_taken;
            }
            let now = Instant::now();
            if until.is_some_and(|until| now >= until) {
                return false;
            }
            thread::park_timeout(BUSY_INTERVAL);
        }
    }

    /// Collects and sends; whether the backend took every packet, `None`: it is not ready.
    fn flush(&mut self) -> Option<bool> {
        let Self { shared, account, collector, backend, .. } = self;
        let started = Instant::now();
        // A backend of the application's own may panic; the thread goes on.
        if !catch_unwind(AssertUnwindSafe(|| backend.0.ready())).unwrap_or(false) {
            // What was recorded stays where it is: counters go on adding up, the queue has its bound.
            self.wait = self.flush_interval;
            self.collector.take_ended(&self.shared, &self.account, started);
            if self.shared.when_full == WhenFull::DropOldest {
                self.wait = BUSY_INTERVAL.min(self.flush_interval);
                self.collector.give_up_oldest(&self.shared, &self.account);
            }
            self.make_room();
            return None;
        }
        let (calls, _) = account.calls();
        let mut outlet = Sending {
            backend: &mut *backend.0,
            account,
            all_taken: true,
            burst: 0,
            failures: 0,
            now: started,
        };
        let freed = catch_unwind(AssertUnwindSafe(|| {
            collector.collect(shared, account, started, &mut outlet)
        }));
        if let Some(report) = &mut self.report {
            let stats = account.stats(started);
            report.write(started, &stats, |line| collector.report(&mut outlet, line));
            collector.finish(&mut outlet);
        }
        let all_taken = outlet.all_taken && freed.is_ok();
        account.flushed(calls, started.elapsed());
        let elapsed = started.saturating_duration_since(self.collected);
        self.collected = started;
        let freed = freed.unwrap_or(0);
        self.wait = next_wait(freed, elapsed, self.flush_interval, self.busy_above);
        self.forget_idle(started);
        Some(all_taken)
    }

    /// Begins a new generation where a gauge found no room, or a quarter of the contexts is idle.
    fn forget_idle(&mut self, now: Instant) {
        let due =
            now.saturating_duration_since(self.idle_checked) >= self.idle_expiry / IDLE_CHECKS;
        if due {
            self.idle_checked = now;
        }
        let is_worn = due
            && now.checked_sub(self.idle_expiry).is_some_and(|since| {
                let (all, idle) = self.collector.idle(since);
                idle * 4 > all
            });
        if is_worn {
            self.begin_generation();
        }
        self.make_room();
    }

    /// Begins a new generation where a gauge found no room.
    fn make_room(&self) {
        if self.shared.registry.is_crowded() {
            self.begin_generation();
        }
    }

    fn begin_generation(&self) {
        self.shared.registry.begin_generation();
        self.account.close_blocks();
    }
}

/// A backend need not say what it is.
struct Hidden(Box<dyn Backend>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Backend")
    }
}

/// The way of a packet to the backend, and into the account.
struct Sending<'a> {
    backend: &'a mut dyn Backend,
    account: &'a Account,
    all_taken: bool,
    /// Packets since the last pause.
    burst: u32,
    /// Packets that the backend refused, in a row.
    failures: u32,
    now: Instant,
}

impl Outlet for Sending<'_> {
    fn send(&mut self, packet: &[u8], calls: Calls) {
        if self.burst == BURST_PACKETS {
            self.burst = 0;
            thread::park_timeout(BURST_PAUSE);
        }
        self.burst += 1;
        let backend = &mut *self.backend;
        // A backend of the application's own may panic; its packet is lost, the thread is not.
        let send = AssertUnwindSafe(|| backend.send(packet));
        if self.failures < FAILURES_MAX
            && let Ok(Ok(())) = catch_unwind(send)
        {
            self.failures = 0;
            self.account.packet_sent(packet.len());
        } else {
            self.failures += 1;
            self.account.packet_failed(calls, self.now);
            self.all_taken = false;
        }
    }

    fn too_long(&mut self, calls: Calls) {
        self.account.line_too_long(calls);
    }
}

/// The flush interval, or a short one where the queues, at the pace of late, would hold more than
/// `busy_above` bytes at its end.
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
