//! What upkeep is told.

use std::time::Duration;

use crate::limits::{MIGRATIONS_PER_SECOND, TRASH_AFTER, UPKEEP_LOOKS_PER_SECOND};

/// What is done to files, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpkeepOptions {
    /// What becomes of files that are not as the rules say.
    pub migrate: UpkeepMode,
    /// What becomes of series that were not written to for as long as the rules say.
    pub expire: UpkeepMode,
    /// Files that are looked at in a second.
    pub looks_per_second: u32,
    /// Files that are rewritten in a second.
    pub migrations_per_second: u32,
    /// How long a deleted series' file is kept.
    pub trash_after: Duration,
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpkeepMode {
    /// Nothing is looked at.
    Off,
    /// It is counted what would be done.
    DryRun,
    /// It is done.
    On,
}

impl Default for UpkeepOptions {
    fn default() -> Self {
        Self {
            migrate: UpkeepMode::DryRun,
            expire: UpkeepMode::On,
            looks_per_second: UPKEEP_LOOKS_PER_SECOND,
            migrations_per_second: MIGRATIONS_PER_SECOND,
            trash_after: TRASH_AFTER,
        }
    }
}
