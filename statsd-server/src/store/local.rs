//! Series in a folder of Whisper files, as Graphite's tools read and write them.
//!
//! A point goes from the [`intake`] into the journal and the cache, where reads find it, and some time
//! later, together with those that follow it, by the [`persister`] into its file.

mod error;
mod failing;
mod file_systems;
mod intake;
mod journaling;
mod pace;
mod persister;
mod premises;
mod reads;
mod rolling;
mod series_file;
mod worker;

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use super::folder_lock::lock_folder;
use super::index::{Index, SeriesId};
use super::journal::Journal;
use super::log_limit::{LogLimit, Permit};
use super::name::SeriesName;
use super::names::{Names, NamesStats, Opened};
use super::open_files::{OpenFiles, lock};
use super::schema::Schemas;
use super::tagged_find::find_tagged;
use super::upkeep::{Upkeep, recover};
use super::{
    Drift, Fetched, Node, Store, StoreError, StoreOptions, StoreStatus, TagCount, TagExpression,
    UpkeepOptions, UpkeepReport, Write, Written,
};
use crate::limits::STORE_DEADLINE;
use error::NotStored;
use file_systems::FileSystems;
use intake::Intake;
use persister::Counts;
use worker::Worker;

pub use error::OpenError;

/// Characters of a name that the log shows: names come from outside, and may be as long as a packet.
const LOGGED_NAME_MAX_CHARS: usize = 128;

/// Bytes that tell whether the disk takes any: a block of most file systems.
const PROBE_BYTES: usize = 4_096;

/// A [`Store`] in a local folder.
///
/// What [`Store::write`] has taken can be found and fetched at once. Its files are written by a thread
/// that [`LocalStore::start`] starts; without it when points fill the memory they may take, and at the
/// end. Each series has a lock of its own, so a read waits for a write of the same series at most. A file
/// that is removed or replaced from outside is noticed at its next use.
///
/// ```
/// use std::time::Duration;
///
/// use statsd_server::store::{LocalStore, Merge, Store, StoreOptions, Write};
///
/// let folder = tempfile::tempdir()?;
/// let store = LocalStore::open(folder.path(), StoreOptions::new(Duration::from_secs(10)))?;
/// let now = 1_700_000_000;
/// let point = Write { series: "stats.users", timestamp: now, value: 4.0, merge: Merge::Replace };
/// assert_eq!(store.write(&[point], now).points, 1);
///
/// let fetched = store.fetch("stats.users", now - 10, now, now)?.expect("written above");
/// assert_eq!(fetched.values, [Some(4.0)]);
/// assert!(store.find("stats.*", 10)?[0].leaf);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LocalStore {
    inner: Arc<Inner>,
    worker: Mutex<Option<Worker>>,
}

/// What the store and its thread share.
#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    options: StoreOptions,
    /// Nanoseconds.
    flush_interval: AtomicU64,
    /// Nanoseconds.
    write_after: AtomicU64,
    schemas: RwLock<Arc<Schemas>>,
    upkeep: Upkeep,
    // Locks are taken in this order: a series' file, the intake, the index.
    files: OpenFiles,
    intake: Arc<Mutex<Intake>>,
    names: Names,
    /// None while it is replayed, and where there is to be none.
    journal: OnceLock<Arc<Journal>>,
    file_systems: FileSystems,
    /// The oldest segment of the journal after it was trimmed last.
    trimmed: AtomicU32,
    newest_segment: Mutex<journaling::NewestSegment>,
    counts: Counts,
    log_limit: LogLimit,
    #[cfg(test)]
    is_crashed: std::sync::atomic::AtomicBool,
    /// The lock on the folder, held as long as this is open.
    _lock: fs_err::File,
}

