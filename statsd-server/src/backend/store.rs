//! The output that stores: snapshot → points, under etsy's names.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::naming::Naming;
use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::limits::{SERIES_NAME_MAX_BYTES, STORE_DEADLINE};
use crate::store::{Merge, Store, Write};
use crate::telemetry::Telemetry;

/// Writes every flush to a [`Store`], as one batch.
#[derive(Debug)]
pub struct StoreBackend {
    store: Arc<dyn Store>,
    telemetry: Arc<Telemetry>,
    naming: Naming,
    batch: Batch,
}

/// The points of a flush. The names stand in one text, which keeps its room from flush to flush.
#[derive(Debug, Default)]
struct Batch {
    names: String,
    points: Vec<(Range<usize>, f64, Merge)>,
}

impl StoreBackend {
    /// A backend that writes to `store` under the names that `naming` gives.
    pub fn new(store: Arc<dyn Store>, telemetry: Arc<Telemetry>, naming: Naming) -> Self {
        Self { store, telemetry, naming, batch: Batch::default() }
    }
}

impl Backend for StoreBackend {
    fn name(&self) -> &'static str {
        "store"
    }

    fn deadline(&self) -> Duration {
        STORE_DEADLINE
    }

    /// Stores the snapshot and counts what became of its points. An error says that some are lost;
    /// points whose names cannot be stored are counted only, because they come with every flush.
    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let left_out = self.batch.fill(snapshot, &self.naming);
        self.telemetry.results_not_finite.add(left_out.not_finite);
        self.telemetry.points_refused.add(left_out.too_long);
        // The interval's end is the time of its points: a clock that was set back since the flush was
        // due must not turn them into points of the future.
        let now = snapshot.timestamp;
        self.store
            .set_flush_interval(Duration::try_from_secs_f64(snapshot.interval).unwrap_or_default());
        let written = self.store.write(&self.batch.writes(snapshot.timestamp), now);
        self.telemetry.points.add(written.points as u64);
        self.telemetry.points_refused.add(written.refused as u64);
        self.telemetry.points_failed.add(written.failed as u64);
        // Whoever is told that a flush was taken is told that it stays.
        let committed = self.store.commit();
        let timestamp = snapshot.timestamp;
        let message = match (written.failed, committed) {
            (0, Ok(())) => return Ok(()),
            (0, Err(error)) => {
                format!("the points of flush {timestamp} are stored, but not safe yet: {error}")
            }
            (failed, _) => {
                let all = self.batch.points.len();
                format!("{failed} of the {all} points of flush {timestamp} could not be written")
            }
        };
        Err(BackendError { message })
    }
}

/// Points that did not get into a batch.
struct LeftOut {
    not_finite: u64,
    too_long: u64,
}

impl Batch {
    fn fill(&mut self, snapshot: &Snapshot, naming: &Naming) -> LeftOut {
        self.names.clear();
        self.points.clear();
        let mut too_long = 0;
        let not_finite = naming.for_each(snapshot, |series, value, merge| {
            // The store would refuse it, too, but a packet's worth of name for each number is a lot.
            if series.len() > SERIES_NAME_MAX_BYTES {
                too_long += 1;
                return;
            }
            let start = self.names.len();
            self.names.push_str(series);
            self.points.push((start..self.names.len(), value, merge));
        });
        LeftOut { not_finite, too_long }
    }

    fn writes(&self, timestamp: i64) -> Vec<Write<'_>> {
        let write = |(series, value, merge): &(Range<usize>, f64, Merge)| Write {
            series: &self.names[series.clone()],
            timestamp,
            value: *value,
            merge: *merge,
        };
        self.points.iter().map(write).collect()
    }
}

#[cfg(test)]
mod tests;
