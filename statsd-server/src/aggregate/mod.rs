//! Samples → the numbers of an interval. Pure: no clock, no I/O, no sockets.

mod snapshot;

pub use snapshot::{Snapshot, TimerStats};
