//! The gauge handle.

use super::site::Site;
use super::value::GaugeValue;
use crate::pipeline::{Recorded, front};
use crate::protocol::MetricType;

/// A gauge, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// The last value of a flush interval is sent, whichever thread set it; changes after it are added
/// to it. To plain StatsD a negative value is written as a reset to 0 and a change, in one packet,
/// because a sign means a change there.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Gauge};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend).build()?;
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
    /// A gauge of the installed client.
    pub const fn new(name: &'static str) -> Self {
        Self::at_site(name, &[])
    }

    pub(crate) const fn at_site(
        name: &'static str,
        tags: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { site: Site::new(MetricType::Gauge, name, tags, None) }
    }

    /// Sets the value. Values that are not finite are dropped and counted.
    #[inline]
    pub fn set(&self, value: impl GaugeValue) {
        let value = value.to_f64();
        if !front::gauge(self.site.known(), value) && self.site.is_live() {
            self.site.record(Recorded::Gauge(value));
        }
    }

    /// Changes the value by `delta`.
    pub fn add(&self, delta: impl GaugeValue) {
        if self.site.is_live() {
            self.site.record(Recorded::Delta(delta.to_f64()));
        }
    }
}

super::described!(Gauge, MetricType::Gauge);
