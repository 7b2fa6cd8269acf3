//! The guard behind `measure`.

use std::time::{Duration, Instant};

/// Hands on the time since its making when it is dropped.
pub(crate) struct Stopwatch<F: Fn(Duration)> {
    record: F,
    started: Instant,
}

impl<F: Fn(Duration)> Stopwatch<F> {
    pub(crate) fn start(record: F) -> Self {
        Self { record, started: Instant::now() }
    }
}

impl<F: Fn(Duration)> Drop for Stopwatch<F> {
    fn drop(&mut self) {
        (self.record)(self.started.elapsed());
    }
}
