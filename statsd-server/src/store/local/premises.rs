//! What upkeep may do with this store.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use statsd_whisper::Whisper;

use super::Inner;
use crate::store::StoreError;
use crate::store::index::SeriesId;
use crate::store::log_limit::Permit;
use crate::store::name::SeriesName;
use crate::store::names::MayForget;
use crate::store::open_files::lock;
use crate::store::schema::Schemas;
use crate::store::upkeep::Premises;

impl Inner {
    /// Moves the series that match to the trash.
    pub(super) fn delete(
        &self,
        pattern: &str,
        limit: usize,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        let found = self.find(pattern, limit)?;
        let names = found.into_iter().filter(|node| node.leaf).map(|node| node.path);
        Ok(names.filter(|name| self.delete_one(name, now)).collect())
    }

    /// Whether it is in the trash now.
    fn delete_one(&self, name: &str, now: i64) -> bool {
        let Ok(series) = SeriesName::parse(name) else { return false };
        match self.upkeep.delete(self, &series, now) {
            Ok(deleted) => deleted,
            Err(error) => {
                Premises::report(self, &series, "it cannot be deleted", &error, now);
                false
            }
        }
    }

    /// Says yes to the comparison of the names with the folder where no point waits. It knows the intake
    /// and the journal alone: with more of the store, it would keep the names whose thread it runs on.
    pub(super) fn may_forget(&self) -> MayForget {
        let intake = Arc::clone(&self.intake);
        Box::new(move |id, forget| {
            let mut intake = lock(&intake);
            if intake.cache.count(id) == 0 && forget() {
                intake.forgets(id);
            }
        })
    }

    fn id_of(&self, series: &SeriesName<'_>) -> Option<SeriesId> {
        self.index().get(series)
    }
}

impl Premises for Inner {
    fn folder(&self) -> &Path {
        &self.folder
    }

    fn path_of(&self, series: &SeriesName<'_>) -> PathBuf {
        // The inherent one.
        Self::path_of(self, series)
    }

    fn schemas(&self) -> Arc<Schemas> {
        // The inherent one.
        Self::schemas(self)
    }

    fn series_from(&self, number: usize, most: usize) -> Vec<(usize, String)> {
        let index = self.index();
        let name = |number| {
            let id = SeriesId(u32::try_from(number).ok()?);
            Some((number, index.name(id)?.to_owned()))
        };
        (number..index.ids_end()).filter_map(name).take(most).collect()
    }

    fn locked<T>(
        &self,
        series: &SeriesName<'_>,
        run: impl FnOnce(&mut Option<Whisper>) -> T,
    ) -> Option<T> {
        let id = self.id_of(series)?;
        let file = self.files.get(id);
        let mut open = lock(&file);
        // What fails here is made later, of the points that stand there then.
        let _ = self.roll_up_open(&mut open, id);
        let done = run(&mut open);
        // Its archives may be others now; who needs to know asks the file again.
        if let Some(id) = self.id_of(series) {
            let mut intake = lock(&self.intake);
            intake.cache.set_shape(id, 0);
        }
        Some(done)
    }

    fn is_waiting(&self, series: &SeriesName<'_>) -> bool {
        let Some(id) = self.id_of(series) else { return false };
        lock(&self.intake).cache.count(id) > 0
    }

    fn settle(&self, series: &SeriesName<'_>, now: i64) {
        if let Some(id) = self.id_of(series) {
            self.persist(id, now);
        }
    }

    fn forget(&self, series: &SeriesName<'_>) {
        // Names are looked up under this lock, so nobody adds a point to a number that is forgotten. The
        // number is not given to another series: the journal's segments may still name this one by it.
        let mut intake = lock(&self.intake);
        let Some(id) = self.id_of(series).filter(|id| intake.cache.count(*id) == 0) else { return };
        intake.forgets(id);
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
