//! Work on other threads that a thread's captures are to see.

use std::fmt;
use std::sync::Arc;

use super::capture::Present;
use crate::pipeline::{Witness, present};

/// Work for another thread that this thread's captures are to see: hand it to `thread::spawn`, a scope or a
/// pool. What it calls is seen until a capture ends; then its calls are for their clients. Outside of every
/// capture it is `work` and nothing else, for the cost of a look at a thread-local.
///
/// ```
/// use std::thread;
/// use statsd_client::testing::{capture, follow};
///
/// let seen = capture(|| {
///     let worker = thread::spawn(follow(|| statsd_client::increment("jobs")));
///     worker.join().expect("the worker has not panicked");
/// });
/// assert_eq!(seen.to_string(), "jobs:1|c\n");
/// ```
pub fn follow<R, F: FnOnce() -> R>(work: F) -> impl FnOnce() -> R + use<R, F> {
    let following = Following::here();
    move || following.run(work)
}

/// The captures of a thread, for work that is done in many pieces on others: [`follow()`] once, and often.
///
/// ```
/// use std::thread;
/// use statsd_client::testing::{Following, capture};
///
/// let seen = capture(|| {
///     let following = Following::here();
///     thread::scope(|scope| {
///         for n in 0..3 {
///             let following = &following;
///             scope.spawn(move || following.run(|| statsd_client::count("jobs", n)));
///         }
///     });
/// });
/// assert_eq!(seen.len(), 3);
/// ```
#[derive(Clone)]
pub struct Following {
    witnesses: Vec<Arc<dyn Witness>>,
}

impl Following {
    /// The captures that this thread is in; there may be none.
    pub fn here() -> Self {
        Self { witnesses: present() }
    }

    /// Runs `work`, whose calls the captures see, beside those that this thread is in itself.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _present = (!self.witnesses.is_empty()).then(|| Present::begin(&self.witnesses));
        work()
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Following({} captures)", self.witnesses.len())
    }
}
