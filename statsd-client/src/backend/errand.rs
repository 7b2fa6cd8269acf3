//! Work that may block for longer than the client's thread has: on a short-lived thread of its own.
//!
//! The system's resolver has no time limit, nor has connecting to a Unix stream whose server
//! accepts nobody. Whoever starts an errand holds it until it is done, so there is one at a time.

use std::time::Duration;
use std::{io, thread};

use crate::slot::{Nothing, Taker, slot};

/// How long an answer is waited for before the client's thread goes on without it. A backend that
/// first resolves and then connects waits twice, and stays within 100 ms.
pub(super) const PATIENCE: Duration = Duration::from_millis(50);

/// An answer to come. Dropping it leaves the thread to end by itself, unheard.
#[derive(Debug)]
pub(super) struct Errand<T> {
    answer: Taker<io::Result<T>>,
    was_awaited: bool,
}

impl<T: Send + 'static> Errand<T> {
    /// Starts `work` on a thread of that name. That there is no thread to be had is its answer, too.
    pub(super) fn start(name: &str, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Self {
        let (giver, answer) = slot();
        let thread = thread::Builder::new().name(name.into());
        match thread.spawn(move || giver.give(work())) {
            Ok(_runs_by_itself) => Self { answer, was_awaited: false },
            Err(error) => Self::done(Err(error)),
        }
    }

    /// What needs no thread: the answer is here.
    pub(super) fn done(result: io::Result<T>) -> Self {
        let (giver, answer) = slot();
        giver.give(result);
        Self { answer, was_awaited: false }
    }

    /// The answer, once. Waits for it up to `patience` where it is asked for the first time, later
    /// not at all: a look-up that hangs for minutes costs the client's thread one wait.
    pub(super) fn answer(&mut self, patience: Duration) -> Option<io::Result<T>> {
        let patience = if self.was_awaited { Duration::ZERO } else { patience };
        self.was_awaited = true;
        match self.answer.take(patience) {
            Ok(result) => Some(result),
            Err(Nothing::Yet) => None,
            Err(Nothing::Ever) => Some(Err(io::Error::other("the thread ended without an answer"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn an_answer_is_awaited_once_and_fetched_when_it_is_there() {
        let (go, wait) = std::sync::mpsc::sync_channel::<u32>(1);
        let mut errand = Errand::start("test", move || Ok(wait.recv().unwrap()));
        assert!(errand.answer(Duration::ZERO).is_none());
        // Waiting for all of it would be the end of this test.
        assert!(errand.answer(Duration::MAX).is_none());
        go.send(7).unwrap();
        let answer = std::iter::repeat_with(|| errand.answer(LONG)).find_map(|answer| answer);
        assert_eq!(answer.unwrap().unwrap(), 7);
    }

    #[test]
    fn what_is_done_is_answered_at_once() {
        assert_eq!(Errand::done(Ok(7)).answer(Duration::ZERO).unwrap().unwrap(), 7);
    }

    #[test]
    fn a_thread_that_panics_is_an_error() {
        // Resumed rather than raised, so that the test's output stays quiet.
        let mut errand =
            Errand::<()>::start("test", || std::panic::resume_unwind(Box::new("lookup")));
        assert!(errand.answer(LONG).unwrap().is_err());
    }
}
