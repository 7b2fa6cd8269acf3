//! A timer's samples: all of them, in blocks, or a sketch once there are too many.

use std::mem;

use super::sketch::{SKETCH_MAX_BYTES, Sketch};

/// Samples of a block, 4 KB. A growing list would hold twice what it needs, and be copied as it grows.
const BLOCK: usize = 512;

/// The samples as they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Samples {
    full: Vec<Vec<f64>>,
    open: Vec<f64>,
    len: usize,
}

impl Samples {
    pub(super) fn push(&mut self, value: f64) {
        if self.open.len() == self.open.capacity() {
            self.grow();
        }
        self.open.push(value);
        self.len += 1;
    }

    /// A small list doubles; at the size of a block it is one.
    #[cold]
    fn grow(&mut self) {
        if self.open.len() < BLOCK {
            let more = self.open.len().clamp(4, BLOCK - self.open.len());
            self.open.reserve_exact(more);
        } else {
            let open = Vec::with_capacity(BLOCK);
            self.full.push(mem::replace(&mut self.open, open));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Moves all samples of another one behind these.
    pub(super) fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            mem::swap(self, other);
            return;
        }
        for block in other.blocks() {
            for value in block {
                self.push(*value);
            }
        }
        *other = Self::default();
    }

    /// In the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = f64> {
        self.blocks().flatten().copied()
    }

    fn blocks(&self) -> impl Iterator<Item = &[f64]> {
        self.full.iter().chain([&self.open]).map(Vec::as_slice)
    }
}

/// A timer's samples, and how many calls they stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct TimerSamples {
    pub(super) samples: Samples,
    /// Where there were too many samples, all of them are in here.
    pub(super) sketch: Option<Box<Sketch>>,
    /// The sum of 1/rate. Exact even where values were dropped.
    pub(super) count: f64,
}

impl TimerSamples {
    /// How many there were.
    pub(super) fn len(&self) -> usize {
        match &self.sketch {
            Some(sketch) => usize::try_from(sketch.count()).unwrap_or(usize::MAX),
            None => self.samples.len(),
        }
    }

    /// Adds a sample; from `exact_max` samples on they become a sketch.
    pub(super) fn push(&mut self, value: f64, exact_max: usize) {
        match &mut self.sketch {
            Some(sketch) => sketch.add(value),
            None if self.samples.len() < exact_max => self.samples.push(value),
            None => self.sketch_from_now_on().add(value),
        }
    }

    /// Bytes that a sketch in place of the samples would save, if it would.
    pub(super) fn would_save(&self) -> Option<usize> {
        let held = self.samples.len() * size_of::<f64>();
        held.checked_sub(SKETCH_MAX_BYTES).filter(|saved| *saved > 0)
    }

    /// Puts the samples into a sketch.
    pub(super) fn sketch_from_now_on(&mut self) -> &mut Sketch {
        let samples = mem::take(&mut self.samples);
        let sketch = self.sketch.get_or_insert_default();
        samples.iter().for_each(|value| sketch.add(value));
        sketch
    }

    /// Moves everything of another one into this.
    pub(super) fn append(&mut self, other: &mut Self, exact_max: usize) {
        self.count += mem::take(&mut other.count);
        let sketch = other.sketch.take();
        let all = self.samples.len() + other.samples.len();
        if self.sketch.is_none() && sketch.is_none() && all <= exact_max {
            return self.samples.append(&mut other.samples);
        }
        let own = self.sketch_from_now_on();
        if let Some(other) = sketch {
            own.merge(&other);
        }
        mem::take(&mut other.samples).iter().for_each(|value| own.add(value));
    }
}

#[cfg(test)]
mod tests;
