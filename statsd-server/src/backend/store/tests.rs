use std::sync::Mutex;

use super::*;
use crate::aggregate::Named;
use crate::backend::NamingOptions;
use crate::store::{Fetched, Node, StoreError, Written};

/// Series, timestamp, value, merge, and the time of now.
type Recorded = (String, i64, f64, Merge, i64);

/// Keeps what it is given and says that one point was refused and `failing` failed.
#[derive(Debug, Default)]
struct Recording {
    writes: Mutex<Vec<Recorded>>,
    failing: usize,
}

impl Store for Recording {
    fn write(&self, batch: &[Write<'_>], now: i64) -> Written {
        let mut writes = self.writes.lock().unwrap();
        writes.extend(
            batch.iter().map(|w| (w.series.to_owned(), w.timestamp, w.value, w.merge, now)),
        );
        let points = batch.len() - 1 - self.failing;
        Written { points, created: 0, refused: 1, failed: self.failing }
    }

    fn find(&self, _: &str, _: usize) -> Result<Vec<Node>, StoreError> {
        Ok(Vec::new())
    }

    fn fetch(&self, _: &str, _: i64, _: i64, _: i64) -> Result<Option<Fetched>, StoreError> {
        Ok(None)
    }
}

fn backend(store: &Arc<Recording>, telemetry: &Arc<Telemetry>) -> StoreBackend {
    let naming = Naming::new(&NamingOptions::default());
    StoreBackend::new(Arc::clone(store) as _, Arc::clone(telemetry), naming)
}

fn snapshot() -> Snapshot {
    let counters = Named::from([("a", 20.0), ("b", 30.0)]);
    Snapshot { timestamp: 1_000, interval: 10.0, counters, ..Snapshot::default() }
}

#[test]
fn a_flush_is_one_batch_under_the_flushs_timestamp() {
    let (store, telemetry) = (Arc::default(), Arc::default());
    backend(&store, &telemetry).flush(&snapshot()).unwrap();
    let expected = [
        ("stats.a", 2.0, Merge::AddRate),
        ("stats_counts.a", 20.0, Merge::Add),
        ("stats.b", 3.0, Merge::AddRate),
        ("stats_counts.b", 30.0, Merge::Add),
        ("statsd.numStats", 2.0, Merge::Replace),
    ];
    let expected =
        expected.map(|(name, value, merge)| (name.to_owned(), 1_000, value, merge, 1_000));
    assert_eq!(*store.writes.lock().unwrap(), expected);
    assert_eq!((telemetry.points.get(), telemetry.points_refused.get()), (4, 1));
}

#[test]
fn points_that_the_store_lost_are_counted_and_an_error() {
    let store = Arc::new(Recording { failing: 2, ..Recording::default() });
    let telemetry = Arc::default();
    let error = backend(&store, &telemetry).flush(&snapshot()).unwrap_err();
    assert_eq!(error.to_string(), "2 of the 5 points of flush 1000 could not be written");
    assert_eq!(telemetry.points_failed.get(), 2);
}

#[test]
fn every_flush_begins_a_batch_of_its_own() {
    let (store, telemetry) = (Arc::default(), Arc::default());
    let mut backend = backend(&store, &telemetry);
    backend.flush(&snapshot()).unwrap();
    backend.flush(&snapshot()).unwrap();
    assert_eq!(store.writes.lock().unwrap().len(), 10);
}
