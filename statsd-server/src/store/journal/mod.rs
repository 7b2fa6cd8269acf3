//! The journal: points on disk before they are acknowledged, and given back after whatever ended the
//! last run. It knows names, numbers and a disk; may not know Whisper, the cache or a clock. Data comes
//! from the local store's intake and goes back to it when the store is opened.
//!
//! Segments are files of a folder, each readable without the others. `append` adds a block to the newest
//! one; `commit` has the disk confirm it; `trim` removes the ones whose points are elsewhere by then.

mod append;
pub mod bytes;
mod commit;
mod disk;
mod encode;
mod format;
mod read;
mod replay;
mod syncer;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::append::Appender;
use self::commit::Group;
pub(crate) use self::disk::{Disk, RealDisk};
pub(crate) use self::syncer::Syncer;

use super::index::SeriesId;

/// How a journal keeps points.
#[derive(Debug, Clone)]
pub(crate) struct JournalOptions {
    /// Bytes of a segment, over which the next one is begun.
    pub(crate) segment_bytes: u64,
    /// Bytes of all segments; what would go beyond is not appended.
    pub(crate) max_bytes: u64,
    /// How often a [`Syncer`] has the disk confirm what was appended.
    pub(crate) sync_interval: Duration,
}

/// A segment, by its number: a higher one is a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Segment(pub(crate) u32);

/// A point to append.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) series: SeriesId,
    /// The series' name, which is written where a segment meets the series first.
    pub(crate) name: &'a str,
    /// Seconds since the epoch.
    pub(crate) timestamp: u32,
    pub(crate) value: f64,
}

/// A point that an earlier run has appended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Replayed<'a> {
    pub(crate) name: &'a str,
    pub(crate) timestamp: u32,
    /// The time it was accepted at, as [`Journal::append`] was told.
    pub(crate) at: u32,
    pub(crate) value: f64,
    /// Where it stands: this segment may not be trimmed before the point is elsewhere.
    pub(crate) segment: Segment,
}

/// What was found when a journal was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReplayReport {
    pub(crate) segments: u64,
    pub(crate) blocks: u64,
    pub(crate) points: u64,
    pub(crate) bytes: u64,
    /// Segments whose last block was not written to its end, which is what a crash leaves, and the bytes
    /// that were cut off.
    pub(crate) torn: u64,
    pub(crate) torn_bytes: u64,
    /// Segments that were damaged, the first of them named. Nothing after the damage was replayed.
    pub(crate) damaged: u64,
    pub(crate) damages: Vec<Damage>,
}

/// A segment that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The file's name.
    pub(crate) file: String,
    /// Where it begins, and how many bytes were not read because of it.
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    /// What is wrong.
    pub(crate) reason: String,
    /// The name of the file that keeps these bytes now, if it could be made.
    pub(crate) kept_as: Option<String>,
}

/// How a journal is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JournalStatus {
    pub(crate) segments: usize,
    pub(crate) bytes: u64,
    /// Points appended in this run, and those that could not be.
    pub(crate) appended: u64,
    pub(crate) unappended: u64,
    pub(crate) syncs: u64,
    pub(crate) failed_syncs: u64,
    /// Times that a segment nobody needs could not be removed for good.
    pub(crate) untrimmed: u64,
    /// Why [`Journal::commit`] would fail at this moment.
    pub(crate) trouble: Option<String>,
}

/// Points on disk, in the order in which they came. All methods may be called from any thread.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    appender: Mutex<Appender>,
    group: Group,
    /// Whether something was removed that may be there again after a crash.
    trimming: Mutex<bool>,
    high_water_at_start: u32,
    sync_interval: Duration,
}

impl Journal {
    /// Opens the journal of a folder, which is made where there is none, and gives back every point in
    /// it, in the order in which they were appended. What is given back stays until it is trimmed.
    /// Takes as much memory as one segment has names, and a block.
    ///
    /// # Errors
    /// The folder cannot be made or read. A full disk is no error here: [`Journal::append`] says so.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: JournalOptions,
        mut each: impl FnMut(Replayed<'_>),
    ) -> io::Result<(Self, ReplayReport)> {
        let found = replay::replay(&*disk, folder, &mut each)?;
        let sync_interval = options.sync_interval;
        let appender = Appender::new(Arc::clone(&disk), folder, options, &found);
        let journal = Self {
            disk,
            folder: folder.to_owned(),
            appender: Mutex::new(appender),
            group: Group::default(),
            trimming: Mutex::default(),
            high_water_at_start: found.high_water,
            sync_interval,
        };
        // Whatever is wrong now is told when something is appended.
        if journal.roll().and_then(|_| journal.commit()).is_ok() {
            journal.trim(found.oldest_needed.unwrap_or_else(|| journal.current()));
        }
        Ok((journal, found.report))
    }

