//! Writes the points that wait to their files: those that waited long enough, at an even pace; earlier
//! where memory is short; all of them at the end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use statsd_whisper::Accepted;

use super::Inner;
use super::failing::seconds;
use super::pace::Pace;
use super::rolling::second;
use super::series_file::Persisted;
use crate::limits::{FUTURE_MAX, RETRIES_AT_ONCE};
use crate::store::index::SeriesId;
use crate::store::open_files::lock;

/// What the persister has done since the start.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Points that stand in files.
    pub(super) points: AtomicU64,
    /// Writes of a file, each of one or more points.
    pub(super) updates: AtomicU64,
    /// Nanoseconds that those took, with the making of new files.
    pub(super) nanos: AtomicU64,
    pub(super) created: AtomicU64,
    /// Points of series that would have been more than may be.
    pub(super) no_room: AtomicU64,
    /// Points that their file had no slot for any more.
    pub(super) too_old: AtomicU64,
    /// Writes of coarse values that had been put off, for series without points since.
    pub(super) rolled_up: AtomicU64,
    /// Writes that failed.
    pub(super) failures: AtomicU64,
    /// Files that ended too early, and have their size back.
    pub(super) repaired: AtomicU64,
    /// Damaged files that were put aside.
    pub(super) quarantined: AtomicU64,
}

impl Inner {
    /// Does what is due at `now`, `elapsed` after it was called last, as long as it may go on.
    pub(super) fn step(
        &self,
        now: i64,
        elapsed: Duration,
        pace: &mut Pace,
        may_go_on: impl Fn() -> bool,
    ) {
        let due = lock(&self.intake).failing.due(now, RETRIES_AT_ONCE);
        for id in due {
            if !may_go_on() {
                return;
            }
            self.try_again(id, now);
        }
        self.roll_up_due(now, &may_go_on);
        let queued = lock(&self.intake).cache.queued();
        let mut paced = pace.next(queued, elapsed, self.write_after());
        // Those that come back while this goes on have waited for the next step.
        for _ in 0..queued {
            if !may_go_on() {
                return;
            }
            let mut intake = lock(&self.intake);
            if paced == 0 && !self.is_due(&mut intake.cache, now) {
                break;
            }
            paced = paced.saturating_sub(1);
            let next = intake.next();
            drop(intake);
            let Some(id) = next else { break };
            self.persist(id, now);
        }
    }

    /// Whether the next series must be written, whatever the pace.
    fn is_due(&self, cache: &mut crate::store::cache::Cache, now: i64) -> bool {
        let Some(at) = cache.next_at() else { return false };
        let age = now.saturating_sub(at.into());
        // What lies far ahead was accepted before the clock was set back.
        age >= seconds(self.write_after())
            || age < -seconds(FUTURE_MAX)
            || cache.points() > self.options.cache_max_points / 2
            || self.is_journal_half_full()
    }

    /// Writes all points that wait, those that fail once, as long as it may go on. Yields how many wait
    /// after that.
    pub(super) fn persist_points(&self, now: i64, may_go_on: impl Fn() -> bool) -> usize {
        let failing: Vec<_> = lock(&self.intake).failing.iter().map(|(id, _)| id).collect();
        for id in failing {
            if may_go_on() {
                self.persist(id, now);
            }
        }
        while may_go_on() {
            let next = lock(&self.intake).next();
            let Some(id) = next else { break };
            self.persist(id, now);
        }
        lock(&self.intake).cache.points()
    }

    /// Writes all that waits or was put off, as [`persist_points`](Self::persist_points) does.
    pub(super) fn persist_all(&self, now: i64, may_go_on: impl Fn() -> bool) -> usize {
        let left = self.persist_points(now, &may_go_on);
        self.roll_up_all(now, may_go_on);
        left
    }

    /// Writes series until there is room for more points; says whether there is.
    pub(super) fn make_room(&self, now: i64) -> bool {
        let enough = self.options.cache_max_points / 4 * 3;
        loop {
            let mut intake = lock(&self.intake);
            if intake.cache.points() <= enough {
                return true;
            }
            let next = intake.next();
            drop(intake);
            let Some(id) = next else { break };
            self.persist(id, now);
        }
        lock(&self.intake).cache.points() < self.options.cache_max_points
    }

    /// Writes what waits of one series, and says whether it is written. Where it is not, that is taken
    /// down, and the points stay.
    pub(super) fn persist(&self, id: SeriesId, now: i64) -> bool {
        let file = self.files.get(id);
        let mut open = lock(&file);
        // What comes after this look is in this segment of the journal, or in a later one.
        let intake = lock(&self.intake);
        let (points, segment): (Vec<Accepted>, _) = (intake.cache.of(id).collect(), self.segment());
        let (oldest, rollups) = (intake.cache.segment_of(id), self.rollups(&intake, id));
        let mut deferred = intake.rollups.of(id);
        drop(intake);
        if points.is_empty() {
            let mut intake = lock(&self.intake);
            intake.failing.remove(id);
            intake.cache.put_back(id);
            return true;
        }
        let begun = Instant::now();
        let written = self.write_file(&mut open, id, &points, rollups, &mut deferred);
        if let Ok(written) = &written {
            self.count(written, begun.elapsed());
        }
        let mut intake = lock(&self.intake);
        let born = intake.born.unwrap_or(u32::MAX);
        match written {
            Ok(Persisted { created, .. }) => {
                intake.cache.remove(id, points.len(), segment, if created { 0 } else { born });
                intake.rollups.set(id, deferred, oldest, second(now));
                intake.failing.remove(id);
                intake.cache.put_back(id);
                true
            }
            Err(error) => {
                intake.failing.add(id, error.reason(), now);
                drop(intake);
                *open = None;
                self.counts.failures.fetch_add(1, Ordering::Relaxed);
                self.report(&self.name_of(id), &error, now);
                false
            }
        }
    }

    fn count(&self, written: &Persisted, took: Duration) {
        let Persisted { counts, created } = written;
        let add = |count: &AtomicU64, n: usize| count.fetch_add(n as u64, Ordering::Relaxed);
        add(&self.counts.points, counts.written + counts.superseded);
        add(&self.counts.too_old, counts.too_old + counts.future);
        add(&self.counts.updates, 1);
        add(&self.counts.created, usize::from(*created));
        self.counts.nanos.fetch_add(super::nanos(took), Ordering::Relaxed);
    }

    /// Writes what it can before the deadline. What it cannot is in the journal.
    pub(super) fn close(&self, deadline: Duration) {
        let end = Instant::now() + deadline;
        // The log alone asks what time it is.
        let left = self.persist_all(0, || Instant::now() < end);
        if left > 0 {
            tracing::warn!(points = left, "points could not be written to their files");
        }
        let put_off = lock(&self.intake).rollups.len();
        if put_off > 0 {
            tracing::warn!(series = put_off, "coarse values could not be written to their files");
        }
        self.close_journal(left == 0 && put_off == 0);
    }
}
