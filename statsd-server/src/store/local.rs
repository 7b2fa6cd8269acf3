//! Series in a folder of Whisper files, as Graphite's tools read and write them.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::RwLockReadGuard;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use statsd_whisper::{Outcome, Whisper};

use super::folder_lock::lock_folder;
use super::glob::Glob;
use super::index::Index;
use super::log_limit::{LogLimit, Permit};
use super::merge::update;
use super::name::{NameError, SeriesName};
use super::names::{Names, Opened};
use super::open_files::{OpenFiles, lock, open_if_there};
use super::schema::{Schema, schema};
use super::tagged_find::find_tagged;
use super::{
    Fetched, NamesStats, Node, Store, StoreError, StoreOptions, TagCount, TagExpression, Write,
    Written,
};
use crate::limits::OPEN_FILES_MAX;

/// Characters of a name that the log shows: names come from outside, and may be as long as a packet.
const LOGGED_NAME_MAX_CHARS: usize = 128;

/// Bytes that tell whether the disk takes any: a block of most file systems.
const PROBE_BYTES: usize = 4_096;

/// A [`Store`] in a local folder.
///
/// Each series has a lock of its own, so a read waits for one point of a batch at most, and only
/// where both name the same series. A file that is removed or replaced from outside is noticed at its
/// next use.
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
    folder: PathBuf,
    /// Nanoseconds.
    flush_interval: AtomicU64,
    names: Names,
    files: OpenFiles,
    log_limit: LogLimit,
    /// The lock on the folder, held as long as this is open.
    _lock: fs_err::File,
}

/// Why a folder cannot hold a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another store of this one, has it.
    #[error("data folder {} is in use by another server", .0.display())]
    InUse(PathBuf),
    /// It cannot be created, written or read.
    #[error("cannot use data folder {}: {source}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

