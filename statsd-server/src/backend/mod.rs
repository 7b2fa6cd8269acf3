//! Where a flush goes. A backend sees a finished [`Snapshot`] and may not know sockets that receive,
//! nor the aggregator, nor configuration. `flush.rs` hands every snapshot to the [`Lane`]s, each a
//! thread that calls its backends one after another; from there data leaves the process, or goes to
//! the store and the live hub.

mod checkpoint;
mod console;
mod dump;
mod exec;
mod graphite;
mod http_lines;
mod lane;
mod live;
mod naming;
mod number;
mod repeater;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::aggregate::Snapshot;
use crate::limits::BACKEND_DEADLINE;

pub use checkpoint::CheckpointBackend;
pub use console::ConsoleBackend;
pub use dump::DumpBackend;
pub use exec::{ExecBackend, ExecOptions};
pub use graphite::{GraphiteBackend, GraphiteOptions, GraphiteProtocol, SpoolOptions};
pub use http_lines::{HttpBackend, HttpFormat, HttpOutputOptions};
pub use lane::{Lane, MakeBackends};
pub use live::LiveBackend;
pub use naming::{Naming, NamingOptions, Part};
pub use repeater::{Repeater, RepeaterOptions, RepeaterProtocol};
pub use store::StoreBackend;

/// An output for snapshots, called once an interval from the thread of its [`Lane`].
///
/// ```
/// use std::sync::mpsc::{Sender, channel};
/// use statsd_server::aggregate::Snapshot;
/// use statsd_server::backend::{Backend, BackendError};
///
/// /// Says how much there was in each interval.
/// #[derive(Debug)]
/// struct Sizes(Sender<usize>);
///
/// impl Backend for Sizes {
///     fn name(&self) -> &'static str {
///         "sizes"
///     }
///
///     fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
///         self.0.send(snapshot.len()).map_err(|_| BackendError { message: "nobody listens".into() })
///     }
/// }
///
/// let (sender, sizes) = channel();
/// Sizes(sender).flush(&Snapshot::default())?;
/// assert_eq!(sizes.recv(), Ok(0));
/// # Ok::<(), BackendError>(())
/// ```
pub trait Backend: Send + fmt::Debug {
    /// A short name for logs and `/status`: `store`, `console`.
    fn name(&self) -> &'static str;

    /// Takes one interval. An error is logged and counted; the next interval comes all the same. It
    /// may block: that holds up the backends behind it in its lane and nobody else.
    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError>;

    /// The same, for a backend that goes on with the snapshot behind the call.
    fn flush_shared(&mut self, snapshot: &Arc<Snapshot>) -> Result<(), BackendError> {
        self.flush(snapshot)
    }

    /// How long a flush may take before it is counted as late, and how long the server's end waits for
    /// it before it goes on without it.
    fn deadline(&self) -> Duration {
        BACKEND_DEADLINE
    }

    /// Whether a flush has only begun when [`Backend::flush`] returns. The backend then says itself,
    /// in its status, when it arrived.
    fn delivers_later(&self) -> bool {
        false
    }

    /// Called once, after the last flush: what is under way may still be finished, until `deadline`.
    fn close(&mut self, _deadline: Instant) {}
}

/// Why a backend did not take an interval.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BackendError {
    /// One line that names the thing and the place.
    pub message: String,
}
