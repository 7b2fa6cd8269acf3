//! A client's switches of single metrics.

use super::Client;

impl Client {
    /// Switches the metrics of a pattern off, from this call on and on every thread: handles, statics, calls by
    /// name, events by their title and service checks. `true`: they are off now, or were before. `false`: the
    /// pattern is empty or over 256 bytes, or there are 128 others, and nothing has changed.
    ///
    /// `*` stands for any run of characters, also of none and across dots; anything else for itself. A pattern
    /// is a name's as the application writes it, with a [child](Client::child)'s prefix: `orders`, `cart.items`;
    /// or with the client's prefix before that: `shop.orders`. Tags and kind do not count. The client, its clones
    /// and children share their patterns; [`Builder::mute`](crate::Builder::mute) sets some from the start.
    ///
    /// Calls that are switched off are counted, in [`Dropped::muted`](crate::Dropped::muted), and nothing else:
    /// they take no room in the queue and no context, are not drawn for, and leave no level of a gauge behind.
    /// A counter's costs as ever, any other handle's or name's some ten nanoseconds more than a call that is on,
    /// that of a call macro whose tags change the longer way of a call; none takes a lock of the client's. What
    /// was recorded before leaves with the next flush. The client's own [telemetry](crate::Builder::telemetry)
    /// is not concerned.
    ///
    /// Every handle looks its name up again after it, and the client's thread keeps its contexts apart from the
    /// earlier ones until the next flush; meant for an operator's hand, not for every request.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// assert!(client.mute("cron.*"));
    /// client.increment("cron.cleanup");
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:1|c"]);
    /// assert_eq!(client.stats().dropped.muted, 1);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn mute(&self, pattern: impl AsRef<str>) -> bool {
        self.pipeline.mute(pattern.as_ref())
    }

    /// Takes a pattern of [`Client::mute`] back, the very same one: what no other pattern is about is on again,
    /// and what is recorded from here on leaves. `false`: there is no such pattern. Costs as that.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.mute("queue.*");
    /// client.gauge("queue.depth", 17);
    /// assert!(client.unmute("queue.*"));
    /// client.gauge("queue.depth", 18);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:18|g"]);
    /// assert!(!client.unmute("queue.depth"), "it was no pattern");
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn unmute(&self, pattern: impl AsRef<str>) -> bool {
        self.pipeline.unmute(pattern.as_ref())
    }

    /// The patterns of what is switched off, in the order in which they came. Allocates.
    ///
    /// ```
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, _captured) = CaptureBackend::new();
    /// let client = Client::builder().backend(backend).mute("debug.*").build()?;
    /// client.mute("cron.*");
    /// assert_eq!(client.muted(), ["debug.*", "cron.*"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn muted(&self) -> Vec<String> {
        self.pipeline.muted()
    }
}
