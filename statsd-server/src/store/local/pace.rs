//! How many series are written when, so that the disk has about the same to do at any moment. Pure.

use std::time::Duration;

/// Spreads what came in one burst over the time until it must be written.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The most series that were queued at once, lately.
    peak: usize,
    since: Duration,
    /// What may be written now: series, times the nanoseconds that all of them are spread over.
    credit: u128,
}

impl Pace {
    /// How many series to write, `elapsed` after it was asked last, where so many are queued and each is to
    /// be written `within` this time.
    pub(super) fn next(&mut self, queued: usize, elapsed: Duration, within: Duration) -> usize {
        self.since += elapsed;
        if queued >= self.peak || self.since >= within {
            self.peak = queued;
            self.since = Duration::ZERO;
        }
        if queued == 0 {
            self.credit = 0;
            return 0;
        }
        // A tenth of the time is left for what comes between.
        let spread = (within.as_nanos() / 10 * 9).max(1);
        self.credit += self.peak as u128 * elapsed.as_nanos().min(spread);
        let whole = self.credit / spread;
        self.credit %= spread;
        usize::try_from(whole).unwrap_or(usize::MAX).min(queued)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(200);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_burst_is_spread_evenly_and_done_in_time() {
        let (mut pace, mut queued) = (Pace::default(), 30_000);
        let mut written = Vec::new();
        for _ in 0..300 {
            let now = pace.next(queued, TICK, MINUTE);
            queued -= now;
            written.push(now);
        }
        assert_eq!(queued, 0);
        assert!(written.iter().all(|now| *now <= 112), "{written:?}");
    }

    #[test]
    fn series_with_a_point_every_ten_seconds_are_written_once_a_minute() {
        let (mut pace, mut total) = (Pace::default(), 0);
        for _ in 0..10 * 300 {
            // Who is written is queued again by the next flush.
            total += pace.next(6_000, TICK, MINUTE);
        }
        assert!((60_000..=67_000).contains(&total), "{total}");
    }

    #[test]
    fn a_single_series_waits_for_its_points() {
        let mut pace = Pace::default();
        let first = (1..1_000).find(|_| pace.next(1, TICK, MINUTE) == 1).unwrap();
        assert_eq!(first, 270);
        assert_eq!(pace.next(0, MINUTE, MINUTE), 0);
    }

    #[test]
    fn without_a_time_to_wait_everything_is_written() {
        assert_eq!(Pace::default().next(7, TICK, Duration::ZERO), 7);
    }
}
