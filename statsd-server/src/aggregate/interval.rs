//! What one shard gathered between two flushes.

use std::mem;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet, hash_map::EntryRef};

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::room::Room;
use crate::limits;

/// Name → what belongs to it. The hasher is seeded at random, so that nobody can aim for collisions.
pub(super) type Names<V> = HashMap<String, V, RandomState>;

/// The samples of one interval, already added up as far as one shard can.
///
/// Once it is absorbed it is empty but keeps its names, so that the next interval that uses it
/// allocates for new names only. A name that an interval did not see leaves at that interval's end.
#[derive(Debug, Default)]
pub struct Interval {
    pub(super) counters: Names<Gathering<f64>>,
    pub(super) gauges: Names<Gathering<GaugeChange>>,
    pub(super) timers: Names<Gathering<TimerSamples>>,
    pub(super) sets: Names<Gathering<Members>>,
    /// Names seen so far, of all kinds.
    pub(super) seen: u32,
    pub(super) room: Room,
    /// Bytes of timer samples, set members and deltas of gauges.
    pub(super) held_bytes: usize,
    pub(super) counts: Counts,
    /// Who brought the names that found no room.
    pub(super) refused: FirstNodes,
}

impl Interval {
    /// What was counted in it.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Names it holds, those left from the interval before included.
    #[cfg(test)]
    pub(super) fn names(&self) -> usize {
        self.counters.len() + self.gauges.len() + self.timers.len() + self.sets.len()
    }
}

/// What one name gathered, and when it came.
#[derive(Debug, Default)]
pub(super) struct Gathering<G> {
    /// The how-manieth name of its interval it is, from 1; 0: the interval did not see it.
    pub(super) order: u32,
    pub(super) value: G,
}

impl<G> Gathering<G> {
    pub(super) fn is_seen(&self) -> bool {
        self.order > 0
    }

    /// The value, which the interval has seen from now on.
    pub(super) fn see(&mut self, seen: &mut u32) -> &mut G {
        if self.order == 0 {
            *seen += 1;
            self.order = *seen;
        }
        &mut self.value
    }
}

/// The slot of a name; a new name gets one while there is room.
pub(super) fn slot<'m, V: Default>(
    map: &'m mut Names<V>,
    name: &str,
    room: &mut Room,
) -> Option<&'m mut V> {
    match map.entry_ref(name) {
        EntryRef::Occupied(entry) => Some(entry.into_mut()),
        EntryRef::Vacant(entry) if room.take(name) => Some(entry.insert(V::default())),
        EntryRef::Vacant(_) => None,
    }
}

/// What one name gathered in an interval, on its way into the `Total` that outlives it.
pub(super) trait Gathered<Total>: Default {
    /// Moves it into the total and leaves nothing behind; yields how many samples found no room.
    fn move_into(&mut self, total: &mut Total) -> u64;
}

/// A counter's sum.
impl Gathered<Self> for f64 {
    fn move_into(&mut self, total: &mut Self) -> u64 {
        *total += mem::take(self);
        0
    }
}

/// What happened to a gauge: it was set, and a set value takes later deltas into itself; or deltas
/// wait for the value that they change. They wait one by one, because a sum of them could differ in
/// its last digit from what etsy's server comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum GaugeChange {
    Set(f64),
    Deltas(Vec<f64>),
}

impl Default for GaugeChange {
    fn default() -> Self {
        Self::Deltas(Vec::new())
    }
}

impl GaugeChange {
    pub(super) fn set(&mut self, value: f64) {
        *self = Self::Set(value);
    }

    /// Changes it by `delta`; yields how many bytes that took. Where `full`, or where too many deltas
    /// wait, it is added to the newest of them.
    pub(super) fn change(&mut self, delta: f64, full: bool) -> usize {
        match self {
            Self::Set(value) => *value = changed(*value, delta),
            Self::Deltas(deltas) => {
                let full = full || deltas.len() >= limits::GAUGE_DELTAS_MAX;
                if let Some(last) = deltas.last_mut().filter(|_| full) {
                    *last += delta;
                } else {
                    deltas.push(delta);
                    return size_of::<f64>();
                }
            }
        }
        0
    }
}

/// etsy's rule: a delta on a gauge that is 0, or is not, sets it. That matters for a delta of -0.
fn changed(value: f64, delta: f64) -> f64 {
    if value == 0.0 { delta } else { value + delta }
}

/// A gauge's value.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    pub(super) value: f64,
}

impl Gathered<Gauge> for GaugeChange {
    fn move_into(&mut self, gauge: &mut Gauge) -> u64 {
        match self {
            Self::Set(value) => {
                gauge.value = *value;
                *self = Self::default();
            }
            Self::Deltas(deltas) => gauge.value = deltas.drain(..).fold(gauge.value, changed),
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
