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
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
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
    /// A counter of the installed client, for a `static`; nothing happens before its first call. What a name must
    /// not hold is rewritten then, and counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Counter};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// static LOGINS: Counter = Counter::new("logins");
    ///
    /// client.scope(|| LOGINS.increment()); // as if it were installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["logins:1|c"]);
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
        Self { site: Site::new(MetricType::Counter, name, tags, rate) }
    }

    /// The share of calls that are sent where aggregation is off; the rate then stands in the line. What is
    /// added up is exact, at whatever rate, but for one at or below 0, which sends nothing. Default: the
    /// client's.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Counter};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let signups = Counter::new("users.new").sample_rate(0.1).on(&client);
    /// signups.add(3);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:3|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn sample_rate(self, rate: f64) -> Self {
        Self { site: self.site.sample_rate(rate) }
    }

    /// Adds 1. Once the thread has met the counter: no lock, no allocation, no system call, two loads
    /// and a store to memory that no other thread writes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Counter};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let signups = Counter::new("users.new").on(&client);
    /// signups.increment();
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn increment(&self) {
        if !front::increment(self.site.words()) && self.site.is_live() {
            self.site.record(Recorded::Count(1));
        }
    }

    /// Subtracts 1; costs as [`Counter::add`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Counter};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let free = Counter::new("seats.free").on(&client);
    /// free.decrement();
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["seats.free:-1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn decrement(&self) {
        self.add(-1);
    }

    /// Adds `n`. As [`Counter::increment`], with one word more to add to. A sum beyond 64 bits wraps.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Counter};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let sent = Counter::new("bytes.sent").on(&client);
    /// sent.add(512);
    /// sent.add(-12);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["bytes.sent:500|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[inline]
    pub fn add(&self, n: i64) {
        if !front::add(self.site.words(), n) && self.site.is_live() {
            self.site.record(Recorded::Count(n));
        }
    }
}

super::described!(Counter, MetricType::Counter, "increment()" => "1|c");
