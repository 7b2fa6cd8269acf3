//! The names and their log together: what is learnt is written down within a second, what a start reads
//! is compared with the folder in the background.

mod block;
mod files;
mod log;
mod reconcile;
mod snapshot;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::index::{Index, SeriesId};
use super::open_files::lock;
use super::scan::{PassedOver, scan};
use crate::limits::NAMES_LOG_PAUSE;
use files::{Files, Folder};
use log::NamesLog;
use reconcile::Reconcile;

/// The folder of the log, which is hidden, so that no series can have its name.
pub(crate) const NAMES_FOLDER: &str = ".names";

/// The index of a data folder, and its log.
///
/// Whatever is put into the index or taken out of it is told to the log by a thread of its own. Nothing of
/// the log's failures reaches whoever uses the index: they are counted, told in the process's log once,
/// and tried again. Without the log the next start takes longer, as it reads the folder, and does not know
/// the names of series with tags whose files are named by a digest: see [`Names::sync`].
#[derive(Debug)]
pub(crate) struct Names {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Asks whether a series whose file is gone may be forgotten. It calls the function it is given if no
/// point of the series waits in the cache or the journal, and nothing that goes by its number is under way,
/// and keeps it so until the function returns, which says whether it is forgotten; and does not call it
/// otherwise. It holds no lock on the index.
pub(crate) type MayForget = Box<dyn Fn(SeriesId, &mut dyn FnMut() -> bool) + Send>;

/// What happened to the names and their log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NamesStats {
    /// Times that the log could not be written. What it did not take is tried again each second.
    pub failures: u64,
    /// Bytes at the end of the log that a crash had torn.
    pub torn_bytes: u64,
    /// Files of the log that were found damaged.
    pub damaged: u64,
    /// Names that the folder had and the log had not.
    pub found: u64,
    /// Names that the log had, and whose file is gone.
    pub forgotten: u64,
    /// Times that all names were written anew.
    pub snapshots: u64,
}

impl NamesStats {
    /// All of them, by the names they have in `/status`.
    pub(crate) fn numbers(self) -> [(&'static str, u64); 6] {
        let Self { failures, torn_bytes, damaged, found, forgotten, snapshots } = self;
        [
            ("names_failures", failures),
            ("names_torn_bytes", torn_bytes),
            ("names_damaged", damaged),
            ("names_found", found),
            ("names_forgotten", forgotten),
            ("names_snapshots", snapshots),
        ]
    }
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    index: RwLock<Index>,
    /// Taken before the index's lock.
    log: Mutex<NamesLog>,
    orders: Mutex<Orders>,
    ordered: Condvar,
    counts: Counts,
}

#[derive(Default)]
struct Orders {
    stop: bool,
    reconcile: Option<Reconcile>,
    /// From the order until there is nothing left to do for it.
    is_reconciling: bool,
}

impl std::fmt::Debug for Orders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Orders").field("stop", &self.stop).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Counts {
    failures: AtomicU64,
    torn_bytes: AtomicU64,
    damaged: AtomicU64,
    found: AtomicU64,
    forgotten: AtomicU64,
    snapshots: AtomicU64,
}

/// What opening has found.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) names: Names,
    /// What a scan has passed over, where there was one, because the log did not tell all.
    pub(crate) passed_over: Option<PassedOver>,
}

impl Names {
    /// Reads the log of a data folder, and where there is none that tells all, the folder itself.
    /// A million names take one to three seconds from the log and ten from the folder.
    ///
    /// Fails only where the folder cannot be read.
    pub(crate) fn open(folder: &Path, series_max: usize) -> io::Result<Opened> {
        let files: Box<dyn Files> = Box::new(Folder::new(folder.join(NAMES_FOLDER)));
        Self::open_with(files, folder, series_max)
    }

