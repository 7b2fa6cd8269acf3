//! A thread for backends, with a bounded queue of snapshots: whoever is slow there holds up nobody
//! elsewhere, and never the next flush.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::limits::{BACKEND_DEADLINE, LANE_FLUSHES_MAX, LANE_METRICS_MAX};
use crate::telemetry::{BackendStatus, Telemetry};

/// Backends that take every flush one after another, on a thread of their own.
///
/// Dropping it lets the thread finish what waits and end by itself.
#[derive(Debug)]
pub struct Lane {
    shared: Arc<Shared>,
    /// Of its backends, in their order.
    statuses: Vec<(&'static str, Arc<BackendStatus>)>,
    telemetry: Arc<Telemetry>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// Makes the backends of a lane, on its thread.
pub type MakeBackends = Box<dyn FnOnce() -> io::Result<Vec<Box<dyn Backend>>> + Send>;

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Arc<Snapshot>>,
    before: Before,
    /// The sum of its backends'.
    deadline: Duration,
    /// In those that wait.
    metrics: usize,
    /// Nothing more comes, and until when the backends may finish.
    closed: Option<Instant>,
    done: bool,
}

/// Whom a lane takes the place of.
#[derive(Debug, Default)]
enum Before {
    /// That is yet to be said: its backends do not exist, and flushes wait.
    #[default]
    Unknown,
    /// This one, which is to end first; or nobody.
    Known(Option<Box<Lane>>),
}

impl Lane {
    /// Starts the thread. Where one backend must see a flush before another does, they share a lane;
    /// all others have one each.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start(backends: Vec<Box<dyn Backend>>, telemetry: Arc<Telemetry>) -> io::Result<Self> {
        let names: Vec<_> = backends.iter().map(|backend| backend.name()).collect();
        let deadline = backends.iter().map(|backend| backend.deadline()).sum();
        let lane = Self::spawn(&names, deadline, Box::new(|| Ok(backends)), telemetry)?;
        lane.follow(None);
        Ok(lane)
    }

