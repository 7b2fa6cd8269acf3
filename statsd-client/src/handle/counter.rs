//! The counter handle.

use super::site::Site;
use crate::pipeline::{Recorded, front};
use crate::protocol::MetricType;

/// A counter, resolved once.
///
/// As a `static` it follows whichever client is installed; before one is, calls are no-ops. Bound to
/// a client by [`Counter::on`] it stays with that one. With aggregation on (the default) a call adds
/// to a word that only its own thread writes, and the sum is exact: a sample rate changes nothing.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Counter, Dialect};
///
/// static LOGINS: Counter = Counter::new("logins");
/// LOGINS.increment(); // nothing is installed: a no-op
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
/// let signups = Counter::new("users.new").tag("plan", "pro").on(&client);
/// signups.increment();
/// signups.add(2);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["users.new:3|c|#plan:pro"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Counter {
    site: Site,
}

impl Counter {
    /// A counter of the installed client.
    pub const fn new(name: &'static str) -> Self {
        Self::at_site(name, &[], None)
    }

    pub(crate) const fn at_site(
        name: &'static str,
        tags: &'static [(&'static str, &'static str)],
        rate: Option<f64>,
    ) -> Self {
        Self { site: Site::new(MetricType::Counter, name, tags, rate) }
    }

    /// The share of calls that are sent where aggregation is off.
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Adds 1. Once the thread has met the counter: no lock, no allocation, no system call, two loads
    /// and a store to memory that no other thread writes.
    #[inline]
    pub fn increment(&self) {
        if !front::increment(self.site.known()) && self.site.is_live() {
            self.site.record(Recorded::Count(1));
        }
    }

    /// Subtracts 1.
    #[inline]
    pub fn decrement(&self) {
        self.add(-1);
    }

    /// Adds `n`.
    #[inline]
    pub fn add(&self, n: i64) {
        if !front::add(self.site.known(), n) && self.site.is_live() {
            self.site.record(Recorded::Count(n));
        }
    }
}

super::described!(Counter, MetricType::Counter);
