//! How many calls of a function there are at present.
//!
//! A gauge is told the level, never the change: a lost packet, or a process that is killed, would leave a
//! server that adds up changes wrong for ever.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::spot::Spot;
use crate::pipeline::{Recorded, Witness, is_watched, present};

/// The levels of one call site, for a `static`: of the one gauge that it has, or of one for each
/// combination of values, client, scope, and capture of a test.
#[derive(Debug)]
pub struct Levels {
    /// Of a literal name with literal tags.
    only: AtomicI64,
    /// By the key of a spot. Holds those alone that have calls, so it is no larger than what these need
    /// themselves.
    others: Mutex<BTreeMap<Box<[u8]>, i64>>,
}

impl Levels {
    /// No calls.
    pub const fn new() -> Self {
        Self { only: AtomicI64::new(0), others: Mutex::new(BTreeMap::new()) }
    }

    fn change(&self, key: &[u8], by: i64) {
        if key.is_empty() {
            self.only.fetch_add(by, Ordering::SeqCst);
            return;
        }
        let mut others = self.others();
        match others.get_mut(key) {
            Some(level) if *level + by == 0 => drop(others.remove(key)),
            Some(level) => *level += by,
            None => drop(others.insert(key.into(), by)),
        }
    }

    fn level(&self, key: &[u8]) -> i64 {
        if key.is_empty() {
            // Not a load, which may come before what this thread told the gauge: then two threads could each
            // find their own word to be true still, and the older one be the last.
            return self.only.fetch_add(0, Ordering::AcqRel);
        }
        self.others().get(key).copied().unwrap_or(0)
    }

    fn others(&self) -> MutexGuard<'_, BTreeMap<Box<[u8]>, i64>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Levels {
    fn default() -> Self {
        Self::new()
    }
}

/// One call. Says so as long as it lives.
#[derive(Debug)]
#[must_use = "the call counts as long as the guard lives: bind it to a name"]
pub struct InflightGuard<S: Spot> {
    levels: &'static Levels,
    key: Vec<u8>,
    spot: S,
    /// The scope that it began in; scopes count their own calls, too.
    scope: Option<u64>,
    /// The capture that saw its beginning. Tests run at once, and each counts its own calls.
    witness: Option<Arc<dyn Witness>>,
}

impl<S: Spot> InflightGuard<S> {
    fn change(&self, by: i64) {
        self.levels.change(&self.key, by);
        // What began in a capture or scope and ends outside of it, or the other way round, is of no level there.
        if is_watched() != self.witness.is_some() || self.spot.scope() != self.scope {
            return;
        }
        let mut told = self.levels.level(&self.key);
        // Threads may tell the gauge in another order than they changed the level in. Whoever tells it
        // what is no longer true tells it again, so the last word is right.
        loop {
            self.spot.record(Recorded::Gauge(told as f64));
            let level = self.levels.level(&self.key);
            if level == told {
                break;
            }
            told = level;
        }
    }
}

impl<S: Spot> Drop for InflightGuard<S> {
    fn drop(&mut self) {
        self.change(-1);
    }
}

/// Begins a call. Its level is kept also where nobody is there to hear it, so that it is right when
/// somebody comes.
pub fn enter<S: Spot>(spot: S, levels: &'static Levels) -> InflightGuard<S::Kept> {
    let mut key = Vec::new();
    let witness = if is_watched() { present().pop() } else { None };
    if let Some(witness) = &witness {
        // The guard keeps it where it is, so no other capture goes by its address meanwhile.
        let place = Arc::as_ptr(witness).cast::<u8>().addr();
        key.extend_from_slice(&place.to_ne_bytes());
    }
    let scope = spot.scope();
    if let Some(number) = scope {
        key.extend_from_slice(&number.to_ne_bytes());
    }
    spot.write_key(&mut key);
    let guard = InflightGuard { levels, key, spot: spot.keep(), scope, witness };
    guard.change(1);
    guard
}
