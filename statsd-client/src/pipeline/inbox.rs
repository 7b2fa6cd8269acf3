//! What is asked of the client's thread.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::slot::Giver;

/// Requests that wait; further ones are refused.
const REQUESTS_MAX: usize = 1024;

/// A request to the client's thread; where it answers, then whether every packet was taken.
#[derive(Debug)]
pub(crate) enum Request {
    Flush {
        until: Option<Instant>,
        answer: Giver<bool>,
    },
    Stop {
        until: Option<Instant>,
        answer: Giver<bool>,
    },
    /// The thread ends, and its work goes on elsewhere.
    Pause,
}

/// Where requests wait.
#[derive(Debug)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Debug)]
struct Waiting {
    requests: VecDeque<Request>,
    /// A call waits for room in the queue.
    is_hurried: bool,
    /// Nobody is left to answer.
    is_closed: bool,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        let waiting = Waiting { requests: VecDeque::new(), is_hurried: false, is_closed: false };
        Self { waiting: Mutex::new(waiting), arrived: Condvar::new() }
    }

    /// Asks for something. The request to stop is always let in. Whoever is refused hears it at the
    /// other end of the answer.
    pub(crate) fn ask(&self, request: Request) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_last = matches!(request, Request::Stop { .. } | Request::Pause);
        let has_room = is_last || waiting.requests.len() < REQUESTS_MAX;
        if has_room && !waiting.is_closed {
            waiting.requests.push_back(request);
            self.arrived.notify_one();
        }
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _locked = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    /// Forgets who waits.
    pub(crate) fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).requests.clear();
    }

    /// Refuses what waits and what will be asked.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_closed = true;
        waiting.requests.clear();
    }

    /// Ends a wait at once.
    pub(crate) fn hurry(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_hurried = true;
        self.arrived.notify_one();
    }

    /// Waits for a request up to `timeout`; `None`: there is none, or somebody hurries.
    pub(crate) fn wait(&self, timeout: Duration) -> Option<Request> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = |waiting: &mut Waiting| waiting.requests.is_empty() && !waiting.is_hurried;
        let waited = self.arrived.wait_timeout_while(waiting, timeout, is_idle);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.is_hurried = false;
        waiting.requests.pop_front()
    }
}
