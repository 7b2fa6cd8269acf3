//! What upkeep asks of a store.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use statsd_whisper::Whisper;

use crate::store::name::SeriesName;
use crate::store::schema::Schemas;

/// A store's folder, names and locks.
pub(in crate::store) trait Premises {
    /// The data folder.
    fn folder(&self) -> &Path;

    /// Where the file of a series is.
    fn path_of(&self, series: &SeriesName<'_>) -> PathBuf;

    /// The rules.
    fn schemas(&self) -> Arc<Schemas>;

    /// The series whose numbers are this one or greater, in their order, at most so many.
    fn series_from(&self, number: usize, most: usize) -> Vec<(usize, String)>;

    /// Runs something under the lock of a series' file, with the open file if there is one. Nothing where
    /// no such series is known.
    fn locked<T>(
        &self,
        series: &SeriesName<'_>,
        run: impl FnOnce(&mut Option<Whisper>) -> T,
    ) -> Option<T>;

    /// Whether points of a series wait in memory.
    fn is_waiting(&self, series: &SeriesName<'_>) -> bool;

    /// Writes what waits to its file, as far as that is possible.
    fn settle(&self, series: &SeriesName<'_>, now: i64);

    /// Takes a series out of the index, unless points of it wait. Its file's lock is held.
    fn forget(&self, series: &SeriesName<'_>);

    /// Logs what went wrong with a series, once a minute.
    fn report(
        &self,
        series: &SeriesName<'_>,
        what: &'static str,
        error: &(dyn Error + 'static),
        now: i64,
    );
}
