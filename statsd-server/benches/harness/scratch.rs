//! Folders for the files of a run: a new one for each cell, and none is removed before the run ends.
//!
//! ext4 without a journal does not give the inode of a removed file away for some minutes, and searches
//! on: after ten thousand files were removed, each that is created costs ten times as much, whoever
//! creates it.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use nix::unistd::syncfs;
use statsd_server::clock::{Clock as _, SystemClock};

/// How long a removed file may be felt.
const FELT_SECONDS: i64 = 300;

/// Threads that remove: where the file system tells the disk of each freed block, all of them wait for that.
const REMOVERS: usize = 16;

pub(crate) struct Scratch {
    root: PathBuf,
    run: PathBuf,
    folders: Cell<usize>,
    /// Locked while the run lasts, and says in Unix seconds when files were last removed.
    removed: File,
    removed_at: Option<i64>,
}

impl Scratch {
    /// Below cargo's target folder, for one run at a time.
    pub(crate) fn open() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch");
        Self::below(&root).map_err(|error| format!("{}: {error}", root.display()))
    }

    fn below(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let mut removed = File::options();
        removed.create(true).truncate(false).read(true).write(true);
        let mut removed = removed.open(root.join("removed"))?;
        removed.try_lock().map_err(|_| io::Error::other("another benchmark runs"))?;
        let mut text = String::new();
        removed.read_to_string(&mut text)?;
        let removed_at = text.trim().parse().ok();
        // A name of its own: what a killed run has left stays until this one ends.
        let run = tempfile::Builder::new().prefix("run-").tempdir_in(root)?.keep();
        Ok(Self { root: root.to_owned(), run, folders: Cell::new(0), removed, removed_at })
    }

    /// What a reader has to know of the time before this run.
    pub(crate) fn note(&self) -> Option<String> {
        let seconds = SystemClock.seconds() - self.removed_at?;
        (seconds < FELT_SECONDS).then(|| {
            format!(
                "Files were removed {seconds} s before this run: creating some may have cost more."
            )
        })
    }

    /// A new, empty folder. What is still to be written of those before is on the disk by then.
    pub(crate) fn folder(&self, name: &str) -> io::Result<PathBuf> {
        syncfs(&self.removed)?;
        self.folders.set(self.folders.get() + 1);
        let folder = self.run.join(format!("{}-{name}", self.folders.get()));
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Removes the folders of this run, and of those that were killed.
    fn remove(&mut self) -> io::Result<()> {
        // Before as well: it may be killed on the way.
        self.mark()?;
        let runs = folders_in(&self.root)?;
        let cells = runs.iter().map(|run| folders_in(run)).collect::<io::Result<Vec<_>>>()?;
        let cells = Mutex::new(cells.into_iter().flatten());
        let next = || cells.lock().ok()?.next();
        thread::scope(|scope| {
            let remove = || iter::from_fn(next).try_for_each(fs::remove_dir_all);
            let removers: Vec<_> = (0..REMOVERS).map(|_| scope.spawn(remove)).collect();
            let failed = |_| Err(io::Error::other("removing has panicked"));
            removers.into_iter().try_for_each(|remover| remover.join().unwrap_or_else(failed))
        })?;
        runs.iter().try_for_each(fs::remove_dir_all)?;
        self.mark()
    }

    /// Says that files are removed now.
    fn mark(&mut self) -> io::Result<()> {
        self.removed.set_len(0)?;
        self.removed.rewind()?;
        writeln!(self.removed, "{}", SystemClock.seconds())
    }
}

fn folders_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    paths.filter(|path| path.as_ref().map_or(true, |path| path.is_dir())).collect()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            let _nobody_may_look = writeln!(io::stderr(), "{}: {error}", self.root.display());
        }
    }
}
