//! What a client says about itself.

/// The account of every call since the client was built. At any moment
/// `calls == sent + aggregated + sampled_out + dropped.total()`.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, _captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend).build()?;
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
    /// Calls whose value has left, or is on its way, by itself: timings, and with aggregation off
    /// every call.
    pub sent: u64,
    /// Calls added up into a value they share: counters and gauges.
    pub aggregated: u64,
    /// Calls that a sampling draw left out.
    pub sampled_out: u64,
    /// Calls that were lost, by reason.
    pub dropped: Dropped,
    /// Distinct contexts: names with their kind, rate and tags.
    pub contexts: u64,
    /// Contexts whose name or tags had to be changed to be legal.
    pub rewritten: u64,
    /// Packets that the backend took.
    pub packets_sent: u64,
    /// Packets that the backend refused; their calls stand in `dropped.send_failed`.
    pub packets_failed: u64,
    /// Bytes of the packets that the backend took.
    pub bytes_sent: u64,
}

/// Calls that were lost, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The queue's bytes were used up (`Builder::max_queued_bytes`).
    pub queue_full: u64,
    /// The value was infinite or not a number.
    pub not_finite: u64,
    /// The name was empty, or with its tags over 4 KiB.
    pub bad_name: u64,
    /// The line alone was over the packet's limit.
    pub too_long: u64,
    /// The backend did not take the packet.
    pub send_failed: u64,
    /// The thread was ending, or 16,384 others were recording.
    pub no_thread: u64,
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
    }
}
