//! Gauges are shared by all threads, because the last value must win whoever set it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::run::Op;

/// Stands for "not set since the last reading": a bit pattern of no finite number.
const UNSET: u64 = u64::MAX;

/// The gauges of a generation, by number: the value that each was set to since the last reading, and
/// everything that was ever added to it while there was none.
#[derive(Debug)]
pub(crate) struct GaugeTable {
    values: &'static [AtomicU64],
    totals: &'static [AtomicU64],
}

/// One gauge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GaugeCell {
    value: &'static AtomicU64,
    total: &'static AtomicU64,
}

impl GaugeTable {
    /// A table for `count` gauges, for ever.
    pub(crate) fn leak(count: usize) -> &'static Self {
        let words = |word| Vec::leak((0..count).map(|_| AtomicU64::new(word)).collect());
        Box::leak(Box::new(Self { values: words(UNSET), totals: words(0) }))
    }

    /// Where values are set.
    pub(crate) fn values(&self) -> &'static [AtomicU64] {
        self.values
    }

    pub(crate) fn get(&self, number: usize) -> Option<GaugeCell> {
        Some(GaugeCell { value: self.values.get(number)?, total: self.totals.get(number)? })
    }

    /// Makes it like new. For the one who read it last.
    pub(crate) fn reset(&self) {
        self.values.iter().for_each(|value| value.store(UNSET, Ordering::Relaxed));
        self.totals.iter().for_each(|total| total.store(0, Ordering::Relaxed));
    }
}

/// Sets a gauge's value: one store. Two threads that set at the very same time leave either value.
#[inline]
pub(crate) fn set(place: &AtomicU64, value: f64) {
    place.store(value.to_bits(), Ordering::Release);
}

/// What happened to a gauge between two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// It was set, and changed after that: what it then stood at.
    Value(f64),
    /// It was only changed.
    Change(f64),
}

impl Reading {
    /// What a record of a gauge's new value or change says.
    pub(crate) fn of(op: Op, bits: u64) -> Self {
        let value = f64::from_bits(bits);
        if op == Op::Gauge { Self::Value(value) } else { Self::Change(value) }
    }
}

impl GaugeCell {
    pub(crate) fn set(self, value: f64) {
        set(self.value, value);
    }

    /// Adds to the value that was set, or to the total where none was. Lock-free: retries while other
    /// threads add to the same gauge.
    pub(crate) fn add(self, delta: f64) {
        let added = |bits: u64| finite(f64::from_bits(bits) + delta).to_bits();
        let to_value = |bits: u64| (bits != UNSET).then(|| added(bits));
        if self.value.fetch_update(Ordering::AcqRel, Ordering::Acquire, to_value).is_err() {
            let to_total = |bits: u64| Some(added(bits));
            let _total = self.total.fetch_update(Ordering::Release, Ordering::Relaxed, to_total);
        }
    }

    /// What happened since the last reading, of which `sent` remembers the total.
    pub(crate) fn read(self, sent: &mut f64) -> Option<Reading> {
        // A value stays until it is taken here, and while there is one nothing adds to the total: what
        // the total holds now was added before the value was set, and is superseded by it.
        let is_set = self.value.load(Ordering::Acquire) != UNSET;
        let total = f64::from_bits(self.total.load(Ordering::Acquire));
        let added = finite(total - std::mem::replace(sent, total));
        if is_set {
            let value = f64::from_bits(self.value.swap(UNSET, Ordering::AcqRel));
            return Some(Reading::Value(value));
        }
        (added != 0.0).then_some(Reading::Change(added))
    }
}

/// Of finite numbers a sum may be infinite; no line holds that, and a total never comes back from it.
pub(crate) fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests;
