//! Gauges are shared by all threads, because the last value must win whoever set it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::protocol::Number;

use super::cells::CONTEXTS_MAX;

const CHUNK_GAUGES: usize = 64;

/// One gauge: the last value that was set, and everything that was ever added.
///
/// Deltas are a running total, and a set remembers where the total stood, so a delta after a set
/// counts and one before it does not. Two threads that set at the very same time leave either value.
#[derive(Debug, Default)]
pub(crate) struct GaugeCell {
    value: AtomicU64,
    /// The total of deltas when the value was set.
    base: AtomicU64,
    total: AtomicU64,
    /// Set since the last reading.
    is_set: AtomicBool,
}

impl GaugeCell {
    /// Sets the value. Three stores, no read-modify-write.
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.base.store(self.total.load(Ordering::Relaxed), Ordering::Relaxed);
        self.value.store(value.to_bits(), Ordering::Relaxed);
        self.is_set.store(true, Ordering::Release);
    }

    /// Adds to the value. Lock-free: retries while other threads add to the same gauge.
    #[inline]
    pub(crate) fn add(&self, delta: f64) {
        let add = |total: u64| Some(finite(f64::from_bits(total) + delta).to_bits());
        let _total = self.total.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// What happened since the last reading, of which `sent` remembers the total.
    pub(crate) fn read(&self, sent: &mut f64) -> Option<Number> {
        let is_set = self.is_set.swap(false, Ordering::Acquire);
        let total = f64::from_bits(self.total.load(Ordering::Relaxed));
        let added = finite(total - std::mem::replace(sent, total));
        if is_set {
            let base = f64::from_bits(self.base.load(Ordering::Relaxed));
            let value = f64::from_bits(self.value.load(Ordering::Relaxed));
            return Some(Number::Float(finite(value + finite(total - base))));
        }
        (added != 0.0).then_some(Number::Signed(added))
    }
}

/// Of finite numbers a sum may be infinite; no line holds that, and a total never comes back from it.
fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

/// The gauges of a client, by context.
#[derive(Debug)]
pub(crate) struct Gauges {
    chunks: [OnceLock<Box<[GaugeCell; CHUNK_GAUGES]>>; CONTEXTS_MAX / CHUNK_GAUGES],
}

impl Gauges {
    pub(crate) fn new() -> Self {
        Self { chunks: [const { OnceLock::new() }; CONTEXTS_MAX / CHUNK_GAUGES] }
    }

    /// Makes room for a context; called where it is registered, so that callers only look up.
    pub(crate) fn prepare(&self, context: u32) {
        if let Some(chunk) = self.chunks.get(context as usize / CHUNK_GAUGES) {
            chunk.get_or_init(|| Box::new([const { GaugeCell::new() }; CHUNK_GAUGES]));
        }
    }

    /// The gauge of a registered context.
    #[inline]
    pub(crate) fn get(&self, context: u32) -> Option<&GaugeCell> {
        let context = context as usize;
        Some(&self.chunks.get(context / CHUNK_GAUGES)?.get()?[context % CHUNK_GAUGES])
    }
}

impl GaugeCell {
    const fn new() -> Self {
        Self {
            value: AtomicU64::new(0),
            base: AtomicU64::new(0),
            total: AtomicU64::new(0),
            is_set: AtomicBool::new(false),
        }
    }
}

#[cfg(test)]
mod tests;