/// Why a point does not stand in the store.
#[derive(Debug, thiserror::Error)]
enum NotStored {
    #[error("its name cannot be stored")]
    Name(#[from] NameError),
    #[error("the store holds all the series that it may")]
    Full,
    #[error("{0} is not a finite number")]
    NotFinite(f64),
    #[error("its timestamp {0} lies in the future")]
    Future(i64),
    #[error("its timestamp {0} is older than what is kept")]
    TooOld(i64),
    #[error("its folder cannot be created")]
    Folder(#[from] io::Error),
    #[error("its file cannot be written")]
    File(#[from] statsd_whisper::Error),
}

impl LocalStore {
    /// Opens a data folder, or creates it, and reads the names of all series: from their log in `.names`,
    /// which takes a second for a million, and else from the folder, ten seconds. What the log does not know
    /// is found in the background. Series created from now on have archives that fit the flush interval.
    ///
    /// Fails where the folder cannot be made or read, and where another server has it: the lock is on
    /// the file `.lock` in it.
    pub fn open(folder: impl Into<PathBuf>, options: StoreOptions) -> Result<Self, OpenError> {
        let StoreOptions { flush_interval, series_max } = options;
        Self::open_bounded(folder.into(), flush_interval, series_max, OPEN_FILES_MAX)
    }

    /// How many series there are. Takes the index's lock.
    pub fn series(&self) -> usize {
        self.index().len()
    }

    /// What happened to the names and their log since this was opened.
    pub fn names_stats(&self) -> NamesStats {
        self.names.stats()
    }

    fn open_bounded(
        folder: PathBuf,
        flush_interval: Duration,
        series_max: usize,
        open_files_max: usize,
    ) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Folder { folder: folder.clone(), source };
        let in_use = || OpenError::InUse(folder.clone());
        let lock = lock_folder(&folder).map_err(failed)?.ok_or_else(in_use)?;
        let Opened { names, passed_over } = Names::open(&folder, series_max).map_err(failed)?;
        let series = names.index().len();
        tracing::info!(folder = %folder.display(), series, ?passed_over, "data folder is open");
        if passed_over.is_none() {
            // A file is made before its name is learnt, so no name without one is about to get it.
            names.reconcile(Box::new(|_id, forget| forget())).map_err(failed)?;
        }
        if passed_over.is_some_and(|passed_over| passed_over.over_limit > 0) {
            tracing::warn!(series_max, "the data folder holds more series than can be found");
        }
        Ok(Self {
            folder,
            flush_interval: AtomicU64::new(nanos(flush_interval)),
            names,
            files: OpenFiles::new(open_files_max),
            log_limit: LogLimit::default(),
            _lock: lock,
        })
    }

    /// Writes a point. A name that is not in the index yet is added to `fresh`.
    fn write_point<'a>(
        &self,
        write: &Write<'a>,
        now: i64,
        fresh: &mut Fresh<'a>,
    ) -> Result<(), NotStored> {
        let name = SeriesName::parse(write.series)?;
        if !write.value.is_finite() {
            return Err(NotStored::NotFinite(write.value));
        }
        let mut known = self.index().contains(&name);
        if !known && !self.index().has_room(fresh.names.len() + 1) {
            // The fresh names may hold this one, or one twice.
            self.learn_all(fresh);
            known = self.index().contains(&name);
            if !known && self.index().is_full() {
                return Err(NotStored::Full);
            }
        }
        let path = self.path_of(&name);
        let file = self.files.get(name.as_str());
        let mut open = lock(&file);
        let (file, is_new) = match open_if_there(&mut open, &path)? {
            Some(file) => (file, false),
            None => (open.insert(self.create(&name, &path, write.timestamp, now)?), true),
        };
        // Under the series' lock, so that of two writers one has made it.
        fresh.created += usize::from(is_new);
        if !known {
            fresh.names.push(name);
        }
        match update(file, write, self.flush_interval(), now)? {
            Outcome::Written => Ok(()),
            Outcome::Future => Err(NotStored::Future(write.timestamp)),
            Outcome::TooOld => Err(NotStored::TooOld(write.timestamp)),
        }
    }

    /// Creates a series' file, unless the point to be written could not stand in it.
    fn create(
        &self,
        name: &SeriesName<'_>,
        path: &Path,
        timestamp: i64,
        now: i64,
    ) -> Result<Whisper, NotStored> {
        let Schema { archives, method, x_files_factor } =
            schema(name.as_str(), self.flush_interval());
        let kept = archives.iter().map(|archive| archive.seconds()).max().unwrap_or_default();
        match u64::try_from(now.saturating_sub(timestamp)) {
            Err(_) => return Err(NotStored::Future(timestamp)),
            Ok(age) if age >= kept => return Err(NotStored::TooOld(timestamp)),
            Ok(_) => {}
        }
        if name.is_tagged() {
            // Without its name, the file would be nobody's.
            self.learn(name);
            self.names.sync()?;
        }
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        Ok(Whisper::create(path, &archives, method, x_files_factor)?)
    }

    fn report(&self, series: &str, error: &NotStored, now: i64) {
        // Cut before it is remembered, too.
        let end = series.char_indices().nth(LOGGED_NAME_MAX_CHARS).map_or(series.len(), |(i, _)| i);
        let series = &series[..end];
        let permit = self.log_limit.ask(series, now);
        if permit != Permit::Silent {
            let error: &dyn Error = error;
            tracing::warn!(?series, error, "point not stored");
        }
        if permit == Permit::LogLast {
            tracing::warn!("no more of these in this minute; all are counted");
        }
    }

    /// Whether there is such a series. A file that appeared from elsewhere is learnt here.
    fn knows(&self, name: &SeriesName<'_>) -> bool {
        if self.index().contains(name) {
            return true;
        }
        let is_there = self.path_of(name).is_file();
        if is_there {
            self.learn(name);
        }
        is_there
    }

    fn flush_interval(&self) -> Duration {
        Duration::from_nanos(self.flush_interval.load(Ordering::Relaxed))
    }

    fn learn(&self, name: &SeriesName<'_>) {
        self.names.index_mut().insert(name);
    }

    /// Adds a batch's new names under one lock: each further one would wait for the finds that were
    /// asked for meanwhile.
    fn learn_all(&self, fresh: &mut Fresh<'_>) {
        if fresh.names.is_empty() {
            return;
        }
        let mut index = self.names.index_mut();
        for name in fresh.names.drain(..) {
            index.insert(&name);
        }
    }

    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.names.index()
    }

