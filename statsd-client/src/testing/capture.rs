//! Captures of a thread's calls.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Seen;
use super::log::Log;
use crate::global::Listening;
use crate::pipeline::{Watching, Witness};

/// Runs `work`, and says which calls this thread made meanwhile: by statics, attributes, call macros, free
/// functions, handles and clients, whether or not a client is installed. The clients are told nothing of
/// them. Other threads and tasks are not part of it, unless they [`follow`](super::follow()).
///
/// Captures may be nested: the outer one sees what the inner one sees. A panic of `work` goes on, and ends the
/// capture. Meanwhile each call of this thread takes a lock and allocates; those of other threads only look up
/// whom they are for where no client is installed.
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{Client, Counter, NullBackend, count};
///
/// static LOGINS: Counter = Counter::new("logins");
/// let client = Client::builder().prefix("shop").backend(NullBackend).build()?;
///
/// let seen = capture(|| {
///     LOGINS.increment(); // nobody is installed
///     count!("orders", 2, tags(plan = "pro"));
///     client.gauge("queue.depth", 17);
/// });
/// assert_eq!(seen.to_string(), "logins:1|c\norders:2|c|#plan:pro\nshop.queue.depth:17|g\n");
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[must_use = "what was seen is the point of a capture"]
pub fn capture<R>(work: impl FnOnce() -> R) -> Seen {
    capture_value(work).1
}

/// As [`capture`], with the value of `work`.
///
/// ```
/// use statsd_client::testing::capture_value;
///
/// let (report, seen) = capture_value(|| statsd_client::measure("cron", || "3 files removed"));
/// assert_eq!(report, "3 files removed");
/// assert_eq!(seen[0].name(), "cron");
/// ```
pub fn capture_value<R>(work: impl FnOnce() -> R) -> (R, Seen) {
    let capture = Capture::begin();
    let value = work();
    (value, capture.end())
}

/// A capture of this thread's calls from [`Capture::begin`] until it is dropped: [`capture`] for where a closure
/// is in the way. It stays on its thread; in an async function it sees whatever else the thread polls meanwhile,
/// so use [`capture_future`](super::capture_future) there.
///
/// ```
/// use statsd_client::testing::Capture;
///
/// let capture = Capture::begin();
/// statsd_client::increment("orders");
/// assert_eq!(capture.seen().len(), 1);
/// statsd_client::increment("orders");
/// assert_eq!(capture.end().len(), 2);
/// ```
#[derive(Debug)]
#[must_use = "a capture sees what is called while it lives: bind it to a name"]
pub struct Capture {
    log: Arc<Log>,
    _present: Present,
}

impl Capture {
    /// Begins a capture.
    pub fn begin() -> Self {
        Self::into_log(Log::new())
    }

    pub(super) fn into_log(log: Log) -> Self {
        let log = Arc::new(log);
        Self { _present: Present::begin(&[log.clone() as Arc<dyn Witness>]), log }
    }

    /// What it has seen so far.
    ///
    /// ```
    /// # use statsd_client::testing::Capture;
    /// let capture = Capture::begin();
    /// statsd_client::set("visitors", "ada");
    /// assert_eq!(capture.seen()[0].to_string(), "visitors:ada|s");
    /// ```
    pub fn seen(&self) -> Seen {
        self.log.seen()
    }

    /// Ends the capture, and says what it has seen.
    ///
    /// ```
    /// # use statsd_client::testing::Capture;
    /// let capture = Capture::begin();
    /// statsd_client::decrement("seats.free");
    /// let seen = capture.end();
    /// statsd_client::decrement("seats.free"); // nobody's
    /// assert_eq!(seen.to_string(), "seats.free:-1|c\n");
    /// ```
    #[must_use = "what was seen is the point of a capture"]
    pub fn end(self) -> Seen {
        self.log.end()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _seen = self.log.end();
    }
}

/// While it lives, witnesses are told of what this thread calls.
#[derive(Debug)]
pub(super) struct Present {
    _watching: Watching,
    _listening: Listening,
    /// Not to be sent to another thread.
    _here: PhantomData<*const ()>,
}

impl Present {
    pub(super) fn begin(witnesses: &[Arc<dyn Witness>]) -> Self {
        Self {
            _watching: Watching::begin(witnesses),
            _listening: Listening::begin(),
            _here: PhantomData,
        }
    }
}
