//! The recorder of the `metrics` facade: what libraries count with `metrics::counter!` goes to a client.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use metrics::{
    CounterFn, GaugeFn, HistogramFn, Key, KeyName, Metadata, Recorder, SetRecorderError,
    SharedString, Unit,
};

use super::kept::Kept;
use crate::client::Client;
use crate::handle::{Counter, Distribution, Gauge, Histogram};

/// Sends what the macros of the [`metrics`] facade record to a client (feature `metrics`).
///
/// | the facade's | becomes |
/// |---|---|
/// | counter | a counter; `absolute` adds what it has grown by since the last one |
/// | gauge | a gauge; `increment` and `decrement` are changes of it |
/// | histogram | a distribution, or with [`MetricsRecorder::histograms`] a histogram |
/// | label | a tag; one without a value is a bare tag |
///
/// `absolute` counts from 0, as the facade's own counters do, and a value below the last one adds nothing.
/// A counter that is both incremented and given absolute values adds both up.
///
/// Descriptions, units, targets and levels are not sent. The facade hands durations on as seconds, and as
/// seconds they are sent; [`Timer`](crate::Timer) sends milliseconds.
///
/// A handle that is kept (`let requests = counter!("requests")`) costs what a handle of this crate costs,
/// and a virtual call. A macro call looks its handle up first: no lock, no allocation of this crate's once
/// it was met. 16,384 handles of each kind are kept for that; beyond them (or where a list of 8 that share a
/// hash is full) one is made for each call, which counts the same and is slower; of the absolute values given
/// to one of those, the first only says where to count from.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, MetricsRecorder};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let recorder = MetricsRecorder::new(client.clone());
///
/// metrics::with_local_recorder(&recorder, || {
///     metrics::counter!("requests", "route" => "/cart").increment(2);
///     metrics::gauge!("queue.depth").set(17.0);
///     metrics::histogram!("size").record(81.5);
/// });
/// client.flush(Duration::from_secs(1));
/// let mut lines = captured.lines();
/// lines.sort();
/// assert_eq!(lines, ["queue.depth:17|g", "requests:2|c|#route:/cart", "size:81.5|d"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct MetricsRecorder {
    client: Client,
    sends_histograms: bool,
    counters: Kept<Key, metrics::Counter>,
    gauges: Kept<Key, metrics::Gauge>,
    histograms: Kept<Key, metrics::Histogram>,
}

impl MetricsRecorder {
    /// A recorder that sends to `client`. A [child](Client::child) gives what it records a prefix, tags or
    /// a sample rate of its own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// use statsd_client::MetricsRecorder;
    ///
    /// let recorder = MetricsRecorder::new(client.child().prefix("lib").build());
    /// metrics::with_local_recorder(&recorder, || {
    ///     let depth = metrics::gauge!("queue.depth");
    ///     depth.set(20.0);
    ///     depth.decrement(3.0);
    /// });
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["lib.queue.depth:17|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn new(client: Client) -> Self {
        Self {
            client,
            sends_histograms: false,
            counters: Kept::new(),
            gauges: Kept::new(),
            histograms: Kept::new(),
        }
    }

    /// Sends the facade's histograms as histograms, not as distributions.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect, MetricsRecorder};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let recorder = MetricsRecorder::new(client.clone()).histograms();
    /// metrics::with_local_recorder(&recorder, || metrics::histogram!("size").record(81.5));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["size:81.5|h"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn histograms(self) -> Self {
        Self { sends_histograms: true, ..self }
    }

    /// Makes this the recorder of the whole process. The facade never lets go of it, so its client does
    /// not end by itself: keep a [`FlushGuard`](crate::FlushGuard), or call [`Client::shutdown`].
    ///
    /// ```
    /// use statsd_client::{CaptureBackend, Client, MetricsRecorder};
    ///
    /// let (backend, captured) = CaptureBackend::new();
    /// let client = Client::builder().backend(backend)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// let flush_on_exit = statsd_client::install(client.clone());
    /// MetricsRecorder::new(client).install()?;
    /// metrics::counter!("requests").increment(1);
    ///
    /// drop(flush_on_exit); // at the end of `main`
    /// assert_eq!(captured.lines(), ["requests:1|c"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The process has a recorder already. The error holds this one.
    pub fn install(self) -> Result<(), SetRecorderError<Self>> {
        metrics::set_global_recorder(self)
    }

    /// How many handles were made for one call because there was no room to keep them.
    pub fn handles_refused(&self) -> u64 {
        self.counters.refused() + self.gauges.refused() + self.histograms.refused()
    }
}

/// A handle as a key of the facade describes it.
macro_rules! handle {
    ($handle:ident, $key:expr, $client:expr) => {{
        let named = $handle::named($key.name());
        let tagged = $key.labels().fold(named, |it, label| it.tag(label.key(), label.value()));
        tagged.on($client)
    }};
}
impl Recorder for MetricsRecorder {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> metrics::Counter {
        let counter = |last_reading| {
            let counter = handle!(Counter, key, &self.client);
            metrics::Counter::from_arc(Arc::new(ReadCounter { counter, last_reading }))
        };
        let from_zero = || counter(OnceLock::from(AtomicU64::new(0)));
        let kept = self.counters.get_or_make(key.get_hash(), key, from_zero);
        kept.cloned().unwrap_or_else(|| counter(OnceLock::new()))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        let gauge = || metrics::Gauge::from_arc(Arc::new(handle!(Gauge, key, &self.client)));
        let kept = self.gauges.get_or_make(key.get_hash(), key, gauge);
        kept.cloned().unwrap_or_else(gauge)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        let histogram = || {
            if self.sends_histograms {
                metrics::Histogram::from_arc(Arc::new(handle!(Histogram, key, &self.client)))
            } else {
                metrics::Histogram::from_arc(Arc::new(handle!(Distribution, key, &self.client)))
            }
        };
        let kept = self.histograms.get_or_make(key.get_hash(), key, histogram);
        kept.cloned().unwrap_or_else(histogram)
    }
}

/// A counter that may also be given the readings of a counter kept elsewhere.
#[derive(Debug)]
struct ReadCounter {
    counter: Counter,
    /// Begins at 0, as the facade's counters do. Where it is not there, because this handle was made for one
    /// call, the first reading only begins it: it would be added again at every call.
    last_reading: OnceLock<AtomicU64>,
}

impl CounterFn for ReadCounter {
    fn increment(&self, value: u64) {
        self.counter.add(i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn absolute(&self, value: u64) {
        let last = self.last_reading.get_or_init(|| AtomicU64::new(value));
        // Of readings that overtake each other the highest holds.
        let before = last.fetch_max(value, Ordering::Relaxed);
        self.increment(value.saturating_sub(before));
    }
}

impl GaugeFn for Gauge {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        Self::set(self, value);
    }
}

impl HistogramFn for Distribution {
    fn record(&self, value: f64) {
        Self::record(self, value);
    }
}

impl HistogramFn for Histogram {
    fn record(&self, value: f64) {
        Self::record(self, value);
    }
}

#[cfg(test)]
mod tests;
