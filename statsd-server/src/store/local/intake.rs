//! The way of a point into the store: checked, named by its number, merged with what stands in its slot,
//! in the cache. When that is done it can be found and fetched.

use std::borrow::Cow;
use std::collections::HashSet;

use statsd_whisper::Accepted;

use super::failing::{Failing, seconds};
use super::{Inner, NotStored};
use crate::limits::{FUTURE_MAX, SERIES_POINTS_WAITING_MAX, WRITE_CHUNK_POINTS};
use crate::store::cache::Cache;
use crate::store::index::{Inserted, SeriesId};
use crate::store::journal::{Entry, Journal};
use crate::store::merge::{Shape, Shapes, Standing};
use crate::store::name::SeriesName;
use crate::store::open_files::lock;
use crate::store::rollups::Rollups;
use crate::store::{Merge, Write, Written};

/// Seconds that every file reaches back, unless a schema says less: nobody asks a file about a point that
/// is younger.
const KEPT_BY_ALL_SECONDS: u32 = 3_600;

/// What the intake's lock is over.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) cache: Cache,
    pub(super) rollups: Rollups,
    pub(super) shapes: Shapes,
    pub(super) failing: Failing,
    /// The newest timestamp that files from before this run can hold; none before the first batch.
    pub(super) born: Option<u32>,
    /// Series of which some points that wait are not in the journal.
    pub(super) unjournaled: HashSet<SeriesId>,
    /// Series that were deleted since the start: who has found one before looks again.
    pub(super) forgotten: u64,
}

impl Intake {
    /// The series is no more: nothing of it is kept here. No point of it waits.
    pub(super) fn forgets(&mut self, id: SeriesId) {
        self.forgotten += 1;
        self.failing.remove(id);
        self.unjournaled.remove(&id);
        self.rollups.set(id, None, 0, 0);
    }

    /// Takes the series whose turn it is. Those that fail have times of their own.
    pub(super) fn next(&mut self) -> Option<SeriesId> {
        loop {
            let id = self.cache.take_next()?;
            if !self.failing.contains(id) {
                return Some(id);
            }
        }
    }
}

/// A point whose name is a series, and that may be stored.
#[derive(Debug)]
struct Checked<'a> {
    name: Cow<'a, str>,
    id: SeriesId,
    timestamp: u32,
    at: u32,
}

/// Points of a batch that are stored under one lock.
struct Chunk<'a, 'b> {
    writes: &'b [Write<'a>],
    /// Those that may be stored, in their places.
    points: Vec<Option<Checked<'a>>>,
    now: i64,
    /// Seconds that every file reaches back.
    kept_by_all: u32,
    written: Written,
    refused: Vec<(usize, NotStored)>,
    /// How many series had been forgotten when the points' series were found.
    forgotten: u64,
}

/// Why a chunk of points is not done.
enum Pause {
    /// The point's file must be asked.
    AskFile,
    /// No further point may wait.
    Full,
    /// No further one of this series may.
    SeriesFull(SeriesId),
}

/// The value that holds, or why there is none.
enum Resolved {
    Value(f64),
    TooOld,
    AskFile,
}

