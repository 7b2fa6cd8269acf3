//! The timer handle, and the guard that records when it is dropped.

use std::time::{Duration, Instant};

use super::site::Site;
use crate::pipeline::{Recorded, front, nanos};
use crate::protocol::MetricType;

/// A timer, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// Every value is kept until the flush and sent as milliseconds with their fraction.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Timer};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend).build()?;
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
    /// A timer of the installed client.
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

    /// The share of values that are sent; the rate stands in the line.
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Records a duration in hand.
    #[inline]
    pub fn record(&self, elapsed: Duration) {
        let nanos = nanos(elapsed);
        if !front::nanos(self.site.known(), nanos) && self.site.is_live() {
            self.site.record(Recorded::Nanos(nanos));
        }
    }

    /// Starts the clock; the guard records when it is dropped. Without a client the clock is not
    /// even read.
    pub fn start(&self) -> TimerGuard<'_> {
        TimerGuard { timer: self, started: self.site.is_live().then(Instant::now) }
    }

    /// Runs `work`, records how long it took, and passes its value through.
    pub fn measure<R>(&self, work: impl FnOnce() -> R) -> R {
        let _recorded = self.start();
        work()
    }
}

super::described!(Timer, MetricType::Timer);

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
