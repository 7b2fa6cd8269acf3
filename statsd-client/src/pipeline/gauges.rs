//! Gauges are shared by all threads, because the last value must win whoever set it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for "not set since the last reading": a bit pattern of no finite number.
const UNSET: u64 = u64::MAX;

/// One gauge: the value that was set since the last reading, and everything that was ever added while
/// there was none.
#[derive(Debug)]
pub(crate) struct GaugeCell {
    value: AtomicU64,
    total: AtomicU64,
}

/// What happened to a gauge between two readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// It was set, and changed after that: what it then stood at.
    Value(f64),
    /// It was only changed.
    Change(f64),
}

impl GaugeCell {
    pub(crate) const fn new() -> Self {
        Self { value: AtomicU64::new(UNSET), total: AtomicU64::new(0) }
    }

    /// Sets the value: one store. Two threads that set at the very same time leave either value.
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.value.store(value.to_bits(), Ordering::Release);
    }

    /// Adds to the value that was set, or to the total where none was. Lock-free: retries while other
    /// threads add to the same gauge.
    pub(crate) fn add(&self, delta: f64) {
        let added = |bits: u64| finite(f64::from_bits(bits) + delta).to_bits();
        let to_value = |bits: u64| (bits != UNSET).then(|| added(bits));
        if self.value.fetch_update(Ordering::AcqRel, Ordering::Acquire, to_value).is_err() {
            let to_total = |bits: u64| Some(added(bits));
            let _total = self.total.fetch_update(Ordering::Release, Ordering::Relaxed, to_total);
        }
    }

    /// What happened since the last reading, of which `sent` remembers the total.
    pub(crate) fn read(&self, sent: &mut f64) -> Option<Reading> {
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

    /// Makes it like new. For the one who read it last.
    pub(crate) fn reset(&self) {
        self.value.store(UNSET, Ordering::Relaxed);
        self.total.store(0, Ordering::Relaxed);
    }
}

/// Of finite numbers a sum may be infinite; no line holds that, and a total never comes back from it.
pub(crate) fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests;
