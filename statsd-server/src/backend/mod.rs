//! Where a flush goes. A backend sees a finished [`Snapshot`] and may not know sockets that receive,
//! nor the aggregator. `flush.rs` calls every backend once an interval.

mod console;
mod live;
mod naming;
mod store;

use std::fmt;

use crate::aggregate::Snapshot;

pub use console::ConsoleBackend;
pub use live::LiveBackend;
pub use naming::{Naming, NamingOptions, Part};
pub use store::StoreBackend;

/// An output for snapshots, called once an interval from the flush thread.
pub trait Backend: Send + fmt::Debug {
    /// A short name for logs: `store`, `console`.
    fn name(&self) -> &'static str;

    /// Takes one interval. An error is logged and counted; the next interval comes all the same.
    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError>;
}

/// Why a backend did not take an interval.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BackendError {
    /// One line that names the thing and the place.
    pub message: String,
}
