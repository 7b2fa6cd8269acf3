//! A bar that says how far a command is: on standard error, where that is a terminal, and only of what
//! takes longer than a moment.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};

/// What is done within this is shown by its result.
const MOMENT: Duration = Duration::from_millis(500);

/// How often the bar is drawn.
const PAUSE: Duration = Duration::from_millis(100);

/// Characters of the bar itself.
const WIDTH: u64 = 30;

/// How far something is.
#[derive(Debug)]
pub(super) struct Progress {
    what: &'static str,
    done: u64,
    total: u64,
    is_terminal: bool,
    drawn: bool,
    next: Duration,
}

impl Progress {
    /// Nothing of `total` is done.
    pub(super) fn new(what: &'static str, total: u64) -> Self {
        let next = SystemClock.now() + MOMENT;
        let is_terminal = io::stderr().is_terminal();
        Self { what, done: 0, total, is_terminal, drawn: false, next }
    }

    /// So much more is done.
    pub(super) fn advance(&mut self, by: u64) {
        self.set(self.done.saturating_add(by), self.total);
    }

    /// So much of so much is done.
    pub(super) fn set(&mut self, done: u64, total: u64) {
        (self.done, self.total) = (done, total);
        if !self.is_terminal {
            return;
        }
        let now = SystemClock.now();
        if now >= self.next {
            self.next = now + PAUSE;
            self.drawn = true;
            put(&format!("\r{}\u{1b}[K", bar(self.what, self.done, self.total)));
        }
    }

    /// Removes the bar, for lines to be written; the next step draws it again.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            put("\r\u{1b}[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn put(text: &str) {
    // A bar that cannot be shown is no reason to stop.
    let _shown = io::stderr().write_all(text.as_bytes());
}

fn bar(what: &str, done: u64, total: u64) -> String {
    let total = total.max(1);
    let done = done.min(total);
    let share = |of: u64| u128::from(done) * u128::from(of) / u128::from(total);
    let full = usize::try_from(share(WIDTH)).unwrap_or_default();
    let rest = usize::try_from(WIDTH).unwrap_or_default() - full;
    let (full, rest) = ("#".repeat(full), " ".repeat(rest));
    format!("{what} [{full}{rest}] {:>3} %  {done} of {total}", share(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_the_same_length_at_any_time() {
        let half = bar("reading", 50, 100);
        assert_eq!(
            half,
            format!("reading [{}{}]  50 %  50 of 100", "#".repeat(15), " ".repeat(15))
        );
        assert_eq!(bar("a", 0, 0), format!("a [{}]   0 %  0 of 1", " ".repeat(30)));
        assert_eq!(bar("a", 9, 3), format!("a [{}] 100 %  3 of 3", "#".repeat(30)));
        assert!(bar("a", u64::MAX, u64::MAX).contains("100 %"));
    }
}
