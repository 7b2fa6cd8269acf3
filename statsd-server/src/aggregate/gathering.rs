//! What one name gathers in an interval, kind by kind, and how it becomes a part of what lives on.

use std::mem;

use super::members::Members;
use super::samples::TimerSamples;
use crate::limits;

/// What one name gathers. [`Default`] is nothing, which is how an interval finds it.
pub(super) trait Gather: Default + Clone {
    /// Whether the interval did not see the name.
    fn is_nothing(&self) -> bool;
}

/// How a name's gathering ends in the `Total` that outlives the interval.
pub(super) trait MoveInto<Total>: Gather {
    fn move_into(&mut self, total: &mut Total, bounds: Exact);
}

/// How much is kept as it came, for one name in one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// A timer's samples; from then on its statistics are of a sketch, whose values are wrong by at
    /// most 0.8 % of themselves. Its count, sum, bounds, mean and deviation stay exact.
    pub samples: usize,
    /// A set's members; from then on their number is an estimate with a standard error of 0.8 %.
    pub members: usize,
}

impl Default for Exact {
    fn default() -> Self {
        Self { samples: limits::TIMER_SAMPLES_MAX, members: limits::SET_MEMBERS_MAX }
    }
}

/// A counter's sum. A sum of 0 that was seen is -0, so that 0 is "not seen": memory that nobody has
/// touched yet says that by itself.
impl Gather for f64 {
    fn is_nothing(&self) -> bool {
        self.to_bits() == 0
    }
}

/// Adds to a counter's sum.
pub(super) fn count(sum: &mut f64, increment: f64) {
    let new = *sum + increment;
    *sum = if new == 0.0 { -0.0 } else { new };
}

impl MoveInto<Self> for f64 {
    fn move_into(&mut self, total: &mut Self, _: Exact) {
        *total += mem::take(self);
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

impl Gather for GaugeChange {
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Deltas(deltas) if deltas.is_empty())
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
impl MoveInto<f64> for GaugeChange {
    fn move_into(&mut self, value: &mut f64, _: Exact) {
        *value = match mem::take(self) {
            Self::Set(set) => set,
            Self::Deltas(deltas) => deltas.into_iter().fold(*value, changed),
        };
    }
}

impl Gather for TimerSamples {
    fn is_nothing(&self) -> bool {
        self.count == 0.0 && self.samples.is_empty() && self.sketch.is_none()
    }
}

impl MoveInto<Self> for TimerSamples {
    fn move_into(&mut self, total: &mut Self, bounds: Exact) {
        total.append(self, bounds.samples);
    }
}

impl Gather for Members {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl MoveInto<Self> for Members {
    fn move_into(&mut self, total: &mut Self, bounds: Exact) {
        total.append(self, bounds.members);
    }
}