impl Inner {
    /// Stores a batch, a chunk at a time.
    pub(super) fn write(&self, batch: &[Write<'_>], now: i64) -> Written {
        let mut written = Written::default();
        let kept_by_all = self.schemas().shortest_seconds().unwrap_or(KEPT_BY_ALL_SECONDS);
        for writes in batch.chunks(WRITE_CHUNK_POINTS) {
            let mut chunk = Chunk {
                writes,
                points: Vec::with_capacity(writes.len()),
                now,
                kept_by_all: kept_by_all.min(KEPT_BY_ALL_SECONDS),
                written: Written::default(),
                refused: Vec::new(),
                forgotten: 0,
            };
            self.write_chunk(&mut chunk);
            for (at, error) in chunk.refused {
                match error {
                    NotStored::Waiting => chunk.written.failed += 1,
                    _ => chunk.written.refused += 1,
                }
                self.report(writes[at].series, &error, now);
            }
            written.points += chunk.written.points;
            written.created += chunk.written.created;
            written.refused += chunk.written.refused;
            written.failed += chunk.written.failed;
        }
        written
    }

    /// Whether senders should wait: a quarter of the room is left.
    pub(super) fn is_full(&self) -> bool {
        lock(&self.intake).cache.points() >= self.options.cache_max_points / 4 * 3
    }

    fn write_chunk(&self, chunk: &mut Chunk<'_, '_>) {
        let mut intake = lock(&self.intake);
        if intake.born.is_none() {
            let ahead = chunk.now.saturating_add(seconds(FUTURE_MAX));
            let high_water = self.journal().map_or(0, Journal::high_water_at_start);
            intake.born = Some(u32::try_from(ahead).unwrap_or(u32::MAX - 1).max(high_water));
        }
        chunk.forgotten = intake.forgotten;
        self.check_all(chunk);
        let mut next = 0;
        while let Some((paused_at, pause)) = self.accept(&mut intake, chunk, next) {
            drop(intake);
            next = paused_at + 1;
            let now = chunk.now;
            match pause {
                Pause::AskFile => match self.accept_asking(chunk, paused_at) {
                    Ok(()) => chunk.written.points += 1,
                    // Its number is nobody's: it needs another one.
                    Err(NotStored::Forgotten) => next = paused_at,
                    Err(error) => chunk.refused.push((paused_at, error)),
                },
                Pause::Full if self.make_room(now) => next = paused_at,
                Pause::SeriesFull(id) if self.persist(id, now) => next = paused_at,
                Pause::Full | Pause::SeriesFull(_) => {
                    chunk.refused.push((paused_at, NotStored::Waiting));
                }
            }
            intake = lock(&self.intake);
            if intake.forgotten != chunk.forgotten {
                chunk.forgotten = intake.forgotten;
                self.find_again(chunk, next);
            }
        }
    }

    /// Finds the series of the points from `next` on once more, because some were forgotten while nobody
    /// held the intake's lock. It is held now.
    fn find_again(&self, chunk: &mut Chunk<'_, '_>, next: usize) {
        let mut index = self.index_mut();
        for (at, point) in chunk.points.iter_mut().enumerate().skip(next) {
            let Some(checked) = point else { continue };
            let Ok(name) = SeriesName::parse(&checked.name) else { continue };
            match index.insert(&name) {
                Inserted::New(id) | Inserted::Known(id) => checked.id = id,
                Inserted::Full => {
                    chunk.refused.push((at, self.no_room()));
                    *point = None;
                }
            }
        }
    }

    /// Finds the series of a chunk's points, and learns the names that are new, under one lock: each
    /// further one would wait for the finds that were asked for meanwhile. The intake's lock is held.
    fn check_all(&self, chunk: &mut Chunk<'_, '_>) {
        let mut unknown = Vec::new();
        let Chunk { writes, points, now, kept_by_all, written, refused, .. } = chunk;
        let index = self.index();
        for (at, write) in writes.iter().enumerate() {
            points.push(match check(write, *now) {
                Ok((name, timestamp, accepted_at)) => {
                    let id = index.get(&name).unwrap_or_else(|| {
                        unknown.push(at);
                        SeriesId(u32::MAX)
                    });
                    Some(Checked { name: name.into_text(), id, timestamp, at: accepted_at })
                }
                Err(error) => {
                    refused.push((at, error));
                    None
                }
            });
        }
        drop(index);
        if unknown.is_empty() {
            return;
        }
        // Before the index is locked, because files may have to be asked.
        unknown.retain(|at| {
            let Some(point) = &points[*at] else { return false };
            let is_kept = self.would_keep(point, *kept_by_all);
            if !is_kept {
                refused.push((*at, NotStored::TooOld(point.timestamp.into())));
                points[*at] = None;
            }
            is_kept
        });
        let mut index = self.index_mut();
        for at in unknown {
            let Some(point) = &mut points[at] else { continue };
            let Ok(name) = SeriesName::parse(&point.name) else { continue };
            match index.insert(&name) {
                Inserted::New(id) => {
                    point.id = id;
                    written.created += 1;
                }
                Inserted::Known(id) => point.id = id,
                Inserted::Full => {
                    refused.push((at, self.no_room()));
                    points[at] = None;
                }
            }
        }
    }

    /// Whether a series that is not known yet would keep this point.
    fn would_keep(&self, point: &Checked<'_>, kept_by_all: u32) -> bool {
        if point.age() < kept_by_all {
            return true;
        }
        let Ok(name) = SeriesName::parse(&point.name) else { return false };
        let file = statsd_whisper::Whisper::open_read_only(self.path_of(&name));
        let shape = file.map_or_else(|_| self.shape_of_new(&point.name), |f| Shape::of(f.header()));
        shape.keeps(point.timestamp, point.at)
    }

    /// Takes points from `next` on, until one of them needs more than the intake's lock. Yields which
    /// one, and what.
    fn accept(
        &self,
        intake: &mut Intake,
        chunk: &mut Chunk<'_, '_>,
        next: usize,
    ) -> Option<(usize, Pause)> {
        let Chunk { writes, points, now, kept_by_all, written, refused, .. } = chunk;
        let segment = self.segment();
        let mut entries = Vec::new();
        if self.journal().is_some() {
            entries.reserve_exact(points.len() - next);
        }
        let mut pause = None;
        for at in next..points.len() {
            let Some(point) = &points[at] else { continue };
            if intake.cache.points() >= self.options.cache_max_points {
                pause = Some((at, Pause::Full));
                break;
            }
            if intake.cache.count(point.id) >= SERIES_POINTS_WAITING_MAX {
                pause = Some((at, Pause::SeriesFull(point.id)));
                break;
            }
            let is_kept = point.age() < *kept_by_all;
            let value = match self.resolve(intake, &writes[at], point, is_kept) {
                Resolved::Value(value) => value,
                Resolved::TooOld => {
                    refused.push((at, NotStored::TooOld(point.timestamp.into())));
                    continue;
                }
                Resolved::AskFile => {
                    pause = Some((at, Pause::AskFile));
                    break;
                }
            };
            intake.cache.push(point.id, point.accepted(value), segment);
            written.points += 1;
            if entries.capacity() > 0 {
                entries.push(point.entry(value));
            }
        }
        self.append(intake, &entries, *now);
        pause
    }

    /// The value of a point as it will stand, from what is in memory. `is_kept`: whatever its file is.
    fn resolve(
        &self,
        intake: &Intake,
        write: &Write<'_>,
        point: &Checked<'_>,
        is_kept: bool,
    ) -> Resolved {
        if write.merge == Merge::Replace && is_kept {
            return Resolved::Value(write.value);
        }
        let cache = &intake.cache;
        let Some(shape) = intake.shapes.get(cache.shape(point.id)) else {
            return Resolved::AskFile;
        };
        if !shape.keeps(point.timestamp, point.at) {
            return Resolved::TooOld;
        }
        if write.merge == Merge::Replace {
            return Resolved::Value(write.value);
        }
        let standing = match shape.standing(cache.of(point.id), point.timestamp) {
            Standing::Waiting(standing) => standing,
            Standing::InFile
                if shape.interval(point.timestamp) <= cache.written_until(point.id) =>
            {
                return Resolved::AskFile;
            }
            Standing::InFile => None,
        };
        Resolved::Value(shape.merged(write.merge, standing, write.value, self.flush_interval()))
    }

    /// Takes one point, with its file at hand, so that nobody writes it meanwhile.
    fn accept_asking(&self, chunk: &Chunk<'_, '_>, at: usize) -> Result<(), NotStored> {
        let write = &chunk.writes[at];
        let Some(point) = &chunk.points[at] else { return Ok(()) };
        let file = self.files.get(point.id);
        let mut open = lock(&file);
        // A file that cannot be read now is found out by who writes it.
        let known = self.open_if_there(&mut open, point.id).ok().flatten().map(|file| {
            (Shape::of(file.header()), file.value_at(point.timestamp.into()).ok().flatten())
        });
        let mut intake = lock(&self.intake);
        if intake.forgotten != chunk.forgotten && self.index().name(point.id) != Some(&*point.name)
        {
            return Err(NotStored::Forgotten);
        }
        let Intake { cache, shapes, born, .. } = &mut *intake;
        let (shape, on_disk) = known.unwrap_or_else(|| (self.shape_of_new(&point.name), None));
        cache.set_shape(point.id, shapes.number(shape));
        if cache.written_until(point.id) == u32::MAX {
            let until = if known.is_some() { born.unwrap_or(u32::MAX - 1) } else { 0 };
            cache.set_written_until(point.id, until);
        }
        if !shape.keeps(point.timestamp, point.at) {
            return Err(NotStored::TooOld(point.timestamp.into()));
        }
        let standing = match shape.standing(cache.of(point.id), point.timestamp) {
            Standing::Waiting(standing) => standing,
            Standing::InFile => on_disk,
        };
        let value = shape.merged(write.merge, standing, write.value, self.flush_interval());
        cache.push(point.id, point.accepted(value), self.segment());
        self.append(&mut intake, &[point.entry(value)], chunk.now);
        Ok(())
    }
}

impl Checked<'_> {
    /// Seconds.
    fn age(&self) -> u32 {
        self.at - self.timestamp
    }

    fn accepted(&self, value: f64) -> Accepted {
        Accepted { timestamp: self.timestamp, at: self.at, value }
    }

    fn entry(&self, value: f64) -> Entry<'_> {
        Entry { series: self.id, name: &self.name, timestamp: self.timestamp, value }
    }
}

/// A point's name, its timestamp, and the time it is accepted at.
fn check<'a>(write: &Write<'a>, now: i64) -> Result<(SeriesName<'a>, u32, u32), NotStored> {
    let name = SeriesName::parse(write.series)?;
    if !write.value.is_finite() {
        return Err(NotStored::NotFinite(write.value));
    }
    if write.timestamp > now.saturating_add(seconds(FUTURE_MAX)) {
        return Err(NotStored::Future(write.timestamp));
    }
    let at = u32::try_from(now.max(write.timestamp));
    match (u32::try_from(write.timestamp), at) {
        (Ok(timestamp), Ok(at)) => Ok((name, timestamp, at)),
        (_, Err(_)) if write.timestamp > 0 => Err(NotStored::Future(write.timestamp)),
        _ => Err(NotStored::TooOld(write.timestamp)),
    }
}
