//! What could not be taken: why, how often, and what one looked like.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::escape::printable;
use crate::limits::{BAD_LINE_EXAMPLE_MAX_BYTES, BAD_LINE_LOG_PAUSE};
use crate::telemetry::Telemetry;

/// Why a line, or a point of a frame, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A line is not three fields with blanks between.
    Fields,
    /// A value is no number.
    Value,
    /// A value is infinite: a series holds finite ones only.
    Infinite,
    /// A time is no number.
    Time,
    /// A time is one that no series can hold: below 0 (-1 is now), or above 2106.
    TimeRange,
    /// A name, or the line with it, is not UTF-8.
    NotUtf8,
    /// A line has more than `LINE_MAX_BYTES`.
    LineTooLong,
    /// A name has more than `CARBON_NAME_MAX_BYTES`.
    NameTooLong,
    /// Tags in OpenMetrics' form are not `name{key="value",…}`, each value of at least a character, and without a
    /// backslash but before a quotation mark or another one.
    Tags,
    /// One of them holds a `{`, which carbon does not read, either.
    TagBrace,
    /// One of them holds a `;`, which is what parts tags where they are stored.
    TagSemicolon,
    /// Something in a frame is not (name, (time, value)).
    Shape,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Fields,
        Self::Value,
        Self::Infinite,
        Self::Time,
        Self::TimeRange,
        Self::NotUtf8,
        Self::LineTooLong,
        Self::NameTooLong,
        Self::Tags,
        Self::TagBrace,
        Self::TagSemicolon,
        Self::Shape,
    ];

    /// What is wrong, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fields => "not `name value time`",
            Self::Value => "value is not a number",
            Self::Infinite => "value is infinite",
            Self::Time => "time is not a number",
            Self::TimeRange => "time is not in seconds since 1970, up to 2106",
            Self::NotUtf8 => "not UTF-8",
            Self::LineTooLong => "line too long",
            Self::NameTooLong => "name too long",
            Self::Tags => "not `name{key=\"value\",…}`",
            Self::TagBrace => "a tag holds `{`",
            Self::TagSemicolon => "a tag holds `;`",
            Self::Shape => "not (name, (time, value))",
        }
    }
}

/// What was not taken of one read or one frame.
#[derive(Debug, Default)]
pub struct Bad {
    reasons: [u64; Reason::ALL.len()],
    /// The newest of each reason.
    examples: [Option<Vec<u8>>; Reason::ALL.len()],
    /// Points whose value is "not a number": carbon drops them without a word, because there are clients that
    /// mean "no value" by it.
    pub not_a_number: u64,
}

impl Bad {
    /// Counts one, and keeps the beginning of what it looked like.
    pub fn add(&mut self, reason: Reason, example: &[u8]) {
        let at = reason as usize;
        self.reasons[at] += 1;
        let example = &example[..example.len().min(BAD_LINE_EXAMPLE_MAX_BYTES)];
        if !example.is_empty() {
            let kept = self.examples[at].get_or_insert_default();
            kept.clear();
            kept.extend_from_slice(example);
        }
    }

    /// How many of a reason.
    pub fn count(&self, reason: Reason) -> u64 {
        self.reasons[reason as usize]
    }

    /// The beginning of the newest one of a reason; nothing where there was none, or it was empty.
    pub fn example(&self, reason: Reason) -> &[u8] {
        self.examples[reason as usize].as_deref().unwrap_or_default()
    }

    /// How many together; those that are not a number are not among them.
    pub fn total(&self) -> u64 {
        self.reasons.iter().sum()
    }
}

/// Tells telemetry and the log of all doors.
#[derive(Debug)]
pub(super) struct BadReport {
    telemetry: Arc<Telemetry>,
    /// When something of each reason was logged last.
    logged: Mutex<[Option<Duration>; Reason::ALL.len() + 1]>,
}

/// Where it is noted of frames, behind the reasons.
const FRAMES: usize = Reason::ALL.len();

impl BadReport {
    pub(super) fn new(telemetry: Arc<Telemetry>) -> Self {
        Self { telemetry, logged: Mutex::default() }
    }

    /// Takes what one read or frame had. Anybody may send any number of them, so the log hears of each reason
    /// once a minute.
    pub(super) fn take(&self, bad: Bad, now: Duration) {
        self.telemetry.carbon_points_not_a_number.add(bad.not_a_number);
        if bad.total() == 0 {
            return;
        }
        self.telemetry.carbon_bad_points.add(bad.total());
        for (reason, example) in Reason::ALL.into_iter().zip(bad.examples) {
            let number = bad.reasons[reason as usize];
            if number == 0 {
                continue;
            }
            let example = example.map(|bytes| printable(&bytes));
            if self.is_due(reason as usize, now) {
                let (what, example) = (reason.as_str(), example.as_deref().unwrap_or_default());
                tracing::warn!("carbon: {what}, such as `{example}`; all are counted in /status");
            }
            self.telemetry.carbon_bad_reasons.add(reason.as_str(), number, example);
        }
    }

    /// Counts a frame that was refused as a whole.
    pub(super) fn frame(&self, why: &dyn fmt::Display, now: Duration) {
        self.telemetry.carbon_bad_frames.add(1);
        if self.is_due(FRAMES, now) {
            tracing::warn!("carbon: a frame is refused: {why}; all are counted in /status");
        }
    }

    fn is_due(&self, what: usize, now: Duration) -> bool {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let last = &mut logged[what];
        // A clock that was set back begins a new minute.
        let passed = last.and_then(|last| now.checked_sub(last));
        let is_due = last.is_none() || passed.is_none_or(|passed| passed >= BAD_LINE_LOG_PAUSE);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}
