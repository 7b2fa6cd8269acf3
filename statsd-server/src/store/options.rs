//! What a local store is told when it is opened.

use std::time::Duration;

use super::{Schemas, UpkeepOptions};
use crate::limits::SERIES_MAX;

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
}

impl StoreOptions {
    /// The defaults, for a server that flushes this often.
    pub fn new(flush_interval: Duration) -> Self {
        Self {
            flush_interval,
            series_max: SERIES_MAX,
            schemas: Schemas::default(),
            upkeep: UpkeepOptions::default(),
        }
    }
}
