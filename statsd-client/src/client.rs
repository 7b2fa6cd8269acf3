//! The client: what an application calls.

use std::sync::Arc;
use std::time::Duration;

use crate::builder::Builder;
use crate::error::Error;
use crate::handle::{GaugeValue, Stopwatch};
use crate::pipeline::{Event, Pipeline, Shared, record_named};
use crate::telemetry::Stats;

/// A StatsD client. Cloning it copies a pointer; dropping the last clone sends what is left, waiting
/// a second at the most.
///
/// Calls return nothing and cost next to nothing: no lock, no system call, no allocation once a name
/// was seen. What could not be sent is counted in [`Client::stats`].
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().prefix("shop").backend(backend).build()?;
/// client.increment("users.new");
/// client.count("bytes.sent", 512);
/// client.gauge("queue.depth", 17);
/// client.timing("render", Duration::from_micros(12_500));
///
/// assert!(client.flush(Duration::from_secs(1)));
/// let mut lines = captured.lines();
/// lines.sort();
/// assert_eq!(lines, [
///     "shop.bytes.sent:512|c",
///     "shop.queue.depth:17|g",
///     "shop.render:12.5|ms",
///     "shop.users.new:1|c",
/// ]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pipeline: Arc<Pipeline>,
}

impl Client {
    /// Starts building a client. Nothing is opened before [`Builder::build`].
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A client as the environment says: `STATSD_*` first, then `DD_*`; see
    /// [`Builder::from_env`] for the variables.
    ///
    /// # Errors
    /// A variable does not say what it should (the error names it), or the client cannot be built.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }

    pub(crate) fn new(pipeline: Pipeline) -> Self {
        Self { pipeline: Arc::new(pipeline) }
    }

    /// Adds 1 to a counter.
    pub fn increment(&self, name: &str) {
        self.count(name, 1);
    }

    /// Subtracts 1 from a counter.
    pub fn decrement(&self, name: &str) {
        self.count(name, -1);
    }

    /// Adds to a counter.
    pub fn count(&self, name: &str, n: i64) {
        self.record(name, Event::Count(n));
    }

    /// Sets a gauge. Values that are not finite are dropped and counted.
    pub fn gauge(&self, name: &str, value: impl GaugeValue) {
        self.record(name, Event::Gauge(value.to_f64()));
    }

    /// Changes a gauge by `delta`.
    pub fn gauge_delta(&self, name: &str, delta: impl GaugeValue) {
        self.record(name, Event::GaugeDelta(delta.to_f64()));
    }

    /// Records a duration, sent as milliseconds with their fraction.
    pub fn timing(&self, name: &str, elapsed: Duration) {
        self.record(name, Event::timing(elapsed));
    }

    /// Runs `work`, records how long it took, and passes its value through. A panic is timed, too.
    ///
    /// ```
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let client = Client::builder().backend(CaptureBackend::new().0).build()?;
    /// let report = client.measure("cron.cleanup", || "3 files removed");
    /// assert_eq!(report, "3 files removed");
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn measure<R>(&self, name: &str, work: impl FnOnce() -> R) -> R {
        let _recorded = Stopwatch::start(|elapsed| self.timing(name, elapsed));
        work()
    }

    /// Sends everything recorded so far, by all threads. `true`: the backend took all of it within
    /// `timeout`. Blocks; meant for the end of a program, a job or a test. From within
    /// [`Backend::send`](crate::Backend::send) it is `false` at once.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.pipeline.flush(timeout)
    }

    /// The account of all calls so far. Takes a lock that no call ever takes.
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }

    pub(crate) fn id(&self) -> u32 {
        self.pipeline.shared().id
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.pipeline.shared().clone()
    }

    fn record(&self, name: &str, event: Event) {
        let shared = || Some(self.shared());
        record_named(self.id(), shared, |key| key.name_str(name), None, event);
    }
}
