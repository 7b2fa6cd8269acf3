//! Series whose files could not be written: since when, why, and when it is tried again. Pure.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::time::Duration;

use statsd_whisper::{Error, ErrorKind};

use crate::limits::WRITE_RETRY_MAX;
use crate::store::index::SeriesId;

/// The first pause before a file is tried again, in seconds; each further one is twice as long.
const FIRST_PAUSE_SECONDS: i64 = 1;

/// At most as many as there are series.
#[derive(Debug, Default)]
pub(super) struct Failing {
    by_series: HashMap<SeriesId, Failure>,
    /// Series by the time at which they are tried again.
    due: BTreeSet<(i64, SeriesId)>,
}

/// How a series fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// Seconds since the epoch.
    pub(super) since: i64,
    pub(super) reason: Reason,
    retry_at: i64,
    pause: i64,
}

/// Why a file cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    DiskFull,
    ReadOnly,
    NoPermission,
    InTheWay,
    TooManyOpen,
    Damaged,
    Other,
}

impl Reason {
    pub(super) const ALL: [Self; 7] = [
        Self::DiskFull,
        Self::ReadOnly,
        Self::NoPermission,
        Self::InTheWay,
        Self::TooManyOpen,
        Self::Damaged,
        Self::Other,
    ];

    /// What it is called in `/status`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DiskFull => "the disk is full",
            Self::ReadOnly => "the file system is read-only",
            Self::NoPermission => "no permission",
            Self::InTheWay => "something else stands at its path",
            Self::TooManyOpen => "too many files are open",
            Self::Damaged => "the file is damaged, and cannot be put aside",
            Self::Other => "the file system failed",
        }
    }

    pub(super) fn of_io(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Self::DiskFull,
            Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::PermissionDenied => Self::NoPermission,
            Kind::NotADirectory | Kind::IsADirectory | Kind::AlreadyExists => Self::InTheWay,
            _ => match error.raw_os_error() {
                Some(code) if code == nix::libc::EMFILE || code == nix::libc::ENFILE => {
                    Self::TooManyOpen
                }
                _ => Self::Other,
            },
        }
    }

    pub(super) fn of(error: &Error) -> Self {
        use std::error::Error as _;
        match error.kind() {
            ErrorKind::Corrupt | ErrorKind::Truncated | ErrorKind::Compressed => Self::Damaged,
            ErrorKind::AlreadyExists => Self::InTheWay,
            _ => error
                .source()
                .and_then(|source| source.downcast_ref())
                .map_or(Self::Other, Self::of_io),
        }
    }
}

impl Failing {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_series.len()
    }

    /// Takes down that a series' file could not be written at `now`.
    pub(super) fn add(&mut self, id: SeriesId, reason: Reason, now: i64) {
        let longest = i64::try_from(WRITE_RETRY_MAX.as_secs()).unwrap_or(i64::MAX);
        let before = self.by_series.get(&id).copied();
        if let Some(before) = before {
            self.due.remove(&(before.retry_at, id));
        }
        let pause = before.map_or(FIRST_PAUSE_SECONDS, |before| (before.pause * 2).min(longest));
        let since = before.map_or(now, |before| before.since);
        let retry_at = now + pause;
        self.by_series.insert(id, Failure { since, reason, retry_at, pause });
        self.due.insert((retry_at, id));
    }

    /// Says that it could.
    pub(super) fn remove(&mut self, id: SeriesId) {
        if let Some(failure) = self.by_series.remove(&id) {
            self.due.remove(&(failure.retry_at, id));
        }
    }

    /// Whether a series is among them.
    pub(super) fn contains(&self, id: SeriesId) -> bool {
        self.by_series.contains_key(&id)
    }

    /// Those that are to be tried again at `now`, at most so many. A clock that was set back makes nobody
    /// wait longer than the longest pause.
    pub(super) fn due(&self, now: i64, most: usize) -> Vec<SeriesId> {
        let longest = i64::try_from(WRITE_RETRY_MAX.as_secs()).unwrap_or(i64::MAX);
        let is_due = |at: i64| at <= now || at > now.saturating_add(longest);
        let early = self.due.iter().take_while(|(at, _)| *at <= now);
        let late = self.due.iter().rev().take_while(|(at, _)| *at > now && is_due(*at));
        early.chain(late).map(|(_, id)| *id).take(most).collect()
    }

    /// All of them, those that are tried next first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (SeriesId, Failure)> {
        self.due.iter().filter_map(|(_, id)| Some((*id, *self.by_series.get(id)?)))
    }
}

/// A duration in whole seconds.
pub(super) fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_end_with_the_failure() {
        let mut failing = Failing::default();
        let id = SeriesId(3);
        let (mut now, mut pauses) = (1_000, Vec::new());
        for _ in 0..9 {
            failing.add(id, Reason::DiskFull, now);
            let next = (now..now + 100).find(|at| failing.due(*at, 10) == [id]).unwrap();
            pauses.push(next - now);
            now = next;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(failing.iter().next().unwrap().1.since, 1_000);
        failing.remove(id);
        assert_eq!((failing.len(), failing.due(i64::MAX, 10)), (0, vec![]));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_waiting() {
        let mut failing = Failing::default();
        failing.add(SeriesId(1), Reason::Other, 100_000);
        assert_eq!(failing.due(90_000, 10), [SeriesId(1)]);
    }
}
