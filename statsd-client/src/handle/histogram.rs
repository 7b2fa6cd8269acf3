//! The histogram handle.

use super::site::Site;
use super::value::SampleValue;
use crate::pipeline::{Recorded, front};
use crate::protocol::MetricType;

/// A histogram, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// Every value is kept until the flush, for the server's statistics of one host; a [`Duration`](std::time::Duration)
/// counts in milliseconds. In a dialect without histograms it is a timer, and values below 0 are
/// dropped and counted.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, Histogram};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
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
    /// A histogram of the installed client.
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

    /// The share of values that are sent; the rate stands in the line.
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Records a value. Values that are not finite are dropped and counted.
    #[inline]
    pub fn record(&self, value: impl SampleValue) {
        let value = value.to_f64();
        if !front::sample(self.site.known(), value) && self.site.is_live() {
            self.site.record(Recorded::Sample(value));
        }
    }
}

super::described!(Histogram, MetricType::Histogram);
