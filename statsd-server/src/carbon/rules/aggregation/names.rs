//! Which aggregates a name is part of, remembered: a look instead of a search with every rule.

use std::mem;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::limits::{AGGREGATION_NAME_MAX_BYTES, AGGREGATION_NAMES_MAX};

/// Rule and output, for each rule that the name fits.
pub(super) type Outputs = Arc<[(usize, Arc<str>)]>;

/// Two halves: names that were asked for lately, and those before them. When the first is full, the
/// second is forgotten; what is asked for again moves to the first.
#[derive(Debug)]
pub(super) struct Names {
    /// Of each half.
    room: usize,
    newer: HashMap<Box<str>, Outputs>,
    older: HashMap<Box<str>, Outputs>,
}

impl Default for Names {
    fn default() -> Self {
        Self::with_room(AGGREGATION_NAMES_MAX / 2)
    }
}

impl Names {
    pub(super) fn with_room(room: usize) -> Self {
        Self { room, newer: HashMap::new(), older: HashMap::new() }
    }

    pub(super) fn get(&mut self, name: &str) -> Option<Outputs> {
        if let Some(outputs) = self.newer.get(name) {
            return Some(Arc::clone(outputs));
        }
        let (name, outputs) = self.older.remove_entry(name)?;
        self.enter(name, Arc::clone(&outputs));
        Some(outputs)
    }

    pub(super) fn insert(&mut self, name: &str, outputs: &Outputs) {
        if name.len() <= AGGREGATION_NAME_MAX_BYTES {
            self.enter(name.into(), Arc::clone(outputs));
        }
    }

    fn enter(&mut self, name: Box<str>, outputs: Outputs) {
        if self.newer.len() >= self.room {
            self.older = mem::take(&mut self.newer);
        }
        self.newer.insert(name, outputs);
    }
}
