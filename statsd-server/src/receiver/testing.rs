//! What the tests of several files need: counts and snapshots of shards.

use std::sync::{Arc, Mutex};
use std::thread;

use statsd_client::protocol::Dialect;

use crate::aggregate::{Counts, Options, Shard, Snapshot, State};

pub(super) fn shard() -> Arc<Mutex<Shard>> {
    Arc::new(Mutex::new(Shard::new(Dialect::Etsy)))
}

pub(super) fn counts(shard: &Mutex<Shard>) -> Counts {
    shard.lock().unwrap().counts().clone()
}

/// Waits until the counts are as wanted. Nothing else ends it: whoever records is running.
pub(super) fn until(shard: &Mutex<Shard>, wanted: impl Fn(&Counts) -> bool) {
    while !wanted(shard.lock().unwrap().counts()) {
        thread::yield_now();
    }
}

pub(super) fn snapshot_of(shards: &[Arc<Mutex<Shard>>]) -> Snapshot {
    let mut state = State::new(Options::default());
    for shard in shards {
        state.absorb(&mut shard.lock().unwrap().take());
    }
    state.snapshot(0)
}

pub(super) fn counter(snapshot: &Snapshot, name: &str) -> Option<f64> {
    snapshot.counters.get(name).copied()
}
