//! Whisper files kept open from flush to flush, each behind a lock of its own.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use statsd_whisper::{ErrorKind, Whisper};

/// One series' file, shared by the threads that use it; nothing until the first has opened it.
pub(crate) type SeriesFile = Arc<Mutex<Option<Whisper>>>;

/// The files used last. The lock over all of them is held for a look-up, never for input or output.
#[derive(Debug)]
pub(crate) struct OpenFiles {
    max: usize,
    files: Mutex<Files>,
}

#[derive(Debug, Default)]
struct Files {
    by_series: HashMap<Box<str>, Entry>,
    /// Counts the look-ups, which is clock enough to say what was used last.
    turn: u64,
}

#[derive(Debug)]
struct Entry {
    file: SeriesFile,
    used: u64,
}

impl OpenFiles {
    /// Keeps up to `max` files, and over that only those which threads are using at the moment.
    pub(crate) fn new(max: usize) -> Self {
        Self { max, files: Mutex::default() }
    }

    /// The one place where a series' file is open or will be. Two threads always get the same.
    pub(crate) fn get(&self, series: &str) -> SeriesFile {
        let mut files = lock(&self.files);
        files.turn += 1;
        let used = files.turn;
        if let Some(entry) = files.by_series.get_mut(series) {
            entry.used = used;
            return Arc::clone(&entry.file);
        }
        if files.by_series.len() >= self.max {
            files.close_older_half();
        }
        let file = SeriesFile::default();
        files.by_series.insert(series.into(), Entry { file: Arc::clone(&file), used });
        file
    }
}

impl Files {
    /// Half at once, so that a look-up costs the same on average however many files there are.
    fn close_older_half(&mut self) {
        let mut used: Vec<u64> = self.by_series.values().map(|entry| entry.used).collect();
        used.sort_unstable();
        let Some(&median) = used.get(used.len() / 2) else { return };
        // A file in use must stay, or the next thread would open it a second time beside it.
        self.by_series.retain(|_, entry| entry.used > median || Arc::strong_count(&entry.file) > 1);
    }
}

/// Locks, whatever became of the thread that held it last: every change here is a single step, so
/// none can be left half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The open file if it is still the one at `path`, else that one. Nothing where none stands there, or
/// one without a byte, which is what a full disk leaves of other writers' files.
pub(super) fn open_if_there<'a>(
    open: &'a mut Option<Whisper>,
    path: &Path,
) -> Result<Option<&'a mut Whisper>, statsd_whisper::Error> {
    if open.as_ref().is_some_and(|file| file.is_replaced().unwrap_or(true)) {
        *open = None;
    }
    if open.is_none() {
        *open = match Whisper::open(path) {
            Ok(file) => Some(file),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Empty) => None,
            Err(error) => return Err(error),
        };
    }
    Ok(open.as_mut())
}

#[cfg(test)]
mod tests;
