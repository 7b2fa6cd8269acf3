//! Times: recorded when the guard is dropped, however the call ends.

use std::time::{Duration, Instant};

use super::kept::Kept;
use super::spot::Spot;
use crate::handle::{SampleValue, Tagged, Timer};
use crate::pipeline::Recorded;

/// Records the time since its making when it is dropped: as a timer's value, or with `SAMPLE` as a
/// distribution's.
#[derive(Debug)]
#[must_use = "the time is recorded when the guard is dropped: bind it to a name"]
pub struct TimeGuard<S: Spot, const SAMPLE: bool> {
    /// `None`: nobody was there to hear it.
    started: Option<(S, Instant)>,
}

impl<S: Spot, const SAMPLE: bool> TimeGuard<S, SAMPLE> {
    #[inline]
    fn start(spot: impl Spot<Kept = S>) -> Self {
        Self { started: spot.is_live().then(|| (spot.keep(), Instant::now())) }
    }
}

impl<S: Spot, const SAMPLE: bool> Drop for TimeGuard<S, SAMPLE> {
    #[inline]
    fn drop(&mut self) {
        if let Some((spot, started)) = &self.started {
            spot.record(recorded::<SAMPLE>(started.elapsed()));
        }
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a process does not run for 584 years")]
fn recorded<const SAMPLE: bool>(elapsed: Duration) -> Recorded<'static> {
    if SAMPLE {
        Recorded::Sample(SampleValue::to_f64(elapsed))
    } else {
        Recorded::Nanos(elapsed.as_nanos() as u64)
    }
}

/// Starts the clock of a timer.
#[inline]
pub fn measure<S: Spot>(spot: S) -> TimeGuard<S::Kept, false> {
    TimeGuard::start(spot)
}

/// Starts the clock of a distribution, in milliseconds.
#[inline]
pub fn distribution<S: Spot>(spot: S) -> TimeGuard<S::Kept, true> {
    TimeGuard::start(spot)
}

impl<const N: usize> Tagged<'_, Timer, N> {
    /// Starts the clock. Keeps the values until it is stopped, which allocates.
    pub fn start(self) -> TimeGuard<Kept<Timer, N>, false> {
        measure(self)
    }
}
