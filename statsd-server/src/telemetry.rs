//! What the server counts about itself. Plain relaxed counters: written by whoever sees the event,
//! read by the flush line and `/status`.

use std::sync::atomic::{AtomicU64, Ordering};

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to it. One relaxed atomic addition.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// What it has come to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The server's own counts since it started.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Telemetry {
    /// Datagrams read.
    pub packets: Count,
    /// Lines in them.
    pub lines: Count,
    /// Lines, or values in a line, that could not be read.
    pub bad_lines: Count,
    /// Samples dropped because `CONTEXTS_MAX` names are known.
    pub contexts_over_limit: Count,
    /// Samples dropped because a timer or set held its bound in one interval.
    pub samples_over_limit: Count,
    /// Samples dropped because their name is longer than `SERIES_NAME_MAX_BYTES`.
    pub names_too_long: Count,
    /// Results of a flush left out because they are infinite or not a number.
    pub results_not_finite: Count,
    /// Errors of a socket that receives.
    pub receive_errors: Count,
    /// Points stored.
    pub points: Count,
    /// Points refused because their name cannot be a series.
    pub points_refused: Count,
    /// Points lost to an error of the file system.
    pub points_failed: Count,
    /// Flushes done.
    pub flushes: Count,
    /// Backends that did not take a flush.
    pub backend_errors: Count,
    /// Series that a request asked for and that could not be read.
    pub series_unreadable: Count,
    /// HTTP requests answered with a 4xx: wrong, over a bound, or to no such place.
    pub requests_refused: Count,
    /// Live pages that fell behind and skipped flushes.
    pub live_lagged: Count,
    /// Live pages refused because `LIVE_CLIENTS_MAX` are served.
    pub live_refused: Count,
    /// Series left out of live events because `LIVE_SERIES_MAX` were in them.
    pub live_series_over_limit: Count,
}
