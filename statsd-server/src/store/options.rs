//! What a local store is told when it is opened.

use std::time::Duration;

use super::{Schemas, UpkeepOptions};
use crate::limits::{
    CACHE_POINTS_MAX, JOURNAL_MAX_BYTES, JOURNAL_SYNC_INTERVAL, OPEN_FILES_DEFAULT, SERIES_MAX,
    WRITE_AFTER,
};

/// How a [`LocalStore`](super::LocalStore) keeps points.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The time between flushes, for which new series are made.
    pub flush_interval: Duration,
    /// Series that it will hold.
    pub series_max: usize,
    /// What files look like; the defaults for StatsD's names where it has no rules.
    pub schemas: Schemas,
    /// What is done to files that are not as the schemas say, or that nobody writes any more.
    pub upkeep: UpkeepOptions,
    /// How long a point waits in memory, to be written together with those that follow.
    pub write_after: Duration,
    /// Points that wait in memory at most.
    pub cache_max_points: usize,
    /// Whether new files of series with tags are named by a digest, as carbon does with
    /// `TAG_HASH_FILENAMES`; else by the series' name, where a file can have it. Those that are there are
    /// found either way.
    pub tag_hash_filenames: bool,
    /// Files that stay open.
    pub open_files_max: usize,
    /// The journal, which keeps what waits in memory from the end of the process; none: only files.
    pub journal: Option<StoreJournal>,
}

/// How the journal of a store is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreJournal {
    /// How often the disk confirms what was appended.
    pub sync: Duration,
    /// Bytes that it takes at most.
    pub max_bytes: u64,
}

impl Default for StoreJournal {
    fn default() -> Self {
        Self { sync: JOURNAL_SYNC_INTERVAL, max_bytes: JOURNAL_MAX_BYTES }
    }
}

impl StoreOptions {
    /// The defaults, for a server that flushes this often.
    pub fn new(flush_interval: Duration) -> Self {
        Self {
            flush_interval,
            series_max: SERIES_MAX,
            schemas: Schemas::default(),
            upkeep: UpkeepOptions::default(),
            write_after: WRITE_AFTER,
            cache_max_points: CACHE_POINTS_MAX,
            tag_hash_filenames: true,
            open_files_max: OPEN_FILES_DEFAULT,
            journal: Some(StoreJournal::default()),
        }
    }
}
