//! What the store answers: names, and points wherever they are.

use std::sync::atomic::Ordering;

use statsd_whisper::{Accepted, Error, ErrorKind, Pending, Whisper};

use super::Inner;
use super::failing::Reason;
use super::intake::Intake;
use crate::limits::FAILING_SERIES_SHOWN;
use crate::store::glob::Glob;
use crate::store::index::{Inserted, SeriesId};
use crate::store::name::SeriesName;
use crate::store::open_files::lock;
use crate::store::{FailingSeries, Fetched, Node, StoreError, StoreStatus};

/// What is known of a name.
enum Known {
    /// A series with a number.
    Series(SeriesId),
    /// A file, and the index holds all it may.
    FileAlone,
    Nothing,
}

impl Inner {
    pub(super) fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        let glob = Glob::new(pattern)?;
        if let Some(literal) = glob.literal()
            && let Ok(name) = SeriesName::parse(&literal)
        {
            self.known(&name);
        }
        self.index().find(&glob, limit)
    }

    /// The points of a range, those that wait as if they were written: the file is held meanwhile, so
    /// that each of them is either here or there.
    pub(super) fn fetch(
        &self,
        series: &str,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        let Ok(name) = SeriesName::parse(series) else { return Ok(None) };
        if from > until {
            return Ok(None);
        }
        let fetched = match self.known(&name) {
            Known::Nothing => Ok(None),
            Known::FileAlone => self
                .open_repaired(&self.path_of(&name))
                .and_then(|file| file.map_or(Ok(None), |file| file.fetch(from, until, now))),
            Known::Series(id) => match self.fetch_known(&name, id, from, until, now) {
                // Who writes a damaged file puts it aside, and the answer is the same before and after.
                Err(error) if is_damaged(&error) && !self.waits(id).is_empty() => {
                    self.persist(id, now);
                    self.fetch_known(&name, id, from, until, now)
                }
                fetched => fetched,
            },
        };
        match fetched {
            Ok(fetched) => Ok(fetched.map(Fetched::from)),
            Err(source) => Err(StoreError::Read { series: name.as_str().to_owned(), source }),
        }
    }

    /// The name of how a series' fine values become coarse ones, as its file says, or will.
    pub(super) fn aggregation_method(&self, series: &str) -> Option<&'static str> {
        let name = SeriesName::parse(series).ok()?;
        if let Ok(file) = Whisper::open_read_only(self.path_of(&name)) {
            return Some(file.header().method().name());
        }
        self.index().get(&name)?;
        Some(self.header_of_new(name.as_str()).ok()?.method().name())
    }

    fn fetch_known(
        &self,
        name: &SeriesName<'_>,
        id: SeriesId,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<statsd_whisper::Fetched>, Error> {
        let file = self.files.get(id);
        let mut open = lock(&file);
        let intake = lock(&self.intake);
        let waiting: Vec<Accepted> = intake.cache.of(id).collect();
        let pending = Pending { points: &waiting, deferred: intake.rollups.of(id) };
        drop(intake);
        match self.open_if_there(&mut open, id) {
            Ok(Some(file)) => return file.fetch_with(pending, from, until, now),
            Ok(None) => {}
            // A file that may be read and not written is not kept open, as the next use may be a write.
            Err(_) => match Whisper::open_read_only(self.path_of(name)) {
                Ok(file) => return file.fetch_with(pending, from, until, now),
                // A folder of its name, or a file in the place of its folder: there is no such file.
                Err(error) if Reason::of(&error) == Reason::InTheWay => {}
                Err(error) => return Err(error),
            },
        }
        if waiting.is_empty() {
            return Ok(None);
        }
        self.header_of_new(name.as_str())?.fetch_pending(&waiting, from, until, now)
    }

    pub(super) fn waiting(&self, series: &str) -> Vec<(i64, f64)> {
        let Ok(name) = SeriesName::parse(series) else { return Vec::new() };
        let Some(id) = self.index().get(&name) else { return Vec::new() };
        self.waits(id).into_iter().map(|point| (point.timestamp.into(), point.value)).collect()
    }

    fn waits(&self, id: SeriesId) -> Vec<Accepted> {
        lock(&self.intake).cache.of(id).collect()
    }

    /// What is known of a name. A file that appeared from elsewhere is learnt here.
    fn known(&self, name: &SeriesName<'_>) -> Known {
        if let Some(id) = self.index().get(name) {
            return Known::Series(id);
        }
        if !self.path_of(name).is_file() {
            return Known::Nothing;
        }
        match self.index_mut().insert(name) {
            Inserted::New(id) | Inserted::Known(id) => Known::Series(id),
            Inserted::Full => Known::FileAlone,
        }
    }

    pub(super) fn status(&self, now: i64) -> StoreStatus {
        let mut intake = lock(&self.intake);
        let Intake { cache, failing, rollups, .. } = &mut *intake;
        let list = |(id, failure): (SeriesId, super::failing::Failure)| {
            (id, failure.reason, failure.since, cache.count(id))
        };
        let shown: Vec<_> = failing.iter().take(FAILING_SERIES_SHOWN).map(list).collect();
        let mut by_reason = Reason::ALL.map(|reason| (reason.as_str(), 0));
        for (_, failure) in failing.iter() {
            let at = Reason::ALL.iter().position(|reason| *reason == failure.reason);
            by_reason[at.unwrap_or(Reason::ALL.len() - 1)].1 += 1;
        }
        let oldest_failing = shown.iter().filter_map(|(id, ..)| cache.of(*id).next()).map(|p| p.at);
        let oldest_failing = oldest_failing.min();
        let oldest = oldest_failing.into_iter().chain(cache.next_at()).min();
        let mut status = StoreStatus {
            pending_points: cache.points(),
            pending_series: cache.waiting(),
            pending_rollups: rollups.len(),
            oldest_pending_seconds: oldest.map(|at| now.saturating_sub(at.into()).max(0)),
            failing_series: failing.len(),
            failing_by_reason: by_reason.into_iter().filter(|(_, series)| *series > 0).collect(),
            ..StoreStatus::default()
        };
        drop(intake);
        let failing = shown.into_iter().map(|(id, reason, since, points)| {
            let series = self.name_of(id);
            FailingSeries { series, reason: reason.as_str(), since, points }
        });
        status.failing = failing.collect();
        let counts = &self.counts;
        let counts = [
            ("points_persisted", &counts.points),
            ("updates", &counts.updates),
            ("update_nanoseconds", &counts.nanos),
            ("files_created", &counts.created),
            ("points_over_series_max", &counts.no_room),
            ("points_too_old", &counts.too_old),
            ("rolled_up", &counts.rolled_up),
            ("failed_updates", &counts.failures),
            ("repaired", &counts.repaired),
            ("quarantined", &counts.quarantined),
        ];
        status.counts = counts.map(|(name, count)| (name, count.load(Ordering::Relaxed))).to_vec();
        status.counts.extend(self.names.stats().numbers());
        status.journal = self.journal_status();
        status.series = self.index().len();
        status
    }
}

/// Whether who writes the file would put it aside.
pub(super) fn is_damaged(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Truncated | ErrorKind::Compressed)
}

impl From<statsd_whisper::Fetched> for Fetched {
    fn from(fetched: statsd_whisper::Fetched) -> Self {
        let statsd_whisper::Fetched { start, step, values } = fetched;
        Self { start, step, values }
    }
}
