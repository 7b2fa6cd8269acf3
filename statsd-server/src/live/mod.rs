//! The newest flush, for pages that watch. Holds no history: a page asks `/render` for that.
//! May not know HTTP or stores. Data comes from `backend/live.rs` and goes to `http/live.rs`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::limits::LIVE_BACKLOG_FLUSHES;

/// What kind of metric a live point belongs to; a page chooses its picture by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Events in the interval.
    Counter,
    /// Last value.
    Gauge,
    /// Milliseconds.
    Timer,
    /// Distinct members.
    Set,
}

/// One series' newest value.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LivePoint {
    /// The stored series, as `/render` knows it.
    pub series: String,
    /// The metric's own name, as the application wrote it.
    pub metric: String,
    /// The kind.
    pub kind: Kind,
    /// The value of the interval.
    pub value: f64,
}

/// One flush.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Frame {
    /// Seconds since the epoch, the timestamp of every point.
    pub timestamp: i64,
    /// Seconds between flushes.
    pub interval: f64,
    /// At most [`crate::limits::LIVE_SERIES_MAX`] points: the application's first, then the server's
    /// own, each sorted by series.
    pub points: Vec<LivePoint>,
    /// Series of this flush that the bound left no room for.
    pub left_out: usize,
}

/// Hands each flush to every page that listens. A slow page skips to the newest; nobody waits.
///
/// Clones are the same hub.
///
/// ```
/// use statsd_server::live::{Frame, Hub};
///
/// let hub = Hub::new();
/// hub.publish(Frame { timestamp: 1_340_000_000, interval: 10.0, points: vec![], left_out: 0 });
///
/// let (newest, _flushes) = hub.follow();
/// assert_eq!(newest.unwrap().timestamp, 1_340_000_000);
/// ```
#[derive(Debug, Clone)]
pub struct Hub {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    newest: Option<Arc<Frame>>,
    /// `None` once the hub is closed.
    sender: Option<broadcast::Sender<Arc<Frame>>>,
}

impl Hub {
    /// A hub without listeners.
    pub fn new() -> Self {
        let sender = Some(broadcast::channel(LIVE_BACKLOG_FLUSHES).0);
        Self { state: Arc::new(Mutex::new(State { newest: None, sender })) }
    }

    /// Publishes one flush and keeps it for pages that come later. Takes a lock for as long as it
    /// takes to store a pointer; never waits for a page.
    pub fn publish(&self, frame: Frame) {
        let frame = Arc::new(frame);
        let mut state = self.state();
        state.newest = Some(Arc::clone(&frame));
        if let Some(sender) = &state.sender {
            // An error says that nobody listens.
            let _listeners = sender.send(frame);
        }
    }

    /// The newest flush, if there was one, and a receiver of exactly those after it.
    pub fn follow(&self) -> (Option<Arc<Frame>>, broadcast::Receiver<Arc<Frame>>) {
        let state = self.state();
        let receiver = match &state.sender {
            Some(sender) => sender.subscribe(),
            // Its sender is gone at once, which is how a receiver learns of the end.
            None => broadcast::channel(1).1,
        };
        (state.newest.clone(), receiver)
    }

    /// How many pages listen.
    pub fn listeners(&self) -> usize {
        self.state().sender.as_ref().map_or(0, broadcast::Sender::receiver_count)
    }

    /// Ends every receiver, so that a server that shuts down does not wait for its pages.
    pub fn close(&self) {
        self.state().sender = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is a single assignment: there is no half-done state to find.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
