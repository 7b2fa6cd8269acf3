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
use crate::limits::{LANE_FLUSHES_MAX, LANE_METRICS_MAX};
use crate::telemetry::{BackendStatus, Telemetry};

/// Backends that take every flush one after another, on a thread of their own.
///
/// Dropping it lets the thread finish what waits and end by itself.
#[derive(Debug)]
pub struct Lane {
    shared: Arc<Shared>,
    /// Of its backends, in their order.
    statuses: Vec<(&'static str, Arc<BackendStatus>)>,
    deadline: Duration,
    telemetry: Arc<Telemetry>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Arc<Snapshot>>,
    /// In those that wait.
    metrics: usize,
    /// Nothing more comes, and until when the backends may finish.
    closed: Option<Instant>,
    done: bool,
}

impl Lane {
    /// Starts the thread. Where one backend must see a flush before another does, they share a lane;
    /// all others have one each.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start(backends: Vec<Box<dyn Backend>>, telemetry: Arc<Telemetry>) -> io::Result<Self> {
        let names: Vec<_> = backends.iter().map(|backend| backend.name()).collect();
        let status = |name: &&'static str| (*name, telemetry.backends.named(name));
        let statuses: Vec<_> = names.iter().map(status).collect();
        let deadline = backends.iter().map(|backend| backend.deadline()).sum();
        let shared = Arc::<Shared>::default();
        let runner = Runner {
            shared: Arc::clone(&shared),
            members: backends.into_iter().zip(statuses.iter().map(|(_, s)| s.clone())).collect(),
            telemetry: Arc::clone(&telemetry),
        };
        let thread = thread::Builder::new()
            .name(format!("statsd-{}", names.join("-")))
            .spawn(move || runner.run())?;
        Ok(Self { shared, statuses, deadline, telemetry, thread: Some(thread) })
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
        self.shared.lock().closed.get_or_insert_with(|| Instant::now() + self.deadline);
        self.shared.changed.notify_all();
    }

    /// Waits for what was handed over, until the sum of its backends' deadlines has passed since
    /// [`Lane::close`]. False where some of it is not done then, which is logged: the thread is left
    /// behind and ends with the process.
    pub fn join(mut self) -> bool {
        self.close();
        let queue = self.shared.lock();
        let until = queue.closed.unwrap_or_else(Instant::now);
        let left = until.saturating_duration_since(Instant::now());
        let waited = self.shared.changed.wait_timeout_while(queue, left, |queue| !queue.done);
        let done = waited.unwrap_or_else(PoisonError::into_inner).0.done;
        if done {
            // Panics of backends are caught; the thread has none of its own.
            let _ended = self.thread.take().map(JoinHandle::join);
        } else {
            let names: Vec<_> = self.statuses.iter().map(|(name, _)| *name).collect();
            let backends = names.join(", ");
            tracing::error!(backends, "not done within {:?}: ended without it", self.deadline);
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
    members: Vec<(Box<dyn Backend>, Arc<BackendStatus>)>,
    telemetry: Arc<Telemetry>,
}

impl Runner {
    fn run(mut self) {
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

    fn flush(&mut self, snapshot: &Snapshot) {
        for (backend, status) in &mut self.members {
            let begun = Instant::now();
            let flushed = caught(|| backend.flush(snapshot));
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
