//! The gauge handle.

use super::site::Site;
use super::value::GaugeValue;
use crate::pipeline::{Recorded, front};
use crate::protocol::MetricType;

/// A gauge, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// The last value of a flush interval is sent, whichever thread set it; changes after it are added
/// to it. Gauges are never sampled. In etsy's protocol, and all others but DogStatsD, a sign means a
/// change: there a negative value is written as a reset to 0 and a change, in one packet.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Gauge};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let depth = Gauge::new("queue.depth").on(&client);
/// depth.set(20);
/// depth.add(-3);
/// client.flush(Duration::from_secs(1));
/// depth.set(-4);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:17|g", "queue.depth:0|g", "queue.depth:-4|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Gauge {
    site: Site,
}

impl Gauge {
    /// A gauge of the installed client, for a `static`; nothing happens before its first call. What a name must
    /// not hold is rewritten then, and counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Gauge};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// static DEPTH: Gauge = Gauge::new("queue.depth");
    ///
    /// client.scope(|| DEPTH.set(17)); // as if it were installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:17|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub const fn new(name: &'static str) -> Self {
        Self::at_site(name, &[])
    }

    pub(crate) const fn at_site(
        name: &'static str,
        tags: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { site: Site::new(MetricType::Gauge, name, tags, None) }
    }

    /// Sets the value. Values that are not finite are dropped and counted. Once the thread has met the
    /// gauge: no lock, no allocation, no system call, one store to a word that all threads share.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Gauge};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let depth = Gauge::new("queue.depth").on(&client);
    /// depth.set(20);
    /// depth.set(17.5);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:17.5|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn set(&self, value: impl GaugeValue) {
        let value = value.to_f64();
        if !front::gauge(self.site.words(), value) && self.site.is_live() {
            self.site.record(Recorded::Gauge(value));
        }
    }

    /// Changes the value by `delta`; one that is not finite is dropped and counted. Written as etsy's
    /// `+n` and `-n`, in DogStatsD as what the gauge then stands at: see
    /// [`Client::gauge_delta`](crate::Client::gauge_delta). Takes no lock; threads that change the same gauge
    /// at once try again.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Gauge};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let depth = Gauge::new("queue.depth").on(&client);
    /// depth.add(3);
    /// depth.add(-5);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:-2|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn add(&self, delta: impl GaugeValue) {
        if self.site.is_live() {
            self.site.record(Recorded::Delta(delta.to_f64()));
        }
    }
}

super::described!(Gauge, MetricType::Gauge, "set(17)" => "17|g");