    fn open_with(files: Box<dyn Files>, folder: &Path, series_max: usize) -> io::Result<Opened> {
        let mut index = Index::new(series_max);
        let (log, loaded) = NamesLog::open(files, &mut index);
        let logged_end = index.ids_end();
        if loaded.torn_bytes > 0 || loaded.damaged > 0 || loaded.refused > 0 {
            tracing::warn!(folder = %folder.display(), ?loaded, "the log of names is damaged");
        }
        let passed_over = if loaded.is_complete { None } else { Some(scan(folder, &mut index)?) };
        index.record_changes();
        let counts = Counts::default();
        counts.torn_bytes.store(loaded.torn_bytes, Ordering::Relaxed);
        counts.damaged.store(loaded.damaged as u64, Ordering::Relaxed);
        let found = if loaded.is_complete { 0 } else { index.ids_end() - logged_end };
        counts.found.store(found as u64, Ordering::Relaxed);
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            index: RwLock::new(index),
            log: Mutex::new(log),
            orders: Mutex::default(),
            ordered: Condvar::new(),
            counts,
        });
        let thread = thread::Builder::new().name("names".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run()
        })?;
        Ok(Opened { names: Self { shared, thread: Some(thread) }, passed_over })
    }

    /// Compares the names with the folder, in the background and with pauses: those that are missing are
    /// learnt, and those that the log had told, and whose file is gone, forgotten if `may_forget` allows.
    /// To be called once the journal is replayed, as what it holds may have no file yet.
    pub(crate) fn reconcile(&self, may_forget: MayForget) -> io::Result<()> {
        let reconcile = Reconcile::start(&self.shared.folder, &self.index(), may_forget)?;
        let mut orders = lock(&self.shared.orders);
        (orders.reconcile, orders.is_reconciling) = (Some(reconcile), true);
        drop(orders);
        self.shared.ordered.notify_all();
        Ok(())
    }

    /// The names, for those who only read. Others may, too, meanwhile.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.shared.index()
    }

    /// The names, for one who changes them.
    pub(crate) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.shared.index_mut()
    }

    /// Waits until all names that are known now are safe from a crash. Costs nothing where they are. To be
    /// called before the file of a series with tags is made, which would be nobody's without its name.
    ///
    /// # Errors
    /// They are not: what the disk said.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.shared.sync()
    }

    /// Waits until the folder is compared.
    #[cfg(test)]
    pub(super) fn wait_until_reconciled(&self) {
        let orders = lock(&self.shared.orders);
        let is_under_way = |orders: &mut Orders| orders.is_reconciling;
        let deadline = Duration::from_secs(30);
        let waited = self.shared.ordered.wait_timeout_while(orders, deadline, is_under_way);
        assert!(!waited.unwrap().1.timed_out(), "the folder is still being compared");
    }

    /// What has happened so far.
    pub(crate) fn stats(&self) -> NamesStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { failures, torn_bytes, damaged, found, forgotten, snapshots } =
            &self.shared.counts;
        NamesStats {
            failures: read(failures),
            torn_bytes: read(torn_bytes),
            damaged: read(damaged),
            found: read(found),
            forgotten: read(forgotten),
            snapshots: read(snapshots),
        }
    }
}

impl Drop for Names {
    /// Ends the thread, which writes what is left.
    fn drop(&mut self) {
        lock(&self.shared.orders).stop = true;
        self.shared.ordered.notify_all();
        if let Some(thread) = self.thread.take() {
            // One that has panicked has said so.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread: writes what was learnt each second, and goes through the folder between.
    fn run(&self) {
        let (mut is_failing, mut pause) = (false, NAMES_LOG_PAUSE);
        let mut next_sync = Instant::now();
        loop {
            let orders = lock(&self.orders);
            let awaited = |orders: &mut Orders| !orders.stop && orders.reconcile.is_none();
            let is_at_work = orders.reconcile.is_some();
            let mut orders = if is_at_work {
                let stopped = |orders: &mut Orders| !orders.stop;
                self.ordered.wait_timeout_while(orders, pause, stopped)
            } else {
                self.ordered.wait_timeout_while(orders, pause, awaited)
            }
            .map_or_else(|poisoned| poisoned.into_inner().0, |(orders, _)| orders);
            let stop = orders.stop;
            let reconcile = orders.reconcile.take();
            drop(orders);
            if stop || Instant::now() >= next_sync {
                let synced = self.sync();
                if let Err(error) = &synced
                    && !is_failing
                {
                    tracing::warn!(%error, "the log of names cannot be written; it is tried again");
                }
                is_failing = synced.is_err();
                next_sync = Instant::now() + NAMES_LOG_PAUSE;
            }
            if stop {
                return;
            }
            pause = next_sync.saturating_duration_since(Instant::now());
            if let Some(reconcile) = reconcile {
                pause = self.reconcile_step(reconcile).min(pause.max(Duration::from_millis(1)));
            }
        }
    }

    /// One step, and how long to rest after it.
    fn reconcile_step(&self, mut reconcile: Reconcile) -> Duration {
        let before = Instant::now();
        let is_done = reconcile.step(self);
        if is_done {
            reconcile.report(self);
        }
        let mut orders = lock(&self.orders);
        // It may have been asked for anew meanwhile.
        if !is_done && orders.reconcile.is_none() {
            orders.reconcile = Some(reconcile);
        }
        orders.is_reconciling = orders.reconcile.is_some();
        drop(orders);
        self.ordered.notify_all();
        before.elapsed().min(crate::limits::NAMES_SCAN_PAUSE_MAX)
    }

    fn sync(&self) -> io::Result<()> {
        let mut log = lock(&self.log);
        let synced = self.sync_locked(&mut log);
        if synced.is_err() {
            self.counts.failures.fetch_add(1, Ordering::Relaxed);
        }
        synced
    }

    fn sync_locked(&self, log: &mut NamesLog) -> io::Result<()> {
        let changes = self.index_mut().take_changes();
        if changes.is_nothing() && log.is_blank() && self.index().len() == 0 {
            return Ok(());
        }
        let written = log.append(&changes).and_then(|()| log.sync());
        if !log.is_snapshot_due() {
            return written;
        }
        let is_safe = written.is_ok();
        let snapshot = log.write_snapshot(&self.index);
        self.counts.snapshots.fetch_add(u64::from(snapshot.is_ok()), Ordering::Relaxed);
        // A tail that is merely long has all there is.
        if is_safe { Ok(()) } else { snapshot }
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
