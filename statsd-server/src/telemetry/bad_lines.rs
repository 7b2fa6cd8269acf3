//! The bad lines by what is wrong with them, with an example of each.

use std::sync::{Mutex, PoisonError};

/// The bad lines of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReason {
    /// What is wrong with them, in a few words.
    pub reason: &'static str,
    /// How many since the start; values, where a line holds several.
    pub lines: u64,
    /// The newest that was kept, fit to be printed. Of lines that were not kept there is none.
    pub example: Option<String>,
}

/// All of them. There are as many reasons as the parser has, so it needs no bound.
#[derive(Debug, Default)]
pub struct BadLines(Mutex<Vec<BadReason>>);

impl BadLines {
    /// What is wrong with a line that a stream's reader has cut off; the parser never sees it.
    pub const TOO_LONG: &str = "line too long";

    /// Counts so many more of a reason; an example takes the place of an older one.
    ///
    /// ```
    /// use statsd_server::telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::default();
    /// telemetry.bad_reasons.add("bad value", 2, Some("users:x|c".to_owned()));
    /// telemetry.bad_reasons.add("bad value", 1, None);
    /// let all = telemetry.bad_reasons.all();
    /// assert_eq!((all[0].lines, all[0].example.as_deref()), (3, Some("users:x|c")));
    /// ```
    pub fn add(&self, reason: &'static str, lines: u64, example: Option<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.iter_mut().find(|known| known.reason == reason) else {
            all.push(BadReason { reason, lines, example });
            return;
        };
        known.lines += lines;
        if example.is_some() {
            known.example = example;
        }
    }

    /// Every reason that there was, in the order in which they came.
    pub fn all(&self) -> Vec<BadReason> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
