//! placeholder guide

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod backend;
mod builder;
mod client;
mod env;
mod error;
mod global;
mod handle;
mod metric;
mod pipeline;
pub mod protocol;
mod telemetry;

pub use backend::{Backend, CaptureBackend, Captured, UdpBackend};
pub use builder::{Aggregation, Builder};
pub use client::Client;
pub use error::{Error, ErrorKind};
pub use global::{
    FlushGuard, count, decrement, gauge, gauge_delta, increment, install, measure, timing,
};
pub use handle::{Counter, Gauge, Timer, TimerGuard};
pub use protocol::Dialect;
pub use telemetry::{Dropped, Stats};
