//! What the log and `/status` are told of bad lines: how many of each reason, and what one looked like.
//! Anybody may send any number of them, so the log hears of each reason once a minute.

use std::time::Duration;

use crate::aggregate::Counts;
use crate::escape::printable;
use crate::limits::BAD_LINE_LOG_PAUSE;
use crate::telemetry::BadLines;

/// Remembers, reason by reason, what was not logged yet.
#[derive(Debug, Default)]
pub(super) struct BadLineLog(Vec<Waiting>);

#[derive(Debug)]
struct Waiting {
    reason: &'static str,
    lines: u64,
    example: Option<String>,
    logged: Option<Duration>,
}

impl BadLineLog {
    /// Takes what an interval counted, and yields what is to be logged at `now`.
    pub(super) fn take(&mut self, counts: &Counts, all: &BadLines, now: Duration) -> Vec<String> {
        for (reason, bad) in &counts.bad {
            let example = printable(&bad.example);
            all.add(reason.as_str(), bad.number, Some(example.clone()));
            self.add(reason.as_str(), bad.number, Some(example));
        }
        if counts.lost.lines_too_long > 0 {
            all.add(BadLines::TOO_LONG, counts.lost.lines_too_long, None);
            self.add(BadLines::TOO_LONG, counts.lost.lines_too_long, None);
        }
        let is_due = |waiting: &Waiting| {
            // A clock that was set back begins a new minute.
            waiting.logged.is_none_or(|then| {
                now.checked_sub(then).is_none_or(|passed| passed >= BAD_LINE_LOG_PAUSE)
            })
        };
        let due = self.0.iter_mut().filter(|waiting| waiting.lines > 0 && is_due(waiting));
        due.map(|waiting| waiting.tell(now)).collect()
    }

    /// What would have to wait, at the end.
    pub(super) fn rest(&mut self, now: Duration) -> Vec<String> {
        self.0.iter_mut().filter(|waiting| waiting.lines > 0).map(|w| w.tell(now)).collect()
    }

    fn add(&mut self, reason: &'static str, lines: u64, example: Option<String>) {
        if let Some(known) = self.0.iter_mut().find(|known| known.reason == reason) {
            known.lines += lines;
            known.example = example;
        } else {
            self.0.push(Waiting { reason, lines, example, logged: None });
        }
    }
}

impl Waiting {
    fn tell(&mut self, now: Duration) -> String {
        self.logged = Some(now);
        let lines = std::mem::take(&mut self.lines);
        let plural = if lines == 1 { "" } else { "s" };
        match &self.example {
            Some(example) => {
                format!("{lines} bad line{plural}, {}, such as `{example}`", self.reason)
            }
            None => format!("{lines} bad line{plural}, {}", self.reason),
        }
    }
}

#[cfg(test)]
mod tests;
