//! What one shard gathered between two flushes.

use std::mem;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet, hash_map::EntryRef};

use super::counts::Counts;
use crate::limits;

/// Name → what belongs to it. The hasher is seeded at random, so that nobody can aim for collisions.
pub(super) type Names<V> = HashMap<String, V, RandomState>;

/// The samples of one interval, already added up as far as one shard can.
///
/// Once it is absorbed it is empty but keeps its names, so that the next interval that uses it
/// allocates for new names only. A name that an interval did not see leaves at that interval's end.
#[derive(Debug, Default)]
pub struct Interval {
    /// `None`: not seen in this interval.
    pub(super) counters: Names<Option<f64>>,
    /// `None`: not seen in this interval.
    pub(super) gauges: Names<Option<GaugeChange>>,
    pub(super) timers: Names<TimerSamples>,
    pub(super) sets: Names<Members>,
    /// Bytes of timer samples and set members.
    pub(super) held_bytes: usize,
    pub(super) counts: Counts,
}

impl Interval {
    /// Names it holds, those left from the interval before included.
    pub(super) fn names(&self) -> usize {
        self.counters.len() + self.gauges.len() + self.timers.len() + self.sets.len()
    }
}

/// The slot of a name; a new name gets one while the map holds fewer than `max`.
pub(super) fn slot<'m, V: Default>(
    map: &'m mut Names<V>,
    name: &str,
    max: usize,
) -> Option<&'m mut V> {
    let room = map.len() < max;
    match map.entry_ref(name) {
        EntryRef::Occupied(entry) => Some(entry.into_mut()),
        EntryRef::Vacant(entry) if room => Some(entry.insert(V::default())),
        EntryRef::Vacant(_) => None,
    }
}

/// What one name gathered in an interval, on its way into the number `Total` that outlives it.
pub(super) trait Gathered<Total>: Default {
    /// Whether the interval saw the name at all.
    fn is_seen(&self) -> bool;

    /// Moves it into the total and leaves nothing behind; yields how many samples found no room.
    fn move_into(&mut self, total: &mut Total) -> u64;
}

/// A counter's sum.
impl Gathered<f64> for Option<f64> {
    fn is_seen(&self) -> bool {
        self.is_some()
    }

    fn move_into(&mut self, total: &mut f64) -> u64 {
        *total += self.take().unwrap_or(0.0);
        0
    }
}

/// What happened to a gauge. Deltas add up to one delta, and a set value takes the later deltas into
/// itself, so any number of samples merges into one change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum GaugeChange {
    Set(f64),
    Delta(f64),
}

impl GaugeChange {
    /// This change, and another one after it.
    pub(super) fn then(self, later: Self) -> Self {
        match (self, later) {
            (_, Self::Set(_)) => later,
            (Self::Set(value), Self::Delta(delta)) => Self::Set(value + delta),
            (Self::Delta(sum), Self::Delta(delta)) => Self::Delta(sum + delta),
        }
    }
}

impl Gathered<f64> for Option<GaugeChange> {
    fn is_seen(&self) -> bool {
        self.is_some()
    }

    /// A gauge that did not exist counts as 0: a delta on it sets it, as etsy's does.
    fn move_into(&mut self, total: &mut f64) -> u64 {
        match self.take() {
            Some(GaugeChange::Set(value)) => *total = value,
            Some(GaugeChange::Delta(delta)) => *total += delta,
            None => {}
        }
        0
    }
}

/// A timer's samples.
#[derive(Debug, Default)]
pub(super) struct TimerSamples {
    pub(super) values: Vec<f64>,
    /// How many calls the samples stand for: the sum of 1/rate. Exact even where values were dropped.
    pub(super) count: f64,
}

impl TimerSamples {
    /// Empties it for the next interval, which is expected to need about the room of this one.
    pub(super) fn reset(&mut self) {
        let used = self.values.len();
        self.values.clear();
        self.values.shrink_to(2 * used);
        self.count = 0.0;
    }
}

impl Gathered<Self> for TimerSamples {
    fn is_seen(&self) -> bool {
        self.count > 0.0
    }

    fn move_into(&mut self, total: &mut Self) -> u64 {
        total.count += mem::take(&mut self.count);
        if total.values.is_empty() {
            mem::swap(&mut self.values, &mut total.values);
            return 0;
        }
        let room = limits::TIMER_SAMPLES_MAX.saturating_sub(total.values.len());
        let over = self.values.len().saturating_sub(room);
        total.values.extend(self.values.drain(..).take(room));
        over as u64
    }
}

/// A set's distinct members.
#[derive(Debug, Default)]
pub(super) struct Members(pub(super) HashSet<Vec<u8>, RandomState>);

impl Members {
    /// Empties it for the next interval, which is expected to need about the room of this one.
    pub(super) fn reset(&mut self) {
        let used = self.0.len();
        self.0.clear();
        self.0.shrink_to(used);
    }
}

impl Gathered<Self> for Members {
    fn is_seen(&self) -> bool {
        !self.0.is_empty()
    }

    fn move_into(&mut self, total: &mut Self) -> u64 {
        if total.0.is_empty() {
            mem::swap(&mut self.0, &mut total.0);
            return 0;
        }
        let mut over = 0;
        for member in self.0.drain() {
            if total.0.len() < limits::SET_MEMBERS_MAX {
                total.0.insert(member);
            } else {
                over += u64::from(!total.0.contains(&member));
            }
        }
        over
    }
}
