//! What waits in memory, and the journal that keeps it: each point is in both until it stands in its file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use statsd_whisper::{Accepted, Deferred};

use super::Inner;
use super::intake::Intake;
use crate::limits::{JOURNAL_COPIES_AT_ONCE, JOURNAL_SEGMENT_BYTES};
use crate::store::StoredJournal;
use crate::store::index::{Inserted, SeriesId};
use crate::store::journal::{Entry, Journal, JournalOptions, RealDisk, Replayed, Segment};
use crate::store::log_limit::Permit;
use crate::store::name::SeriesName;
use crate::store::open_files::lock;
use crate::store::rollups::of_record;

/// The journal's folder. No series can have that name.
pub(super) const FOLDER: &str = ".journal";

/// Segments of the journal, the newest among them, that points which cannot be written may lie in before
/// they are copied to the newest.
const SEGMENTS_OF_STUCK: u32 = 2;

/// What is known of the segment that is appended to.
#[derive(Debug, Default)]
pub(super) struct NewestSegment {
    segment: Option<Segment>,
    /// How long it is known.
    age: Duration,
    /// How many points the journal had taken when it was begun, or before.
    appended: u64,
}

impl Inner {
    pub(super) fn journal(&self) -> Option<&Journal> {
        self.journal.get().map(|journal| &**journal)
    }

    /// The segment that is appended to; 0 where there is no journal.
    pub(super) fn segment(&self) -> u32 {
        self.journal().map_or(0, |journal| journal.current().0)
    }

    /// Takes over what an earlier run has left, and opens the journal of this one, if there is to be one.
    pub(super) fn open_journal(&self) -> io::Result<()> {
        let folder = self.folder.join(FOLDER);
        let wanted = self.options.journal;
        if wanted.is_none() && !folder.exists() {
            return Ok(());
        }
        let wanted_or_default = wanted.unwrap_or_default();
        let max_bytes = wanted_or_default.max_bytes;
        let options = JournalOptions {
            segment_bytes: JOURNAL_SEGMENT_BYTES.min(max_bytes / 8),
            max_bytes,
            sync_interval: wanted_or_default.sync,
        };
        let mut left_out = 0_u64;
        let each = |point: Replayed<'_>| left_out += u64::from(!self.replay(&point));
        let (journal, report) = Journal::open(Arc::new(RealDisk), &folder, options, each)?;
        if report.points > 0 || report.torn > 0 || report.damaged > 0 {
            tracing::info!(?report, left_out, "points of the last run are back from the journal");
        }
        if wanted.is_some() {
            let _ = self.journal.set(Arc::new(journal));
            return Ok(());
        }
        // It was on in an earlier run: its points go to their files, and then it is empty.
        let is_written = self.persist_all(0, || true) == 0 && lock(&self.intake).rollups.len() == 0;
        if is_written && self.file_systems.sync().is_ok() {
            end(&journal)?;
        }
        Ok(())
    }

    /// Takes a point over; says whether it has a place.
    fn replay(&self, point: &Replayed<'_>) -> bool {
        let Ok(name) = SeriesName::parse(point.name) else { return false };
        let known = self.index().get(&name);
        let deferred = of_record(point.timestamp, point.value);
        if deferred.is_some() && known.is_none() && !self.path_of(&name).is_file() {
            // Of a series that was deleted there is nothing to make.
            return true;
        }
        let id = match known.map_or_else(|| self.index_mut().insert(&name), Inserted::Known) {
            Inserted::New(id) | Inserted::Known(id) => id,
            Inserted::Full => {
                self.no_room();
                return false;
            }
        };
        let Replayed { timestamp, at, value, segment, .. } = *point;
        // The journal has one time for a batch; a point that lay ahead of it was accepted at its own.
        let at = at.max(timestamp);
        if let Some(deferred) = deferred {
            self.replay_rollup(id, deferred, segment, at);
            return true;
        }
        let mut intake = lock(&self.intake);
        intake.cache.push(id, Accepted { timestamp, at, value }, segment.0);
        let is_full = intake.cache.points() >= self.options.cache_max_points;
        drop(intake);
        if is_full {
            // Where that is in vain the journal's bound is the cache's.
            self.make_room(at.into());
        }
        true
    }