    /// Appends points that were accepted at `at` (seconds). The answer is the oldest segment that holds
    /// one of them.
    ///
    /// Takes 20 ns a point in batches of a thousand, and one write for every 16,384 of them.
    ///
    /// # Errors
    /// The points do not count as appended (a crash may bring some back all the same), and
    /// [`Journal::commit`] fails until a later append has worked and was confirmed. Whoever wants them
    /// there appends them again, with all later points of the same series after them: of two points of
    /// one slot the one that was appended last holds.
    pub(crate) fn append(&self, entries: &[Entry<'_>], at: u32) -> io::Result<Segment> {
        let mut appender = lock(&self.appender);
        let appended = appender.append(entries, at);
        if appended.is_err() {
            appender.count_unappended(entries.len());
        }
        appended
    }

    /// The same for points that were appended before, or in vain: each counts once as one that could not be.
    pub(crate) fn append_again(&self, entries: &[Entry<'_>], at: u32) -> io::Result<Segment> {
        lock(&self.appender).append(entries, at)
    }

    /// Waits until the disk has confirmed everything that was appended before. Whoever comes while
    /// another one waits is served by the same or the next confirmation.
    ///
    /// # Errors
    /// It has not, or there are points of others that are not safe: some could not be appended, or are in
    /// a [`Journal::doubtful`] segment.
    pub(crate) fn commit(&self) -> io::Result<()> {
        self.group.commit(&self.appender, &*self.disk, &self.folder)
    }

    /// Segments that the disk has refused to confirm: what was appended to them since they were last
    /// confirmed may not be there after a crash, whatever the disk says later. [`Journal::commit`] fails
    /// until they are trimmed, or settled.
    pub(crate) fn doubtful(&self) -> Vec<Segment> {
        lock(&self.appender).doubtful()
    }

    /// Says that every point of a doubtful segment that is still needed was appended again.
    pub(crate) fn settle(&self, segment: Segment) {
        lock(&self.appender).settle(segment);
    }

    /// Removes the segments before this one: no point in them is needed any more. They go oldest first,
    /// each for good before the next, so that what a crash leaves has no gap.
    ///
    /// One stays, however old, as long as no newer one is confirmed: the high-water mark is kept in it.
    pub(crate) fn trim(&self, oldest_needed: Segment) {
        let mut is_unconfirmed = lock(&self.trimming);
        loop {
            if *is_unconfirmed && self.disk.sync_folder(&self.folder).is_err() {
                return lock(&self.appender).count_untrimmed();
            }
            *is_unconfirmed = false;
            let oldest = lock(&self.appender).take_oldest(oldest_needed);
            let Some((segment, older)) = oldest else { return };
            let path = self.folder.join(segment.file_name(older.is_marked));
            let removed = if older.is_precious {
                self.disk.rename(&path, &self.folder.join(replay::aside_name(segment)))
            } else {
                self.disk.remove(&path)
            };
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let mut appender = lock(&self.appender);
                    appender.put_back(segment, older);
                    return appender.count_untrimmed();
                }
                _ => *is_unconfirmed = true,
            }
        }
    }

    /// Begins a new segment, so that all points until now are in older ones. After the last one of a run
    /// was committed and everything before it trimmed, it is all that is left.
    ///
    /// # Errors
    /// It could not be begun; the newest one is appended to as before.
    pub(crate) fn roll(&self) -> io::Result<Segment> {
        let mut appender = lock(&self.appender);
        appender.begin()?;
        Ok(appender.current())
    }

    /// The segment that is appended to, or was last.
    pub(crate) fn current(&self) -> Segment {
        lock(&self.appender).current()
    }

    /// Bytes of all segments.
    pub(crate) fn bytes(&self) -> u64 {
        lock(&self.appender).bytes()
    }

    /// The newest timestamp that was ever given to this journal, this run's among them; 0 if there is
    /// none. What could not be appended counts, too: it goes on to its file.
    #[cfg(test)]
    pub(crate) fn high_water(&self) -> u32 {
        lock(&self.appender).high_water()
    }

    /// The same as it was when the journal was opened.
    pub(crate) fn high_water_at_start(&self) -> u32 {
        self.high_water_at_start
    }

    pub(crate) fn status(&self) -> JournalStatus {
        lock(&self.appender).status()
    }
}

impl Segment {
    /// The name of its file; another one where the disk did not confirm what is in it.
    fn file_name(self, is_marked: bool) -> String {
        format!("{self}{}", if is_marked { replay::DOUBTFUL } else { "" })
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

/// Locks, whatever became of the thread that held it last.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
