//! The output that keeps what the aggregator knows for the next run.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::checkpoint::CheckpointFile;
use crate::limits::STORE_DEADLINE;
use crate::telemetry::{BackendStatus, Telemetry};

/// Saves every flush's state in a file, and marks it at the end, when nothing is missing in it.
#[derive(Debug)]
pub struct CheckpointBackend {
    file: CheckpointFile,
    status: Arc<BackendStatus>,
    /// Flushes that this was not handed, at the last one that it was.
    skipped: u64,
    /// Whether the file holds the last flush that there was.
    is_whole: bool,
}

impl CheckpointBackend {
    /// A backend that writes to `file`, in which [`CheckpointFile::begin`] was called.
    pub fn new(file: CheckpointFile, telemetry: &Telemetry) -> Self {
        let status = telemetry.backends.named(NAME);
        Self { file, status, skipped: 0, is_whole: true }
    }
}

const NAME: &str = "state";

impl Backend for CheckpointBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let saved = self.file.save(snapshot);
        self.is_whole = saved.is_ok();
        self.skipped = self.status.skipped.get();
        saved.map_err(|error| BackendError { message: not_saved(&error) })
    }

    /// It is lost for ever if it is cut off, and a million names take a while.
    fn deadline(&self) -> Duration {
        STORE_DEADLINE
    }

    fn close(&mut self, _deadline: Instant) {
        if !self.is_whole || self.status.skipped.get() > self.skipped {
            tracing::error!("the state file is older than the end of this run");
        } else if let Err(error) = self.file.end() {
            self.status.errors.add(1);
            tracing::error!("{}", not_saved(&error));
        }
    }
}

fn not_saved(error: &io::Error) -> String {
    format!("the state is not kept for the next run: {error}")
}

#[cfg(test)]
mod tests;
