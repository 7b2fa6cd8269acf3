//! The journal: points on disk before they are acknowledged, and given back after whatever ended the
//! last run. It knows names, numbers and a disk; may not know Whisper, the cache or a clock. Data comes
//! from the local store's intake and goes back to it when the store is opened.
//!
//! Segments are files of a folder, each readable without the others. `append` adds a block to the newest
//! one; `commit` has the disk confirm it; `trim` removes the ones whose points are elsewhere by then.

mod disk;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::disk::{Disk, DiskFile, RealDisk};

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
    /// Why [`Journal::commit`] would fail at this moment.
    pub(crate) trouble: Option<String>,
}

/// Points on disk, in the order in which they came. All methods may be called from any thread.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
}

impl Journal {
    /// Opens the journal of a folder, which is made where there is none, and gives back every point in
    /// it, in the order in which they were appended. What is given back stays until it is trimmed.
    ///
    /// # Errors
    /// The folder cannot be made or read. A full disk is no error here: [`Journal::append`] says so.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: JournalOptions,
        each: impl FnMut(Replayed<'_>),
    ) -> io::Result<(Self, ReplayReport)> {
        let _ = (folder, options, each);
        Ok((Self { disk }, ReplayReport::default()))
    }

    /// Appends points that were accepted at `at` (seconds). The answer is the oldest segment that holds
    /// one of them.
    ///
    /// # Errors
    /// The points are not in the journal, and [`Journal::commit`] fails until a later append has worked
    /// and was committed. Whoever wants them there appends them again, with all later points of the same
    /// series after them, because of two points of one slot the one that was appended last holds.
    pub(crate) fn append(&self, entries: &[Entry<'_>], at: u32) -> io::Result<Segment> {
        let _ = (entries, at);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits until the disk has confirmed everything that was appended before. Whoever comes while
    /// another one waits is served by the same or the next confirmation.
    ///
    /// # Errors
    /// It has not. What is in a [`Journal::doubtful`] segment may be lost by a crash from now on.
    pub(crate) fn commit(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Segments that the disk has refused to confirm: what was appended to them since they were last
    /// confirmed may not be there, whatever the disk says later. [`Journal::commit`] fails until they are
    /// trimmed, or settled.
    pub(crate) fn doubtful(&self) -> Vec<Segment> {
        Vec::new()
    }

    /// Says that every point of a doubtful segment that is still needed was appended again.
    pub(crate) fn settle(&self, segment: Segment) {
        let _ = segment;
    }

    /// Removes the segments before this one: no point in them is needed any more.
    pub(crate) fn trim(&self, oldest_needed: Segment) {
        let _ = oldest_needed;
    }

    /// Begins a new segment, so that all points until now are in older ones.
    pub(crate) fn roll(&self) -> io::Result<Segment> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Forgets that a segment has met this series: its number is another one's from now on.
    pub(crate) fn forget(&self, series: SeriesId) {
        let _ = series;
    }

    /// The segment that is appended to, or was last.
    pub(crate) fn current(&self) -> Segment {
        Segment(0)
    }

    /// Bytes of all segments.
    pub(crate) fn bytes(&self) -> u64 {
        0
    }

    /// The newest timestamp that was ever given to this journal, this run's among them; 0 if there is none.
    pub(crate) fn high_water(&self) -> u32 {
        0
    }

    /// The same as it was when the journal was opened.
    pub(crate) fn high_water_at_start(&self) -> u32 {
        0
    }

    pub(crate) fn status(&self) -> JournalStatus {
        JournalStatus::default()
    }
}

/// A thread that commits every `sync_interval`; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Syncer;

impl Syncer {
    /// Starts it.
    pub(crate) fn start(journal: &Arc<Journal>) -> io::Result<Self> {
        let _ = journal;
        Ok(Self)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}
