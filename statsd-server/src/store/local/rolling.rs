//! Coarse values are made when the minutes are over that they are for: with the points that follow, or, where
//! none does, here.

use std::sync::atomic::Ordering;
use std::time::Duration;

use statsd_whisper::{Deferred, Rollups, Whisper};

use super::Inner;
use super::failing::seconds;
use super::intake::Intake;
use super::series_file::NotPersisted;
use crate::limits::{FUTURE_MAX, ROLLUP_SPAN_MAX, ROLLUPS_AT_ONCE};
use crate::store::index::SeriesId;
use crate::store::open_files::lock;

impl Inner {
    /// When the coarse values of a series' points are made. They are not put off where each point is to be
    /// seen by other readers at once, and where no journal would know of them after a crash.
    pub(super) fn rollups(&self, intake: &Intake, id: SeriesId) -> Rollups {
        let is_safe = self.journal().is_some() && !intake.unjournaled.contains(&id);
        if is_safe && self.write_after() > Duration::ZERO {
            Rollups::Deferred
        } else {
            Rollups::AtOnce
        }
    }

    /// Makes what is due: of series that had no points since, and of all while the journal needs room.
    pub(super) fn roll_up_due(&self, now: i64, may_go_on: impl Fn() -> bool) {
        let wait = seconds(ROLLUP_SPAN_MAX) + 2 * seconds(self.write_after());
        let before =
            if self.is_journal_half_full() { u32::MAX } else { second(now.saturating_sub(wait)) };
        // What lies far ahead was put off before the clock was set back.
        let ahead = second(now.saturating_add(seconds(FUTURE_MAX)));
        let most = lock(&self.intake).rollups.len().min(ROLLUPS_AT_ONCE);
        for _ in 0..most {
            if !may_go_on() {
                return;
            }
            let mut intake = lock(&self.intake);
            let next = intake.rollups.take_due(before, ahead, second(now));
            let Some(id) = next else { return };
            if intake.failing.contains(id) {
                // It has a time of its own.
                intake.rollups.put_back(id, second(now));
                continue;
            }
            drop(intake);
            self.roll_up(id, now);
        }
    }

    /// Makes all that was put off, as long as it may go on.
    pub(super) fn roll_up_all(&self, now: i64, may_go_on: impl Fn() -> bool) {
        let all: Vec<SeriesId> = lock(&self.intake).rollups.all().collect();
        for id in all {
            if !may_go_on() {
                return;
            }
            self.roll_up(id, now);
        }
    }

    /// Tries a series again whose file could not be written.
    pub(super) fn try_again(&self, id: SeriesId, now: i64) {
        if lock(&self.intake).cache.count(id) > 0 {
            self.persist(id, now);
        } else {
            self.roll_up(id, now);
        }
    }

    /// Makes what was put off for a series. Where that fails, it is taken down, and stays put off.
    pub(super) fn roll_up(&self, id: SeriesId, now: i64) {
        let Err(error) = self.try_roll_up(id) else {
            lock(&self.intake).failing.remove(id);
            return;
        };
        let mut intake = lock(&self.intake);
        intake.failing.add(id, error.reason(), now);
        intake.rollups.put_back(id, second(now));
        drop(intake);
        self.counts.failures.fetch_add(1, Ordering::Relaxed);
        self.report(&self.name_of(id), &error, now);
    }

    /// Makes what was put off for a series. What there is no file for any more is not made.
    pub(super) fn try_roll_up(&self, id: SeriesId) -> Result<(), NotPersisted> {
        let file = self.files.get(id);
        let mut open = lock(&file);
        let Some(deferred) = lock(&self.intake).rollups.of(id) else { return Ok(()) };
        if let Some(file) = self.open_if_there(&mut open, id)? {
            let made = file.roll_up(deferred).and_then(|()| self.file_systems.sync_if_alone(file));
            if let Err(error) = made {
                *open = None;
                return Err(error.into());
            }
            self.counts.rolled_up.fetch_add(1, Ordering::Relaxed);
        }
        lock(&self.intake).rollups.set(id, None, 0, 0);
        Ok(())
    }

    /// Has points wait again for which something was put off, so that the journal can take copies of them: a
    /// file that cannot be written would hold its segments for ever.
    pub(super) fn take_back(&self, id: SeriesId) {
        let file = self.files.get(id);
        let mut open = lock(&file);
        let Some(deferred) = lock(&self.intake).rollups.of(id) else { return };
        let read = match self.open_if_there(&mut open, id) {
            Ok(Some(file)) => points_of(file, deferred),
            Ok(None) => Some(Vec::new()),
            Err(_) => self
                .file_path(id)
                .and_then(|path| points_of(&Whisper::open_read_only(path).ok()?, deferred)),
        };
        if read.is_none() {
            self.counts.rollups_lost.fetch_add(1, Ordering::Relaxed);
        }
        let mut intake = lock(&self.intake);
        let Intake { cache, rollups, .. } = &mut *intake;
        let segment = rollups.segment_of(id);
        for point in read.unwrap_or_default().into_iter().rev() {
            cache.push_front(id, point, segment);
        }
        rollups.set(id, None, 0, 0);
    }
}

/// A time as the files have it.
pub(super) fn second(at: i64) -> u32 {
    u32::try_from(at.max(0)).unwrap_or(u32::MAX)
}

fn points_of(file: &Whisper, deferred: Deferred) -> Option<Vec<statsd_whisper::Accepted>> {
    file.points_of(deferred).ok()
}
