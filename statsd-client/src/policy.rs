//! What to do when memory is used up.

use std::time::Duration;

/// What becomes of a call that keeps a value of its own when
/// [`Builder::max_queued_bytes`](crate::Builder::max_queued_bytes) are in use. A call that is lost counts as
/// `queue_full` in [`Stats::dropped`](crate::Stats::dropped). Counters and gauges that are added up are never
/// concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum WhenFull {
    /// Its value is dropped and counted.
    #[default]
    DropNewest,
    /// While the backend is not ready, the client's thread gives up the oldest values, 2 KiB of each thread in
    /// turn, then events and the like, until half of the bytes are free: it looks every 10 ms, or every flush
    /// interval where that is shorter. A call that comes before it has done so is dropped.
    DropOldest,
    /// The client flushes at once, and the calling thread waits for room up to this long; then the call is
    /// dropped, and the next one waits again. Events and lines with a timestamp do not wait.
    Block(#[cfg_attr(feature = "serde", serde(with = "crate::config::file::duration"))] Duration),
}
