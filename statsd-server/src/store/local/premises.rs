//! What upkeep may do with this store.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use statsd_whisper::Whisper;

use super::LocalStore;
use crate::store::index::SeriesId;
use crate::store::log_limit::Permit;
use crate::store::name::SeriesName;
use crate::store::open_files::lock;
use crate::store::schema::Schemas;
use crate::store::upkeep::Premises;

impl LocalStore {
    /// Whether it is in the trash now.
    pub(super) fn delete_one(&self, name: &str, now: i64) -> bool {
        let Ok(series) = SeriesName::parse(name) else { return false };
        match self.upkeep.delete(self, &series, now) {
            Ok(()) => true,
            Err(error) => {
                Premises::report(self, &series, "it cannot be deleted", &error, now);
                false
            }
        }
    }
}

impl Premises for LocalStore {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn schemas(&self) -> Arc<Schemas> {
        LocalStore::schemas(self)
    }

    fn series_from(&self, number: usize, most: usize) -> Vec<(usize, String)> {
        let index = self.index();
        let name = |number| {
            let id = SeriesId(u32::try_from(number).ok()?);
            Some((number, index.name(id)?.to_owned()))
        };
        (number..index.ids_end()).filter_map(name).take(most).collect()
    }

    fn locked<T>(&self, series: &SeriesName<'_>, run: impl FnOnce(&mut Option<Whisper>) -> T) -> T {
        let file = self.files.get(series.as_str());
        let mut open = lock(&file);
        run(&mut open)
    }

    fn is_waiting(&self, _series: &SeriesName<'_>) -> bool {
        // Points are written to their file at once.
        false
    }

    fn settle(&self, _series: &SeriesName<'_>, _now: i64) {}

    fn forget(&self, series: &SeriesName<'_>) {
        self.index_mut().remove(series);
    }

    fn report(
        &self,
        series: &SeriesName<'_>,
        what: &'static str,
        error: &(dyn Error + 'static),
        now: i64,
    ) {
        let series = series.as_str();
        if self.log_limit.ask(series, now) != Permit::Silent {
            tracing::warn!(?series, error, "{what}");
        }
    }
}
