//! What a client says about itself.

use std::time::Duration;

/// The account of every call since the client was built. At any moment
/// `calls == sent + aggregated + sampled_out + dropped.total()`.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, _captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.increment("users.new");
/// client.gauge("load", f64::NAN);
/// client.flush(Duration::from_secs(1));
///
/// let stats = client.stats();
/// assert_eq!((stats.calls, stats.aggregated, stats.dropped.not_finite), (2, 1, 1));
/// assert_eq!(stats.calls, stats.sent + stats.aggregated + stats.sampled_out + stats.dropped.total());
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls made.
    pub calls: u64,
    /// Calls whose value has left, or is on its way, by itself: timings and the like, events, and with
    /// aggregation off every call. Of a context with more than
    /// [`Builder::reservoir_size`](crate::Builder::reservoir_size), a fair sample leaves and speaks for all of
    /// them.
    pub sent: u64,
    /// Calls added up into a value they share: counters and gauges.
    pub aggregated: u64,
    /// Calls that a sampling draw left out, or for which another speaks because the queue is more than half
    /// full.
    pub sampled_out: u64,
    /// Calls that were lost, by reason.
    pub dropped: Dropped,
    /// Distinct contexts at present: names with their kind, rate and tags, without those that are switched off.
    /// They begin anew where another client is installed, where something is switched off or on, and after
    /// [`Builder::idle_expiry`](crate::Builder::idle_expiry).
    pub contexts: u64,
    /// Contexts whose name or tags had to be changed to be legal.
    pub rewritten: u64,
    /// How often a new context was met beyond the limit; its calls stand in an overflow series.
    pub contexts_refused: u64,
    /// Packets that the backend took.
    pub packets_sent: u64,
    /// Packets that the backend refused; their calls stand in `dropped.send_failed`.
    pub packets_failed: u64,
    /// Bytes of the packets that the backend took.
    pub bytes_sent: u64,
    /// How long the last flush took.
    pub flush_time: Duration,
    /// How long ago the backend last refused a packet; `None`: it never did.
    pub last_error_age: Option<Duration>,
}

/// Calls that were lost, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The queue's bytes were used up: [`Builder::max_queued_bytes`](crate::Builder::max_queued_bytes).
    pub queue_full: u64,
    /// The value was infinite or not a number.
    pub not_finite: u64,
    /// The name was empty, or with its tags over 4 KiB.
    pub bad_name: u64,
    /// The line alone was over the packet's limit, or a set's member over 1536 bytes.
    pub too_long: u64,
    /// The backend did not take the packet. Of a gauge one call is lost with it: the others had been
    /// superseded.
    pub send_failed: u64,
    /// The thread was ending, 16,384 others were recording, or the client had been shut down.
    pub no_thread: u64,
    /// Neither a context nor one of the overflow series was to be had.
    pub no_context: u64,
    /// The dialect cannot say it: an event, a service check or a timestamp to a server that has none, a
    /// histogram or distribution below 0 where it is written as a timer.
    pub unsupported: u64,
    /// The metric is switched off: [`Client::mute`](crate::Client::mute). Whatever its rate: nothing is drawn
    /// for such a call.
    pub muted: u64,
}

impl Dropped {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.queue_full
            + self.not_finite
            + self.bad_name
            + self.too_long
            + self.send_failed
            + self.no_thread
            + self.no_context
            + self.unsupported
            + self.muted
    }
}

/// What [`Client::shutdown`](crate::Client::shutdown) could not send in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it says whether anything was left behind"]
#[non_exhaustive]
pub struct Leftover {
    /// Calls that no flush has dealt with.
    pub calls: u64,
    /// Whether the client's thread has ended.
    pub has_ended: bool,
}

impl Leftover {
    /// Whether everything has left and the thread has ended.
    pub fn is_nothing(&self) -> bool {
        self.calls == 0 && self.has_ended
    }
}