    /// Takes over what was put off. What was so for an earlier interval is made before: it may have been made
    /// already, but perhaps the disk had not confirmed it.
    fn replay_rollup(&self, id: SeriesId, deferred: Deferred, segment: Segment, at: u32) {
        let before = lock(&self.intake).rollups.of(id);
        let is_other = before.is_some_and(|before| before.start() != deferred.start());
        if is_other && let Err(error) = self.try_roll_up(id) {
            self.report_rollup(id, &error, at.into());
        }
        let same = before.filter(|_| !is_other).map_or(0, Deferred::touched);
        let deferred = Deferred::new(deferred.start(), deferred.touched() | same);
        lock(&self.intake).rollups.set(id, deferred, segment.0, at);
    }

    /// Appends points to the journal that are in the cache by now. Where that fails they are remembered, and
    /// appended again later.
    pub(super) fn append(&self, intake: &mut Intake, entries: &[Entry<'_>], now: i64) {
        let Some(journal) = self.journal() else { return };
        if entries.is_empty() {
            return;
        }
        let at = u32::try_from(now).unwrap_or_default();
        let Err(error) = journal.append(entries, at) else { return };
        intake.unjournaled.extend(entries.iter().map(|entry| entry.series));
        if self.log_limit.ask(FOLDER, now) != Permit::Silent {
            let error: &(dyn std::error::Error + 'static) = &error;
            tracing::warn!(error, "points are stored, and not safe: the journal cannot be written");
        }
    }

    /// Waits until everything that was stored before is safe.
    pub(super) fn commit(&self) -> io::Result<()> {
        let Some(journal) = self.journal() else { return Ok(()) };
        let rescued = self.rescue(journal);
        // What is in it is confirmed in any case: only then can segments go.
        journal.commit().and(rescued)
    }

    /// Copies to the journal what is not in it, and what the disk did not confirm.
    fn rescue(&self, journal: &Journal) -> io::Result<()> {
        let unjournaled: Vec<SeriesId> = lock(&self.intake).unjournaled.iter().copied().collect();
        for id in unjournaled {
            self.copy(journal, id)?;
        }
        for segment in journal.doubtful() {
            let in_doubt = lock(&self.intake).cache.until_segment(segment.0);
            for id in in_doubt {
                self.copy(journal, id)?;
            }
            self.journal_rollups(journal, segment.0)?;
            journal.settle(segment);
        }
        Ok(())
    }

    /// Appends what waits of a series again, so that no older segment is needed for it.
    fn copy(&self, journal: &Journal, id: SeriesId) -> io::Result<()> {
        let name = self.name_of(id);
        let mut intake = lock(&self.intake);
        let points: Vec<_> = intake.cache.of(id).collect();
        let mut first_segment: Option<Segment> = None;
        let mut rest = &points[..];
        while !rest.is_empty() {
            let (together, at) = of_one_time(rest);
            let entries: Vec<_> = rest[..together]
                .iter()
                .map(|point| Entry {
                    series: id,
                    name: &name,
                    timestamp: point.timestamp,
                    value: point.value,
                })
                .collect();
            let segment = journal.append_again(&entries, at)?;
            first_segment.get_or_insert(segment);
            rest = &rest[together..];
        }
        if let Some(segment) = first_segment {
            intake.cache.copied_to(id, segment.0);
        }
        intake.unjournaled.remove(&id);
        Ok(())
    }

    /// Whether points should be written to their files so that segments can go.
    pub(super) fn is_journal_half_full(&self) -> bool {
        let max = self.options.journal.map_or(u64::MAX, |journal| journal.max_bytes);
        self.journal().is_some_and(|journal| journal.bytes() > max / 2)
    }

    /// Makes points safe that are not, keeps those that cannot be written from holding old segments, and
    /// removes the segments that nobody needs. `elapsed` is the time since it was done last.
    pub(super) fn tend_journal(&self, elapsed: Duration) {
        let Some(journal) = self.journal() else { return };
        self.roll_if_old(journal, elapsed);
        // A failure is told by `commit`, and in the status; the next round tries again.
        let _ = self.rescue(journal);
        let _ = journal.commit();
        let old = journal.current().0.saturating_sub(SEGMENTS_OF_STUCK);
        let _ = self.journal_rollups(journal, old);
        let stuck: Vec<_> = {
            let intake = lock(&self.intake);
            let is_old =
                |id: &SeriesId| intake.cache.count(*id) > 0 && intake.cache.segment_of(*id) <= old;
            let failing = intake.failing.iter().map(|(id, _)| id);
            failing.filter(is_old).take(JOURNAL_COPIES_AT_ONCE).collect()
        };
        for id in stuck {
            if self.copy(journal, id).is_err() {
                break;
            }
        }
        let current = journal.current();
        let oldest = {
            let intake = lock(&self.intake);
            let oldest = [intake.cache.oldest_segment(), intake.rollups.oldest_segment()];
            oldest.into_iter().flatten().min().map_or(current, Segment)
        };
        let is_news = self.trimmed.load(Ordering::Relaxed) < oldest.0;
        // The copies are what it is trimmed for.
        let _ = journal.commit();
        let is_safe = journal.doubtful().is_empty();
        if is_news && is_safe && self.file_systems.sync().is_ok() {
            journal.trim(oldest);
            self.trimmed.store(oldest.0, Ordering::Relaxed);
        }
    }

    /// Begins a new segment where the newest one has taken points for as long as points wait: a segment goes as
    /// a whole, and a start after a crash is to read the points of the last minutes, not those that their
    /// files have long had.
    fn roll_if_old(&self, journal: &Journal, elapsed: Duration) {
        let (segment, appended) = (journal.current(), journal.status().appended);
        let mut newest = lock(&self.newest_segment);
        if newest.segment != Some(segment) {
            newest.segment = Some(segment);
            newest.age = Duration::ZERO;
            return;
        }
        newest.age += elapsed;
        if newest.age >= self.write_after() && appended > newest.appended {
            // Where it cannot be begun, the next round tries again.
            let begun = journal.roll().ok();
            *newest = NewestSegment { segment: begun, age: Duration::ZERO, appended };
        }
    }

    /// Has the disk confirm the journal; where it is not needed any more, it is empty after that.
    pub(super) fn close_journal(&self, all_is_written: bool) {
        let Some(journal) = self.journal() else { return };
        let closed = if all_is_written {
            self.file_systems.sync().and_then(|()| end(journal))
        } else {
            self.commit()
        };
        if let Err(error) = closed {
            tracing::warn!(%error, "the journal is not closed in order; it is read at the next start");
        }
    }

    pub(super) fn journal_status(&self) -> Option<StoredJournal> {
        let status = self.journal()?.status();
        Some(StoredJournal {
            bytes: status.bytes,
            segments: status.segments,
            appended: status.appended,
            unappended: status.unappended,
            syncs: status.syncs,
            failed_syncs: status.failed_syncs,
            unjournaled_series: lock(&self.intake).unjournaled.len(),
            trouble: status.trouble,
        })
    }
}

/// How many of the first points one block of the journal can hold, and its time: a point was accepted at
/// that time, or at its own timestamp if that is later.
fn of_one_time(points: &[Accepted]) -> (usize, u32) {
    let own_time = |point: &&Accepted| point.at > point.timestamp;
    let at = points.iter().find(own_time).map_or(0, |point| point.at);
    let fits = |point: &&Accepted| at.max(point.timestamp) == point.at;
    // The one that has the time may stand behind one that it does not fit.
    match points.iter().take_while(fits).count() {
        0 => (points.iter().take_while(|point| point.at == point.timestamp).count().max(1), 0),
        together => (together, at),
    }
}

/// Leaves an empty segment, and nothing else.
fn end(journal: &Journal) -> io::Result<()> {
    let last = journal.roll()?;
    journal.commit()?;
    journal.trim(last);
    Ok(())
}
