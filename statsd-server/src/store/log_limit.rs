//! Keeps a series that fails at every flush, or a sender of a million bad names, from filling the log.

use std::sync::Mutex;

use hashbrown::HashSet;

use super::open_files::lock;
use crate::limits::LOGGED_SERIES_MAX;

/// Remembers which series were logged in the current minute.
#[derive(Debug, Default)]
pub(crate) struct LogLimit(Mutex<Logged>);

#[derive(Debug, Default)]
struct Logged {
    minute: i64,
    series: HashSet<Box<str>>,
}

/// Whether to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permit {
    Log,
    /// Log, and say that this is the last one in this minute.
    LogLast,
    Silent,
}

impl LogLimit {
    /// Asks for a line about a series at `now` (seconds): one a minute for each, and for
    /// [`LOGGED_SERIES_MAX`] different ones at most.
    pub(crate) fn ask(&self, series: &str, now: i64) -> Permit {
        let mut logged = lock(&self.0);
        let minute = now.div_euclid(60);
        if logged.minute != minute {
            logged.minute = minute;
            logged.series.clear();
        }
        if logged.series.len() >= LOGGED_SERIES_MAX || logged.series.contains(series) {
            return Permit::Silent;
        }
        logged.series.insert(series.into());
        if logged.series.len() == LOGGED_SERIES_MAX { Permit::LogLast } else { Permit::Log }
    }
}

#[cfg(test)]
mod tests;
