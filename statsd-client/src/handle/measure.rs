//! The guards behind `measure` and attributes whose name is made at run time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Event, Shared, with_recorder};

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

/// Records the time since its making under a key when it is dropped, on whichever thread that is.
///
/// It owns its key and holds the client's state, not the client: the last clone of a client waits for
/// the backend when it is dropped, and that must not be the end of a measured function.
#[derive(Debug)]
pub(crate) struct MeasureGuard {
    shared: Arc<Shared>,
    key: Result<KeyBuffer, TooLong>,
    rate: Option<f64>,
    started: Instant,
}

impl MeasureGuard {
    /// Starts the clock for a key. Allocates the key.
    pub(crate) fn with_key(
        shared: Arc<Shared>,
        rate: Option<f64>,
        write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    ) -> Self {
        let mut key = KeyBuffer::default();
        let key = write(&mut key).map(|()| key);
        Self { shared, key, rate, started: Instant::now() }
    }
}

impl Drop for MeasureGuard {
    fn drop(&mut self) {
        let event = Event::timing(self.started.elapsed());
        with_recorder(
            self.shared.id,
            || Some(self.shared.clone()),
            |recorder| match &mut self.key {
                Ok(key) => {
                    recorder.record_key(key, self.rate, event);
                }
                Err(TooLong) => recorder.drop_bad_name(),
            },
        );
    }
}
