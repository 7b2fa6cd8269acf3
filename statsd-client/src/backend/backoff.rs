//! When to try again: after a wait that doubles from failure to failure.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    wait: Duration,
    /// No try before this; `None`: at once.
    due: Option<Instant>,
}

impl Backoff {
    pub(super) const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, wait: first, due: None }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| now >= due)
    }

    /// Notes a try, which may fail: the next one waits, and the one after it twice as long.
    pub(super) fn tried(&mut self, now: Instant) {
        self.due = now.checked_add(self.wait);
        self.wait = (self.wait * 2).min(self.most);
    }

    /// Notes that a try was good: the wait after the next failure is the shortest again. The one
    /// that runs stays, so that what works and fails by turns is not tried without a pause.
    pub(super) fn succeeded(&mut self) {
        self.wait = self.first;
    }

    /// The next try is at `due`.
    pub(super) fn set_due(&mut self, due: Instant) {
        self.due = Some(due);
    }

    /// The next try is at `due` at the latest.
    pub(super) fn hasten(&mut self, due: Instant) {
        self.due = self.due.map(|planned| planned.min(due));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_limit_and_starts_over_after_a_success() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(35));
        let mut tries = Vec::new();
        for millis in 0..=120 {
            if backoff.is_due(at(millis)) {
                backoff.tried(at(millis));
                tries.push(millis);
            }
        }
        assert_eq!(tries, [0, 10, 30, 65, 100]);

        backoff.succeeded();
        assert!(!backoff.is_due(at(134)), "the wait that runs stays");
        backoff.tried(at(135));
        assert!(!backoff.is_due(at(144)));
        assert!(backoff.is_due(at(145)));
    }

    #[test]
    fn hastening_never_puts_off() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(1));
        backoff.hasten(at(5));
        assert!(backoff.is_due(start), "what is due at once stays so");
        backoff.set_due(at(60));
        backoff.hasten(at(5));
        backoff.hasten(at(30));
        assert!(!backoff.is_due(at(4)));
        assert!(backoff.is_due(at(5)));
    }
}
