//! What to do when memory is used up.

use std::time::Duration;

/// What becomes of a call that keeps a value of its own when [`Builder::max_queued_bytes`](crate::Builder::max_queued_bytes) are in use.
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
    /// While nothing can be sent, the client's thread gives up the oldest values, and counts them; a call
    /// that comes before it has done so is dropped and counted.
    DropOldest,
    /// The calling thread waits for room up to this long; then the call is dropped and counted.
    Block(#[cfg_attr(feature = "serde", serde(with = "crate::config::file::duration"))] Duration),
}
