//! `[store]`: how the data folder is kept.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::limits::{
    CACHE_POINTS_MAX, JOURNAL_MAX_BYTES, JOURNAL_SYNC_INTERVAL, MIGRATIONS_PER_SECOND, TRASH_AFTER,
    UPKEEP_LOOKS_PER_SECOND, WRITE_AFTER,
};

/// `[store]`: how long points wait in memory and what keeps them meanwhile, rules for series' files from
/// elsewhere, and what becomes of files that no longer follow them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Store {
    /// How long a point waits, to be written together with those that follow, up to 1 h. Default 60 s.
    /// With 0 it is written at once, and so are the coarse values that it belongs to; otherwise those are
    /// written once, when their time (up to ten minutes) is over.
    #[serde(with = "duration")]
    pub write_after: Duration,
    /// Points that wait at most, 10,000 to a billion; with more of them files are written earlier. Default
    /// ten million, which are 200 MB.
    pub cache_max_points: usize,
    /// Whether what waits is in a journal, too, from which the next run reads it after a crash. Default true.
    pub journal: bool,
    /// How often the disk confirms the journal where nobody waits for it, 10 ms to 60 s. Default 1 s.
    #[serde(with = "duration")]
    pub journal_sync: Duration,
    /// Bytes of the journal at most, 16 MiB to 1 TiB. Default 4 GiB.
    pub journal_max_bytes: u64,
    /// Whether new files of series with tags are named by a digest, which tells no name, as carbon does with
    /// `TAG_HASH_FILENAMES = True`; else by the series' name, up to 251 bytes. Those that are there are found
    /// either way. Default true.
    pub tag_hash_filenames: bool,
    /// A `storage-schemas.conf` of carbon's, whose sections follow the `[[schema]]`s. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schemas: Option<PathBuf>,
    /// A `storage-aggregation.conf`, whose sections follow the `[[aggregation]]`s. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<PathBuf>,
    /// What becomes of files that are not as the rules say. Default dry-run.
    pub migrate: Upkeep,
    /// Files that may be rewritten for that in a second, 1 to 10,000. Default 10.
    pub migrations_per_second: u32,
    /// How long after its newest write a series is deleted, from 1 h on. Default: never.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<Duration>,
    /// What becomes of series that are older than that. Default on.
    pub expire: Upkeep,
    /// How long a deleted series' file is kept in `.trash` of the data folder. Default 7 days.
    #[serde(with = "duration")]
    pub trash_after: Duration,
    /// Files that are looked at for all of this in a second, 1 to 100,000. Default 100.
    pub looks_per_second: u32,
    /// Whether series may be deleted over HTTP from other machines, too. Default false: where `http` is
    /// an address of this machine alone.
    pub delete_over_http: bool,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            write_after: WRITE_AFTER,
            cache_max_points: CACHE_POINTS_MAX,
            journal: true,
            journal_sync: JOURNAL_SYNC_INTERVAL,
            journal_max_bytes: JOURNAL_MAX_BYTES,
            tag_hash_filenames: true,
            schemas: None,
            aggregation: None,
            migrate: Upkeep::DryRun,
            migrations_per_second: MIGRATIONS_PER_SECOND,
            delete_after: None,
            expire: Upkeep::On,
            trash_after: TRASH_AFTER,
            looks_per_second: UPKEEP_LOOKS_PER_SECOND,
            delete_over_http: false,
        }
    }
}

/// Whether something is done to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upkeep {
    /// They are not looked at.
    Off,
    /// They are counted.
    DryRun,
    /// It is done.
    On,
}
