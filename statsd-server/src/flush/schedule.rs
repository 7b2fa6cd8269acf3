//! When the next flush is due, whatever the machine's clock does. Pure: instants are numbers.

use std::time::Duration;

use super::{INTERVAL_MIN, nanos};
use crate::limits::CLOCK_BACK_MAX;

/// Which instants flushes are due at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// Those that keep the phase of the second at which the server started, as etsy's does.
    #[default]
    Startup,
    /// The multiples of the interval since the epoch, so that those of all servers meet.
    WallClock,
}

/// When the flush after `now` is due: an instant, like `startup` and `now`, since the epoch.
///
/// etsy's rule: flushes keep the phase of the second at which the server started, so that one that
/// is late moves none of the later ones. One that is late by more than half an interval leaves the
/// next one out, whose samples come with the one after.
///
/// ```
/// use std::time::Duration;
/// use statsd_server::flush::next_flush;
///
/// let (startup, interval) = (Duration::from_secs(1_003), Duration::from_secs(10));
/// let at = |millis| next_flush(startup, interval, Duration::from_millis(millis)).as_secs();
/// assert_eq!(at(1_003_000), 1_013);
/// assert_eq!(at(1_013_002), 1_023);
/// assert_eq!(at(1_012_999), 1_023, "a timer that fires early does not fire twice");
/// ```
pub fn next_flush(startup: Duration, interval: Duration, now: Duration) -> Duration {
    let interval = nanos(interval.max(INTERVAL_MIN));
    // Negative where the clock was set back behind the startup.
    let past = nanos(now) - nanos(startup);
    let done = (past + interval / 2).div_euclid(interval);
    instant(nanos(startup) + (done + 1) * interval)
}

/// The first of the instants `phase + n * interval` that is later than `after`.
///
/// ```
/// use std::time::Duration;
/// use statsd_server::flush::first_after;
///
/// let at = |millis| {
///     let after = Duration::from_millis(millis);
///     first_after(Duration::ZERO, Duration::from_secs(10), after).as_secs()
/// };
/// assert_eq!((at(1_003_000), at(1_009_999), at(1_010_000)), (1_010, 1_010, 1_020));
/// ```
pub fn first_after(phase: Duration, interval: Duration, after: Duration) -> Duration {
    let interval = nanos(interval.max(INTERVAL_MIN));
    let past = nanos(after) - nanos(phase);
    instant(nanos(phase) + (past.div_euclid(interval) + 1) * interval)
}

fn instant(nanos: i128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// The instants of the flushes: each later than all before it, none in the future when it comes.
///
/// A clock that is set back behind the last flush, by [`CLOCK_BACK_MAX`] at most, holds the next one until it
/// has passed the last one again: samples add up meanwhile, and no slot is written twice. One that is set
/// back further is believed, and slots may meet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub(super) align: Align,
    startup: Duration,
    last: Option<Duration>,
}

/// How early a timer may be: the clock is slewed meanwhile, by some thousandths of the interval.
const EARLY: Duration = Duration::from_millis(100);

/// What timestamps tell apart.
const STAMP: Duration = Duration::from_secs(1);

/// How often a clock that was set back is looked at: somebody may set it forward again.
const HOLD: Duration = Duration::from_secs(10);

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait so long; then the flush of that instant is due.
    Flush { due: Duration, wait: Duration },
    /// Wait so long, and ask again: the clock was set back.
    Hold { wait: Duration },
}

impl Schedule {
    pub(super) fn new(startup: Duration) -> Self {
        Self { align: Align::Startup, startup, last: None }
    }

    /// There was a flush of that instant.
    pub(super) fn flushed(&mut self, at: Duration) {
        self.last = Some(at);
    }

    pub(super) fn next(&self, interval: Duration, now: Duration) -> Next {
        let (phase, mut due) = match self.align {
            Align::Startup => (self.startup, next_flush(self.startup, interval, now)),
            Align::WallClock => (Duration::ZERO, first_after(Duration::ZERO, interval, now)),
        };
        if let Some(last) = self.holds(now) {
            // Below a second flushes share timestamps, which matters where nothing is stored no more.
            let shared = if interval < STAMP { STAMP } else { Duration::ZERO };
            if due + shared <= last {
                due = first_after(phase, interval, last);
            }
        }
        let wait = due.saturating_sub(now);
        // Within one and a half intervals it is etsy's rule, and no clock that was set.
        if wait > interval.max(INTERVAL_MIN) * 3 / 2 {
            return Next::Hold { wait: interval.min(HOLD) };
        }
        Next::Flush { due, wait }
    }

    /// What is next after the wait for the flush of `due`, if it is not that one: the clock was set back
    /// meanwhile, and it would be one of the future.
    pub(super) fn not_yet(&self, interval: Duration, due: Duration, now: Duration) -> Option<Next> {
        let wait = due.saturating_sub(now);
        if wait <= EARLY {
            return None;
        }
        let is_near = wait <= interval && self.holds(now).is_none_or(|last| last < due);
        Some(if is_near { Next::Flush { due, wait } } else { self.next(interval, now) })
    }

    /// The timestamp of a flush that comes now, in seconds, because the server ends.
    pub(super) fn last_words(&self, interval: Duration, now: Duration) -> Duration {
        let step = if interval < STAMP { Duration::ZERO } else { STAMP };
        let now = Duration::from_secs(now.as_secs());
        let Some(last) = self.holds(now) else { return now };
        now.max(last.saturating_add(step))
    }

    /// The last flush, unless the clock is so far behind it that the clock is right.
    fn holds(&self, now: Duration) -> Option<Duration> {
        self.last.filter(|last| last.saturating_sub(now) <= CLOCK_BACK_MAX)
    }
}

#[cfg(test)]
mod tests;