impl LocalStore {
    /// Opens a data folder, or creates it, and reads the names of all series: from their log in `.names`,
    /// which takes one to three seconds for a million, and else from the folder, ten seconds. What the log does not know
    /// is found in the background. Then come the points that an earlier run has left in its journal. Series
    /// created from now on have archives that fit the flush interval.
    ///
    /// Fails where the folder cannot be made or read, and where another server has it: the lock is on
    /// the file `.lock` in it.
    pub fn open(folder: impl Into<PathBuf>, options: StoreOptions) -> Result<Self, OpenError> {
        let folder = folder.into();
        let failed = |source| OpenError::Folder { folder: folder.clone(), source };
        let in_use = || OpenError::InUse(folder.clone());
        let lock = lock_folder(&folder).map_err(failed)?.ok_or_else(in_use)?;
        recover(&folder).map_err(failed)?;
        let Opened { names, passed_over } =
            Names::open(&folder, options.series_max).map_err(failed)?;
        let series = names.index().len();
        tracing::info!(folder = %folder.display(), series, ?passed_over, "data folder is open");
        let is_compared = passed_over.is_some();
        if passed_over.is_some_and(|passed_over| passed_over.over_limit > 0) {
            let series_max = options.series_max;
            tracing::warn!(series_max, "the data folder holds more series than can be found");
        }
        let has_journal = options.journal.is_some() || folder.join(journaling::FOLDER).exists();
        let inner = Inner {
            folder: folder.clone(),
            flush_interval: AtomicU64::new(nanos(options.flush_interval)),
            write_after: AtomicU64::new(nanos(options.write_after)),
            schemas: RwLock::new(Arc::new(options.schemas.clone())),
            upkeep: Upkeep::new(options.upkeep),
            files: OpenFiles::new(options.open_files_max),
            intake: Arc::default(),
            names,
            journal: OnceLock::new(),
            file_systems: FileSystems::new(has_journal),
            trimmed: AtomicU32::default(),
            newest_segment: Mutex::default(),
            counts: Counts::default(),
            log_limit: LogLimit::default(),
            options,
            #[cfg(test)]
            is_crashed: std::sync::atomic::AtomicBool::default(),
            _lock: lock,
        };
        inner.file_systems.learn_folder(&inner.folder);
        inner.open_journal().map_err(failed)?;
        if !is_compared {
            inner.names.reconcile(inner.may_forget()).map_err(failed)?;
        }
        Ok(Self { inner: Arc::new(inner), worker: Mutex::default() })
    }

    /// Starts the threads that write files and look after them. They ask `now` for the time, in seconds since the epoch.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(&self, now: impl Fn() -> i64 + Send + Sync + 'static) -> io::Result<()> {
        let worker = Worker::start(Arc::clone(&self.inner), now)?;
        lock(&self.worker).replace(worker);
        Ok(())
    }

    /// What happened to the names and their log since this was opened.
    pub fn names_stats(&self) -> NamesStats {
        self.inner.names.stats()
    }

    /// How many series there are. Takes the index's lock.
    pub fn series(&self) -> usize {
        self.inner.index().len()
    }

    /// Does what is to be done in one second to files that do not follow the schemas, to series gone stale
    /// and to the trash; the thread that [`LocalStore::start`] starts does it once a second.
    pub fn upkeep(&self, now: i64) {
        self.inner.upkeep.step(&*self.inner, now);
    }

    /// Writes all that waits to its files, and what was put off, where that is possible. Yields how many
    /// points still wait.
    pub fn persist_all(&self, now: i64) -> usize {
        self.inner.persist_all(now, || true)
    }

    /// Writes all points that wait to their files. The coarse values of minutes that are not over are put off
    /// still.
    pub fn persist_points(&self, now: i64) -> usize {
        self.inner.persist_points(now, || true)
    }
}

impl LocalStore {
    /// Ends as a process does that is killed: nothing is written any more.
    #[cfg(test)]
    fn crash(self) {
        drop(lock(&self.worker).take());
        self.inner.is_crashed.store(true, Ordering::Relaxed);
    }
}

impl Drop for LocalStore {
    fn drop(&mut self) {
        #[cfg(test)]
        if self.inner.is_crashed.load(Ordering::Relaxed) {
            return;
        }
        self.close(STORE_DEADLINE);
    }
}

impl Store for LocalStore {
    fn write(&self, batch: &[Write<'_>], now: i64) -> Written {
        self.inner.write(batch, now)
    }

    /// Writes a file and removes it.
    fn check(&self) -> io::Result<()> {
        let path = self.inner.folder.join(".probe");
        let written = fs_err::write(&path, [0; PROBE_BYTES]);
        // A full disk may leave a part of it.
        let removed = fs_err::remove_file(&path);
        written.and(removed)
    }

    fn commit(&self) -> io::Result<()> {
        self.inner.commit()
    }

    fn is_full(&self) -> bool {
        self.inner.is_full()
    }

    /// Reads the head of the file.
    fn aggregation_method(&self, series: &str) -> Option<&'static str> {
        self.inner.aggregation_method(series)
    }

