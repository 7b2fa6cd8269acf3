//! The histogram handle.

use super::site::Site;
use super::value::SampleValue;
use crate::pipeline::{Recorded, front};
use crate::protocol::MetricType;

/// A histogram, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// Every value is kept until the flush, for the server's statistics of one host (Datadog's `h`), up to
/// [`Builder::reservoir_size`](crate::Builder::reservoir_size); a [`Duration`](std::time::Duration) counts in
/// milliseconds. DogStatsD and Influx have histograms. In the other dialects it is a timer, and values below 0,
/// which no timer holds, are dropped as `unsupported`.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, Histogram};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let size = Histogram::new("size").tag("kind", "png").on(&client);
/// size.record(81.5);
/// size.record(12);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:81.5:12|h|#kind:png"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Histogram {
    site: Site,
}

impl Histogram {
    /// A histogram of the installed client, for a `static`; nothing happens before its first call. What a name must
    /// not hold is rewritten then, and counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect, Histogram};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// static SIZE: Histogram = Histogram::new("size");
    ///
    /// client.scope(|| SIZE.record(81.5)); // as if it were installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["size:81.5|h"]);
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
        Self { site: Site::new(MetricType::Histogram, name, tags, rate) }
    }

    /// The share of values that are sent, drawn for one by one; the rate stands in the line. At or below 0
    /// nothing is sent, at or above 1 everything. Default: the client's. Such a handle takes the longer way
    /// of a call: a draw more, and no lock.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect, Histogram};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().seed(42).dialect(Dialect::Influx).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let size = Histogram::new("size").sample_rate(0.5).on(&client);
    /// for _ in 0..100 {
    ///     size.record(12);
    /// }
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert!(!lines.is_empty() && lines.iter().all(|line| line == "size:12|h|@0.5"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Records a value. Values that are not finite are dropped and counted. Costs as
    /// [`Timer::record`](crate::Timer::record) does; a value below 0 takes the longer way.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect, Histogram};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let size = Histogram::new("size").on(&client);
    /// size.record(81.5);
    /// size.record(Duration::from_micros(1_500));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["size:81.5:1.5|h"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn record(&self, value: impl SampleValue) {
        let value = value.to_f64();
        if !front::sample(self.site.words(), value) && self.site.is_live() {
            self.site.record(Recorded::Sample(value));
        }
    }
}

super::described!(Histogram, MetricType::Histogram, "record(81.5)" => "81.5|h");
