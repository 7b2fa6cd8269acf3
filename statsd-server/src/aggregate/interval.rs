//! What one shard gathered between two flushes, on its way from the receiver's side to the flush's.

use std::sync::Arc;

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::gathering::{Gather, GaugeChange};
use super::members::Members;
use super::names::NameRef;
use super::samples::TimerSamples;
use crate::events::Notices;

/// The samples of one interval, already added up as far as one shard can.
///
/// Once it is absorbed it is empty, and goes back to the shard in exchange for the next one.
#[derive(Debug, Default)]
pub struct Interval {
    /// Whose names they are; 0: nobody's.
    pub(super) names: u64,
    /// The shard has begun anew, with these names: no other interval of `names` follows.
    pub(super) next: Option<u64>,
    /// Texts that were sealed since the last exchange.
    pub(super) texts: Vec<Arc<str>>,
    pub(super) counters: Gathered<f64>,
    pub(super) gauges: Gathered<GaugeChange>,
    pub(super) timers: Gathered<TimerSamples>,
    pub(super) sets: Gathered<Members>,
    /// Bytes of timer samples, set members and deltas of gauges.
    pub(super) held_bytes: usize,
    pub(super) counts: Counts,
    /// Who brought the names that found no room.
    pub(super) refused: FirstNodes,
    pub(super) notices: Notices,
}

impl Interval {
    /// Nothing, of the shard with these names.
    pub(super) fn empty(names: u64) -> Self {
        Self { names, ..Self::default() }
    }

    /// What was counted in it.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

/// What the names of one kind gathered.
#[derive(Debug)]
pub(super) struct Gathered<G> {
    /// One a name, by the name's number in its shard.
    pub(super) values: Vec<G>,
    /// The names from number `first` on: all of them at the table's end, else those that are new.
    pub(super) names: Vec<NameRef>,
    pub(super) first: usize,
    /// Names from this number on are new.
    pub(super) new: usize,
}

impl<G> Default for Gathered<G> {
    fn default() -> Self {
        Self { values: Vec::new(), names: Vec::new(), first: 0, new: 0 }
    }
}

/// From so many names on an emptied list is given back to the system, in exchange for one that
/// takes no memory before it is written to.
const RENEWED_FROM: usize = 16 << 10;

impl<G: Gather> Gathered<G> {
    /// To be called when nothing is in it any more.
    pub(super) fn emptied(&mut self) {
        self.names = Vec::new();
        if self.values.len() >= RENEWED_FROM {
            self.values = vec![G::default(); self.values.len()];
        }
    }
}
