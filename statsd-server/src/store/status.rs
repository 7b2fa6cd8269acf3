//! How a store is, for `/status` and for metrics about the server itself.

/// See [`Store::status`](super::Store::status).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreStatus {
    /// Series that are known.
    pub series: usize,
    /// Points that wait in memory to be written to files, and their series.
    pub pending_points: usize,
    /// See `pending_points`.
    pub pending_series: usize,
    /// Series whose coarse values of the open minutes are to be made when those are over.
    pub pending_rollups: usize,
    /// How long the oldest of them has waited; `None` where none waits.
    pub oldest_pending_seconds: Option<i64>,
    /// The journal; `None` where there is none.
    pub journal: Option<StoredJournal>,
    /// Series whose files cannot be written.
    pub failing_series: usize,
    /// Why, and how many of them.
    pub failing_by_reason: Vec<(&'static str, usize)>,
    /// Some of them.
    pub failing: Vec<FailingSeries>,
    /// What was done since the start.
    pub counts: Vec<(&'static str, u64)>,
}

impl StoreStatus {
    /// One of the counts; 0 where there is none of that name.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }
}

/// How a store's journal is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredJournal {
    /// Bytes on disk.
    pub bytes: u64,
    /// Files.
    pub segments: usize,
    /// Points appended since the start, and points that could not be.
    pub appended: u64,
    /// See `appended`.
    pub unappended: u64,
    /// How often the disk has confirmed them.
    pub syncs: u64,
    /// How often it has not.
    pub failed_syncs: u64,
    /// Series with points that are not in it, because it could not be written when they came.
    pub unjournaled_series: usize,
    /// Why points cannot be made safe at this moment.
    pub trouble: Option<String>,
}

/// A series whose file cannot be written. Its points wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingSeries {
    /// Its name.
    pub series: String,
    /// Why.
    pub reason: &'static str,
    /// Since when, seconds since the epoch.
    pub since: i64,
    /// Points that wait.
    pub points: usize,
}
