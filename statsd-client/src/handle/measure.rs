//! The guards behind `measure` and attributes whose name is made at run time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Call, Recorded, Shared, Target, nanos, record_made};
use crate::protocol::MetricType;

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
    /// `None`: nobody was there but a capture.
    shared: Option<Arc<Shared>>,
    child_prefix_bytes: usize,
    key: Result<KeyBuffer, TooLong>,
    rate: Option<f64>,
    started: Instant,
}

impl MeasureGuard {
    /// Starts the clock for a key of `target`'s. Allocates the key. `None`: the client is being replaced at
    /// this moment, and `target` knows that it has to be asked for again.
    pub(crate) fn with_key(
        target: &impl Target,
        rate: Option<f64>,
        write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    ) -> Option<Self> {
        let shared = target.shared();
        if shared.is_none() && target.id() != 0 {
            target.refuse();
            return None;
        }
        let mut key = KeyBuffer::default();
        let key = write(&mut key).map(|()| key);
        let child_prefix_bytes = target.child_prefix_bytes();
        Some(Self { shared, child_prefix_bytes, key, rate, started: Instant::now() })
    }
}

impl Drop for MeasureGuard {
    fn drop(&mut self) {
        let recorded = Recorded::Nanos(nanos(self.started.elapsed()));
        let call = Call { rate: self.rate, ..Call::plain(MetricType::Timer, recorded) };
        record_made(
            self,
            |key| self.key.as_ref().map(|own| key.copy(own)).map_err(|error| *error),
            call,
        );
    }
}

impl Target for MeasureGuard {
    fn id(&self) -> u32 {
        self.shared.as_ref().map_or(0, |shared| shared.id)
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        self.shared.clone()
    }

    fn child_prefix_bytes(&self) -> usize {
        self.child_prefix_bytes
    }
}
