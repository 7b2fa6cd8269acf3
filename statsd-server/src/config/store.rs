//! `[store]`: how points go to their files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::limits::{CACHE_POINTS_MAX, JOURNAL_MAX_BYTES, JOURNAL_SYNC_INTERVAL, WRITE_AFTER};

/// `[store]`: how long points wait in memory, and what keeps them meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Store {
    /// How long a point waits, to be written together with those that follow, up to 1 h. Default 60 s.
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
}

impl Default for Store {
    fn default() -> Self {
        Self {
            write_after: WRITE_AFTER,
            cache_max_points: CACHE_POINTS_MAX,
            journal: true,
            journal_sync: JOURNAL_SYNC_INTERVAL,
            journal_max_bytes: JOURNAL_MAX_BYTES,
        }
    }
}

impl Store {
    /// Whether nothing but `write_after` differs, which a running server can change.
    pub fn differs_in_pace_alone(&self, other: &Self) -> bool {
        Self { write_after: other.write_after, ..self.clone() } == *other
    }
}