    /// Starts the thread of a lane that is to take another one's place, to have its backends changed. They
    /// are made once [`Lane::follow`] has named the other one and that has ended, so that no two backends
    /// have one file; flushes wait until then. Where they cannot be made, every flush fails.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start_later(
        names: &[&'static str],
        make: MakeBackends,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<Self> {
        Self::spawn(names, BACKEND_DEADLINE, make, telemetry)
    }

    fn spawn(
        names: &[&'static str],
        deadline: Duration,
        make: MakeBackends,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<Self> {
        let status = |name: &&'static str| (*name, telemetry.backends.named(name));
        let statuses: Vec<_> = names.iter().map(status).collect();
        let shared = Arc::<Shared>::default();
        shared.lock().deadline = deadline;
        let runner = Runner {
            shared: Arc::clone(&shared),
            statuses: statuses.clone(),
            members: Vec::new(),
            telemetry: Arc::clone(&telemetry),
        };
        let thread = thread::Builder::new()
            .name(format!("statsd-{}", names.join("-")))
            .spawn(move || runner.run(make))?;
        Ok(Self { shared, statuses, telemetry, thread: Some(thread) })
    }

    /// Says after whom a lane that was started by [`Lane::start_later`] begins. Does not wait.
    pub fn follow(&self, before: Option<Self>) {
        if let Some(before) = &before {
            before.close();
        }
        self.shared.lock().before = Before::Known(before.map(Box::new));
        self.shared.changed.notify_all();
    }

    /// The name of its first backend; no two lanes of a server have the same.
    pub fn name(&self) -> &'static str {
        self.statuses.first().map_or("", |(name, _)| name)
    }

    /// Whether it has ended.
    pub fn is_done(&self) -> bool {
        self.shared.lock().done
    }

    /// Hands it a flush without waiting. One that finds the queue full is left out of this lane's
    /// outputs, and counted.
    pub fn offer(&self, snapshot: &Arc<Snapshot>) {
        let mut queue = self.shared.lock();
        let behind = queue.waiting.len();
        let full = behind >= LANE_FLUSHES_MAX
            || (behind > 0 && queue.metrics + snapshot.len() > LANE_METRICS_MAX);
        if !full {
            queue.metrics += snapshot.len();
            queue.waiting.push_back(Arc::clone(snapshot));
            self.shared.changed.notify_all();
            return;
        }
        drop(queue);
        for (backend, status) in &self.statuses {
            status.skipped.add(1);
            self.telemetry.flushes_skipped.add(1);
            let timestamp = snapshot.timestamp;
            tracing::error!(backend, timestamp, behind, "flush skipped: the output is too slow");
        }
    }

    /// Says that nothing more comes; [`Lane::join`] waits for the rest.
    pub fn close(&self) {
        let mut queue = self.shared.lock();
        let deadline = queue.deadline;
        queue.closed.get_or_insert_with(|| Instant::now() + deadline);
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits for what was handed over, until the sum of its backends' deadlines has passed since
    /// [`Lane::close`]. False where some of it is not done then, which is logged: the thread is left
    /// behind and ends with the process.
    pub fn join(mut self) -> bool {
        self.close();
        let mut queue = self.shared.lock();
        // It may be put off while it is waited for.
        while !queue.done
            && let Some(until) = queue.closed
            && let left = until.saturating_duration_since(Instant::now())
            && !left.is_zero()
        {
            let waited = self.shared.changed.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let (done, deadline) = (queue.done, queue.deadline);
        drop(queue);
        if done {
            // Panics of backends are caught; the thread has none of its own.
            let _ended = self.thread.take().map(JoinHandle::join);
        } else {
            let names: Vec<_> = self.statuses.iter().map(|(name, _)| *name).collect();
            let backends = names.join(", ");
            tracing::error!(backends, "not done within {deadline:?}: ended without it");
        }
        done
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lane that is to end first. Waits until that is known.
    fn before(&self) -> Option<Box<Lane>> {
        let mut queue = self.lock();
        loop {
            if let Before::Known(before) = &mut queue.before {
                return before.take();
            }
            // It is not to be used any more.
            if queue.closed.is_some() {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next flush, or until when to finish.
    fn next(&self) -> Result<Arc<Snapshot>, Instant> {
        let mut queue = self.lock();
        loop {
            if let Some(snapshot) = queue.waiting.pop_front() {
                queue.metrics -= snapshot.len();
                return Ok(snapshot);
            }
            if let Some(until) = queue.closed {
                return Err(until);
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The thread's side.
struct Runner {
    shared: Arc<Shared>,
    statuses: Vec<(&'static str, Arc<BackendStatus>)>,
    members: Vec<(Box<dyn Backend>, Arc<BackendStatus>)>,
    telemetry: Arc<Telemetry>,
}

impl Runner {
    fn run(mut self, make: MakeBackends) {
        self.begin(make);
        let until = loop {
            match self.shared.next() {
                Ok(snapshot) => self.flush(&snapshot),
                Err(until) => break until,
            }
        };
        for (backend, _) in &mut self.members {
            if let Err(error) = caught(|| {
                backend.close(until);
                Ok(())
            }) {
                tracing::error!(backend = backend.name(), "cannot close: {error}");
            }
        }
        self.shared.lock().done = true;
        self.shared.changed.notify_all();
    }

    /// Waits for the lane before, and makes the backends.
    fn begin(&mut self, make: MakeBackends) {
        if let Some(before) = self.shared.before() {
            let _logged = before.join();
        }
        let backends = make().unwrap_or_else(|error| {
            let broken = |(name, _): &(&'static str, _)| {
                Box::new(Broken { name, error: error.to_string() }) as Box<dyn Backend>
            };
            self.statuses.iter().map(broken).collect()
        });
        let mut queue = self.shared.lock();
        queue.deadline = backends.iter().map(|backend| backend.deadline()).sum();
        // Somebody may have closed it meanwhile, for as long as was known then.
        let deadline = queue.deadline;
        queue.closed = queue.closed.map(|_| Instant::now() + deadline);
        drop(queue);
        self.shared.changed.notify_all();
        let statuses = self.statuses.iter().map(|(_, status)| Arc::clone(status));
        self.members = backends.into_iter().zip(statuses).collect();
    }

    fn flush(&mut self, snapshot: &Arc<Snapshot>) {
        for (backend, status) in &mut self.members {
            let begun = Instant::now();
            let flushed = caught(|| backend.flush_shared(snapshot));
            let took = begun.elapsed();
            status.flushes.add(1);
            if took > backend.deadline() {
                status.late.add(1);
                tracing::warn!(backend = backend.name(), ?took, "a flush took too long");
            }
            let now = ended(snapshot, took);
            match flushed {
                Ok(()) if backend.delivers_later() => {}
                Ok(()) => {
                    status.last_flush.set(now);
                    status.flush_time.set(millis(took));
                }
                Err(error) => {
                    status.errors.add(1);
                    status.last_exception.set(now);
                    self.telemetry.backend_errors.add(1);
                    let timestamp = snapshot.timestamp;
                    tracing::error!(backend = backend.name(), timestamp, "flush failed: {error}");
                }
            }
        }
    }
}

/// A backend that could not be made.
#[derive(Debug)]
struct Broken {
    name: &'static str,
    error: String,
}

impl Backend for Broken {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flush(&mut self, _: &Snapshot) -> Result<(), BackendError> {
        Err(BackendError { message: format!("it could not be started: {}", self.error) })
    }
}

/// Seconds since the epoch at which a flush was through, as far as the flush's own time tells.
fn ended(snapshot: &Snapshot, took: Duration) -> u64 {
    u64::try_from(snapshot.timestamp).unwrap_or(0) + took.as_secs()
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn caught(work: impl FnOnce() -> Result<(), BackendError>) -> Result<(), BackendError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(BackendError { message: format!("panicked: {}", panic_message(panic.as_ref())) })
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests;