    fn waiting(&self, series: &str) -> Vec<(i64, f64)> {
        self.inner.waiting(series)
    }

    fn status(&self, now: i64) -> Option<StoreStatus> {
        Some(self.inner.status(now))
    }

    fn set_flush_interval(&self, interval: Duration) {
        self.inner.flush_interval.store(nanos(interval), Ordering::Relaxed);
    }

    fn set_write_after(&self, write_after: Duration) {
        self.inner.write_after.store(nanos(write_after), Ordering::Relaxed);
    }

    fn set_schemas(&self, schemas: Schemas) {
        *self.inner.schemas.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(schemas);
        self.inner.upkeep.begin_anew(None);
    }

    fn set_upkeep(&self, options: UpkeepOptions) {
        self.inner.upkeep.begin_anew(Some(options));
    }

    fn upkeep_report(&self) -> Option<UpkeepReport> {
        Some(self.inner.upkeep.report())
    }

    fn drift(&self, after: Option<&str>, limit: usize) -> Vec<Drift> {
        self.inner.upkeep.drift(after, limit)
    }

    fn delete(&self, pattern: &str, limit: usize, now: i64) -> Result<Vec<String>, StoreError> {
        self.inner.delete(pattern, limit, now)
    }

    fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        self.inner.find(pattern, limit)
    }

    fn find_tagged(
        &self,
        expressions: &[TagExpression],
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        find_tagged(&self.inner.index(), expressions, limit)
    }

    fn tags(&self, filter: Option<&str>, limit: usize) -> Result<Vec<TagCount>, StoreError> {
        self.inner.index().tags().tags(filter, limit)
    }

    fn tag_values(
        &self,
        tag: &str,
        filter: Option<&str>,
        limit: usize,
    ) -> Result<Vec<TagCount>, StoreError> {
        self.inner.index().tags().values(tag, filter, limit)
    }

    fn fetch(
        &self,
        series: &str,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        self.inner.fetch(series, from, until, now)
    }

    fn close(&self, deadline: Duration) {
        let worker = lock(&self.worker).take();
        drop(worker);
        self.inner.close(deadline);
    }
}

impl Inner {
    fn flush_interval(&self) -> Duration {
        Duration::from_nanos(self.flush_interval.load(Ordering::Relaxed))
    }

    fn write_after(&self) -> Duration {
        Duration::from_nanos(self.write_after.load(Ordering::Relaxed))
    }

    fn schemas(&self) -> Arc<Schemas> {
        Arc::clone(&self.schemas.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.names.index_mut()
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.names.index()
    }

    /// Where the file of a series is; where there is none, where it will be.
    fn path_of(&self, name: &SeriesName<'_>) -> PathBuf {
        let (hashed, spelt) = name.places();
        let hashed = self.folder.join(hashed);
        let Some(spelt) = spelt.map(|path| self.folder.join(path)) else { return hashed };
        let is_hashed = self.options.tag_hash_filenames;
        let (first, other) = if is_hashed { (hashed, spelt) } else { (spelt, hashed) };
        if !first.exists() && other.exists() { other } else { first }
    }

    /// The name of a series; an empty one where its number is nobody's any more.
    fn name_of(&self, id: SeriesId) -> String {
        self.index().name(id).unwrap_or_default().to_owned()
    }

    /// Counts a point whose series would be one more than may be.
    fn no_room(&self) -> NotStored {
        self.counts.no_room.fetch_add(1, Ordering::Relaxed);
        NotStored::Full
    }

    fn report(&self, series: &str, error: &(dyn Error + 'static), now: i64) {
        // Cut before it is remembered, too.
        let end = series.char_indices().nth(LOGGED_NAME_MAX_CHARS).map_or(series.len(), |(i, _)| i);
        let series = &series[..end];
        let permit = self.log_limit.ask(series, now);
        if permit != Permit::Silent {
            tracing::warn!(?series, error, "point not stored");
        }
        if permit == Permit::LogLast {
            tracing::warn!("no more of these in this minute; all are counted");
        }
    }
}

fn nanos(interval: Duration) -> u64 {
    u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
