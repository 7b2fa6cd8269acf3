//! The thread that bounds what a crash can take when nobody asks for a commit.

use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Journal, lock};

/// The shortest pause between two commits: no disk is asked without one.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// A thread that commits every `sync_interval`; it ends, after a last commit, when this is dropped.
#[derive(Debug)]
pub(crate) struct Syncer {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    is_asked_for: Mutex<bool>,
    asked: Condvar,
}

impl Syncer {
    /// Starts it.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub(crate) fn start(journal: &Arc<Journal>) -> io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let (journal, stopped) = (Arc::clone(journal), Arc::clone(&stop));
        let pause = journal.sync_interval.max(PAUSE_MIN);
        let thread = thread::Builder::new().name("journal-sync".to_owned()).spawn(move || {
            loop {
                let is_over = stopped.wait(pause);
                // Whatever it says stands in the journal's status, and is told to whoever commits.
                let _ = journal.commit();
                if is_over {
                    break;
                }
            }
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Stop {
    /// Waits so long, or until the end is asked for, and says whether it is.
    fn wait(&self, pause: Duration) -> bool {
        let asked =
            self.asked
                .wait_timeout_while(lock(&self.is_asked_for), pause, |is_asked_for| !*is_asked_for);
        *asked.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        *lock(&self.stop.is_asked_for) = true;
        self.stop.asked.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of it was told when it happened.
            let _ = thread.join();
        }
    }
}