    fn path_of(&self, name: &SeriesName<'_>) -> PathBuf {
        self.folder.join(name.relative_path())
    }
}

/// What a batch has seen for the first time.
#[derive(Default)]
struct Fresh<'a> {
    /// Names that are not in the index yet.
    names: Vec<SeriesName<'a>>,
    /// Files that were made.
    created: usize,
}

impl Store for LocalStore {
    fn write(&self, batch: &[Write<'_>], now: i64) -> Written {
        let mut written = Written::default();
        let mut fresh = Fresh::default();
        for write in batch {
            match self.write_point(write, now, &mut fresh) {
                Ok(()) => written.points += 1,
                Err(error) => {
                    match error {
                        NotStored::Folder(_) | NotStored::File(_) => written.failed += 1,
                        _ => written.refused += 1,
                    }
                    self.report(write.series, &error, now);
                }
            }
        }
        self.learn_all(&mut fresh);
        written.created = fresh.created;
        written
    }

    /// Writes a file and removes it.
    fn check(&self) -> io::Result<()> {
        let path = self.folder.join(".probe");
        let written = fs_err::write(&path, [0; PROBE_BYTES]);
        // A full disk may leave a part of it.
        let removed = fs_err::remove_file(&path);
        written.and(removed)
    }

    fn set_flush_interval(&self, interval: Duration) {
        self.flush_interval.store(nanos(interval), Ordering::Relaxed);
    }

    fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        let glob = Glob::new(pattern)?;
        if let Some(literal) = glob.literal()
            && let Ok(name) = SeriesName::parse(&literal)
        {
            self.knows(&name);
        }
        self.index().find(&glob, limit)
    }

    fn find_tagged(
        &self,
        expressions: &[TagExpression],
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        find_tagged(&self.index(), expressions, limit)
    }

    fn tags(&self, filter: Option<&str>, limit: usize) -> Result<Vec<TagCount>, StoreError> {
        self.index().tags().tags(filter, limit)
    }

    fn tag_values(
        &self,
        tag: &str,
        filter: Option<&str>,
        limit: usize,
    ) -> Result<Vec<TagCount>, StoreError> {
        self.index().tags().values(tag, filter, limit)
    }

    fn fetch(
        &self,
        series: &str,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        let Ok(name) = SeriesName::parse(series) else { return Ok(None) };
        if from > until || !self.knows(&name) {
            return Ok(None);
        }
        let path = self.path_of(&name);
        let file = self.files.get(name.as_str());
        let mut open = lock(&file);
        let fetched = match open_if_there(&mut open, &path) {
            Ok(Some(file)) => file.fetch(from, until, now),
            Ok(None) => Ok(None),
            // A file that may be read and not written is not kept open, as the next use may be a write.
            Err(_) => Whisper::open_read_only(&path).and_then(|file| file.fetch(from, until, now)),
        };
        match fetched {
            Ok(fetched) => Ok(fetched.map(Fetched::from)),
            Err(source) => Err(StoreError::Read { series: name.as_str().to_owned(), source }),
        }
    }
}

impl From<statsd_whisper::Fetched> for Fetched {
    fn from(fetched: statsd_whisper::Fetched) -> Self {
        let statsd_whisper::Fetched { start, step, values } = fetched;
        Self { start, step, values }
    }
}

fn nanos(interval: Duration) -> u64 {
    u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
