//! Whisper files kept open from one use to the next, each behind a lock of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use statsd_whisper::Whisper;

use super::index::SeriesId;

/// One series' file, shared by the threads that use it; nothing until the first has opened it.
pub(crate) type SeriesFile = Arc<Mutex<Option<Whisper>>>;

/// The files of the series that are in use. The lock over all of them is held for a look-up, never for
/// input or output.
///
/// Where there are more series than files may be open, those that came first stay: files are written
/// in turn, and who closes the one that was not used for longest closes the one that is next.
#[derive(Debug)]
pub(crate) struct OpenFiles {
    max: usize,
    files: Mutex<Files>,
}

#[derive(Debug, Default)]
struct Files {
    by_series: HashMap<SeriesId, Entry>,
    /// Those over the bound; gone as soon as nobody uses them.
    surplus: Vec<SeriesId>,
    /// Counts the look-ups, which is clock enough to say what was not used for long.
    turn: u64,
    swept: u64,
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
    pub(crate) fn get(&self, id: SeriesId) -> SeriesFile {
        let mut files = lock(&self.files);
        files.turn += 1;
        let used = files.turn;
        if let Some(entry) = files.by_series.get_mut(&id) {
            entry.used = used;
            return Arc::clone(&entry.file);
        }
        files.close_surplus();
        if files.by_series.len() >= self.max {
            files.sweep(self.max);
        }
        if files.by_series.len() >= self.max {
            files.surplus.push(id);
        }
        let file = SeriesFile::default();
        files.by_series.insert(id, Entry { file: Arc::clone(&file), used });
        file
    }

    /// Closes a series' file, whose number is going to be another's. Nobody may be using it.
    #[cfg_attr(not(test), expect(dead_code, reason = "for series that expire"))]
    pub(crate) fn forget(&self, id: SeriesId) {
        lock(&self.files).by_series.remove(&id);
    }
}

impl Files {
    fn close_surplus(&mut self) {
        let Self { by_series, surplus, .. } = self;
        // A file in use must stay, or the next thread would open it a second time beside it.
        surplus.retain(|id| {
            let in_use = by_series.get(id).is_some_and(|entry| Arc::strong_count(&entry.file) > 1);
            if !in_use {
                by_series.remove(id);
            }
            in_use
        });
    }

    /// Closes what was not used while four times as many uses were made as files may be open. It looks at
    /// all of them, and so only once in as many uses.
    fn sweep(&mut self, max: usize) {
        let max = max as u64;
        if self.turn < self.swept + max {
            return;
        }
        self.swept = self.turn;
        let since = self.turn.saturating_sub(4 * max);
        self.by_series.retain(|_, entry| entry.used > since || Arc::strong_count(&entry.file) > 1);
    }
}

/// Locks, whatever became of the thread that held it last: every change here is a single step, so
/// none can be left half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
