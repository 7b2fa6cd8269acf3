//! How often something is expected, and was seen.

use std::fmt;

/// How many calls are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Times {
    /// Whether it is a number that [`Expectation::times`](super::Expectation::times) could have said.
    pub(super) fn is_exact(self) -> bool {
        self.least == self.most
    }

    pub(super) fn is_never(self) -> bool {
        self.most == 0
    }

    pub(super) fn allow(self, seen: usize) -> bool {
        (self.least..=self.most).contains(&seen)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (times, most) if times == most => f.write_str(&times_word(times)),
            (least, usize::MAX) => write!(f, "at least {}", times_word(least)),
            (0, most) => write!(f, "at most {}", times_word(most)),
            (least, most) => write!(f, "{least} to {most} times"),
        }
    }
}

/// How people say a number of times.
pub(super) fn times_word(times: usize) -> String {
    match times {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        _ => format!("{times} times"),
    }
}
