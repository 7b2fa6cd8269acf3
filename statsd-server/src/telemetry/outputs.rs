//! What each output has done, by its name.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Count, Level};

/// Declares the numbers of an output once: a field each, and the list that `/status` shows.
macro_rules! backend_status {
    ($($(#[$doc:meta])+ $name:ident: $kind:ty,)+) => {
        /// What one output has done since the server started.
        #[derive(Debug, Default)]
        #[non_exhaustive]
        pub struct BackendStatus {
            $($(#[$doc])+ pub $name: $kind,)+
        }

        impl BackendStatus {
            /// Every number by its name, in the order of their declaration.
            pub fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name.get()),)+].into_iter()
            }
        }
    };
}

backend_status! {
    /// Flushes taken.
    flushes: Count,
    /// Flushes that failed, panics included. For those that deliver later: attempts to deliver.
    errors: Count,
    /// Requests that the other side refused for good, with a 4xx: their lines are lost to this output.
    refused: Count,
    /// Flushes not handed to it because it had fallen behind: lost to this output.
    skipped: Count,
    /// Flushes that took longer than its deadline.
    late: Count,
    /// When its last flush arrived, seconds since the epoch; of graphite, at first the server's start.
    last_flush: Level,
    /// When it last failed, seconds since the epoch; 0 where it never has.
    last_exception: Level,
    /// What its last flush took, milliseconds.
    flush_time: Level,
    /// Bytes of its last flush, where it is one text.
    flush_length: Level,
    /// Flushes that wait in its spool.
    spooled_flushes: Level,
    /// Bytes of them.
    spooled_bytes: Level,
    /// Flushes lost because the spool's bound was reached, or because it could not be written.
    spool_dropped: Count,
}

/// Every output's status. Those of one name share one.
#[derive(Debug, Default)]
pub struct BackendStatuses(Mutex<Vec<(&'static str, Arc<BackendStatus>)>>);

impl BackendStatuses {
    /// The status of that name; it begins with the first call.
    ///
    /// ```
    /// use statsd_server::telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::default();
    /// telemetry.backends.named("graphite").flushes.add(1);
    /// assert_eq!(telemetry.backends.named("graphite").flushes.get(), 1);
    /// assert_eq!(telemetry.backends.all()[0].0, "graphite");
    /// ```
    pub fn named(&self, name: &'static str) -> Arc<BackendStatus> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, status)) = all.iter().find(|(known, _)| *known == name) {
            return Arc::clone(status);
        }
        let status = Arc::default();
        all.push((name, Arc::clone(&status)));
        status
    }

    /// All of them, in the order in which they began.
    pub fn all(&self) -> Vec<(&'static str, Arc<BackendStatus>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
