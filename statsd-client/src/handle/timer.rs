//! The timer handle, and the guard that records when it is dropped.

use std::time::{Duration, Instant};

use super::site::Site;
use crate::pipeline::{Recorded, front, nanos};
use crate::protocol::MetricType;

/// A timer, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// Every value is kept until the flush and sent as milliseconds with their fraction (etsy's `ms`). Over
/// [`Builder::reservoir_size`](crate::Builder::reservoir_size) values are thinned evenly, and the rate in the
/// line says by how much.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Timer};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let render = Timer::new("render").on(&client);
/// render.record(Duration::from_micros(1_250));
/// {
///     let _recorded = render.start(); // at the end of the block, however it ends
/// }
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines()[0], "render:1.25|ms");
/// assert_eq!(captured.lines().len(), 2);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Timer {
    site: Site,
}

impl Timer {
    /// A timer of the installed client, for a `static`; nothing happens before its first call. What a name must
    /// not hold is rewritten then, and counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// static RENDER: Timer = Timer::new("render");
    ///
    /// client.scope(|| RENDER.record(Duration::from_millis(12))); // as if it were installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["render:12|ms"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub const fn new(name: &'static str) -> Self {
        Self::at_site(name, &[], None)
    }

    pub(crate) const fn at_site(
        name: &'static str,
        tags: &'static [(&'static str, &'static str)],
        rate: Option<f64>,
    ) -> Self {
        Self { site: Site::new(MetricType::Timer, name, tags, rate) }
    }

    /// The share of values that are sent, drawn for one by one; the rate stands in the line. At or below 0
    /// nothing is sent, at or above 1 everything. Default: the client's. Such a handle takes the longer way
    /// of a call: a draw more, and no lock.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().seed(42).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let render = Timer::new("render").sample_rate(0.5).on(&client);
    /// for _ in 0..100 {
    ///     render.record(Duration::from_millis(12));
    /// }
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert!(!lines.is_empty() && lines.iter().all(|line| line == "render:12|ms|@0.5"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Records a duration in hand. Once the thread has met the timer: no lock, no allocation, no system call,
    /// a few stores to memory that no other thread writes; 2 KiB of the queue for 128 values.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let render = Timer::new("render").on(&client);
    /// render.record(Duration::from_micros(1_250));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["render:1.25|ms"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn record(&self, elapsed: Duration) {
        let nanos = nanos(elapsed);
        if !front::nanos(self.site.words(), nanos) && self.site.is_live() {
            self.site.record(Recorded::Nanos(nanos));
        }
    }

    /// Starts the clock; the guard records when it is dropped. Without a client the clock is not
    /// even read.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let render = Timer::new("render").on(&client);
    /// let timed = render.start();
    /// drop(timed); // or at the end of the block, however it ends
    ///
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("render:") && lines[0].ends_with("|ms"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn start(&self) -> TimerGuard<'_> {
        TimerGuard { timer: self, started: self.site.is_live().then(Instant::now) }
    }

    /// Runs `work`, records how long it took, and passes its value through. A panic is timed, too.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let render = Timer::new("render").on(&client);
    /// assert_eq!(render.measure(|| "<p>"), "<p>");
    ///
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("render:") && lines[0].ends_with("|ms"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn measure<R>(&self, work: impl FnOnce() -> R) -> R {
        let _recorded = self.start();
        work()
    }
}

super::described!(Timer, MetricType::Timer, "record(Duration::from_millis(12))" => "12|ms");

/// Records the time since [`Timer::start`] when it is dropped: at the end of a block, at `?`, at a
/// panic.
#[derive(Debug)]
#[must_use = "the time is recorded when the guard is dropped: bind it to a name"]
pub struct TimerGuard<'a> {
    timer: &'a Timer,
    started: Option<Instant>,
}

impl TimerGuard<'_> {
    /// Ends without recording.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Timer};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let render = Timer::new("render").on(&client);
    /// render.start().discard();
    /// client.flush(Duration::from_secs(1));
    /// assert!(captured.is_empty());
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn discard(mut self) {
        self.started = None;
    }
}

impl Drop for TimerGuard<'_> {
    fn drop(&mut self) {
        if let Some(started) = self.started {
            self.timer.record(started.elapsed());
        }
    }
}
