//! Coarse values are made when the minutes are over that they are for: with the points that follow, or, where
//! none does, here.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use statsd_whisper::{Rollups, Whisper};

use super::Inner;
use super::failing::seconds;
use super::intake::Intake;
use super::reads::is_damaged;
use super::series_file::NotPersisted;
use crate::limits::{FUTURE_MAX, ROLLUP_SPAN_MAX, ROLLUPS_AT_ONCE};
use crate::store::index::SeriesId;
use crate::store::journal::{Entry, Journal};
use crate::store::name::SeriesName;
use crate::store::open_files::lock;
use crate::store::rollups::to_record;
use crate::store::upkeep::Premises;

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
        let is_all_due = self.is_journal_half_full() || self.write_after() == Duration::ZERO;
        let before = if is_all_due { u32::MAX } else { second(now.saturating_sub(wait)) };
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

    /// Says again in the newest segment of the journal what is put off since one of these, so that neither it nor
    /// the points that it is made of hold older ones.
    pub(super) fn journal_rollups(&self, journal: &Journal, old: u32) -> io::Result<()> {
        let series: Vec<SeriesId> = {
            let rollups = &lock(&self.intake).rollups;
            if rollups.oldest_segment().is_none_or(|oldest| oldest > old) {
                return Ok(());
            }
            rollups.all().filter(|id| rollups.needs(*id, old)).collect()
        };
        for some in series.chunks(ROLLUPS_AT_ONCE) {
            let names: Vec<String> = some.iter().map(|id| self.name_of(*id)).collect();
            // Nothing is made and nothing is put off meanwhile.
            let mut intake = lock(&self.intake);
            let entries: Vec<Entry<'_>> = some
                .iter()
                .zip(&names)
                .filter_map(|(id, name)| {
                    let (timestamp, value) = to_record(intake.rollups.of(*id)?);
                    Some(Entry { series: *id, name, timestamp, value })
                })
                .filter(|entry| !entry.name.is_empty())
                .collect();
            let Some(at) = entries.iter().map(|entry| entry.timestamp).max() else { continue };
            let segment = journal.append_again(&entries, at)?;
            for entry in &entries {
                intake.rollups.copied_to(entry.series, segment.0);
            }
        }
        Ok(())
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
        let made = self.try_roll_up(id);
        let mut intake = lock(&self.intake);
        let Err(error) = made else {
            intake.failing.remove(id);
            // Points that came while it failed were left out when their turn was.
            intake.cache.put_back(id);
            return;
        };
        intake.failing.add(id, error.reason(), now);
        intake.rollups.put_back(id, second(now));
        drop(intake);
        self.counts.failures.fetch_add(1, Ordering::Relaxed);
        self.report_rollup(id, &error, now);
    }

    pub(super) fn report_rollup(&self, id: SeriesId, error: &NotPersisted, now: i64) {
        if let Ok(series) = SeriesName::parse(&self.name_of(id)) {
            Premises::report(self, &series, "coarse values not stored", error, now);
        }
    }

    /// Makes what was put off for a series.
    pub(super) fn try_roll_up(&self, id: SeriesId) -> Result<(), NotPersisted> {
        self.roll_up_open(&mut lock(&self.files.get(id)), id)
    }

    /// Makes it with the file's lock held. What there is no whole file for any more is not made.
    pub(super) fn roll_up_open(
        &self,
        open: &mut Option<Whisper>,
        id: SeriesId,
    ) -> Result<(), NotPersisted> {
        let Some(deferred) = lock(&self.intake).rollups.of(id) else { return Ok(()) };
        let file = match self.open_if_there(open, id) {
            // Who writes points next puts it aside.
            Err(error) if is_damaged(&error) => None,
            file => file?,
        };
        if let Some(file) = file {
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
}

/// A time as the files have it.
pub(super) fn second(at: i64) -> u32 {
    u32::try_from(at.max(0)).unwrap_or(u32::MAX)
}
