//! The newest flush, for pages that watch. Holds no history: a page asks `/render` for that.
//! May not know HTTP or stores. Data comes from `backend/live.rs` and goes to `http/live.rs`.

use std::sync::Arc;

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
    /// At most [`crate::limits::LIVE_SERIES_MAX`] points, sorted by series.
    pub points: Vec<LivePoint>,
}

/// Hands each flush to every page that listens. A slow page skips to the newest; nobody waits.
#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Arc<Frame>>,
}

impl Hub {
    /// A hub without listeners.
    pub fn new() -> Self {
        Self { sender: broadcast::channel(LIVE_BACKLOG_FLUSHES).0 }
    }

    /// Publishes one flush. Never blocks; without listeners it is dropped.
    pub fn publish(&self, frame: Frame) {
        let _listeners = self.sender.send(Arc::new(frame));
    }

    /// A receiver of the flushes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Frame>> {
        self.sender.subscribe()
    }

    /// How many pages listen.
    pub fn listeners(&self) -> usize {
        self.sender.receiver_count()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
