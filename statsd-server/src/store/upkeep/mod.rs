//! Files that no longer follow the rules are migrated, series that nobody writes any more are moved to the
//! trash, and the trash is emptied: a little of it each second.
//! May not know how points wait or how names are kept; [`Premises`] is all that it asks of a store. Data
//! comes from a store's folder and stays there.

mod drift;
mod options;
mod premises;
mod report;
mod trash;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use statsd_whisper::Whisper;

use super::name::SeriesName;
use super::open_files::lock;
use super::schema::Schemas;
use crate::limits::{DRIFT_LISTED_MAX, UPKEEP_PAUSE};

pub(super) use drift::recover;
pub use options::{UpkeepMode, UpkeepOptions};
pub(super) use premises::Premises;
pub use report::{Drift, UpkeepReport};

/// What is done to the files of one store.
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    options: Mutex<UpkeepOptions>,
    /// Held while a step is done: there is one at a time.
    progress: Mutex<Progress>,
    report: Mutex<UpkeepReport>,
    /// Files that are not as the rules say, by the name of their series: from, to.
    drifted: Mutex<BTreeMap<String, (String, String)>>,
}

/// How far a pass over all series has come.
#[derive(Debug, Default)]
struct Progress {
    /// The number of the series to be looked at next.
    next: usize,
    /// What this pass has seen.
    seen: Seen,
    /// When the next pass begins, seconds since the epoch.
    rests_until: i64,
    /// When the trash is looked at again.
    trash_at: i64,
    /// What the log was last told of drift.
    told: u64,
}

/// What a pass over all series has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    looked: u64,
    drifted: u64,
    stale: u64,
}

/// What became of a look at a series.
enum Look {
    Done,
    /// It is to be migrated, but as many as may be were in this second.
    Later,
}

impl Upkeep {
    pub(super) fn new(options: UpkeepOptions) -> Self {
        Self { options: Mutex::new(options), ..Self::default() }
    }

    /// Goes on with other options, or after the rules have changed: from the first series.
    pub(super) fn begin_anew(&self, options: Option<UpkeepOptions>) {
        let mut progress = lock(&self.progress);
        if let Some(options) = options {
            *lock(&self.options) = options;
        }
        *progress = Progress { told: 0, ..Progress::default() };
        lock(&self.drifted).clear();
        let mut report = lock(&self.report);
        *report =
            UpkeepReport { pass_looked: 0, drifted: 0, stale: 0, passes: 0, ..report.clone() };
    }

    /// What it has come to.
    pub(super) fn report(&self) -> UpkeepReport {
        lock(&self.report).clone()
    }

    /// Files that are not as the rules say, by name: those after this one, at most so many.
    pub(super) fn drift(&self, after: Option<&str>, limit: usize) -> Vec<Drift> {
        let drifted = lock(&self.drifted);
        let after = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let rest = drifted.range::<str, _>((after, std::ops::Bound::Unbounded));
        let drift = |(series, (from, to)): (&String, &(String, String))| Drift {
            series: series.clone(),
            from: from.clone(),
            to: to.clone(),
        };
        rest.take(limit).map(drift).collect()
    }

    /// Does what is due in one second, at `now`.
    pub(super) fn step(&self, premises: &impl Premises, now: i64) {
        let mut progress = lock(&self.progress);
        let options = *lock(&self.options);
        self.empty_trash(premises, &mut progress, &options, now);
        let schemas = premises.schemas();
        let migrates = options.migrate != UpkeepMode::Off && schemas.has_rules();
        let expires = options.expire != UpkeepMode::Off && schemas.deletes();
        if !(migrates || expires) || is_ahead(progress.rests_until, now, UPKEEP_PAUSE) {
            return;
        }
        let series = premises.series_from(progress.next, options.looks_per_second as usize);
        if series.is_empty() {
            self.end_pass(&mut progress, options.migrate, now);
            return;
        }
        let mut migrations = options.migrations_per_second;
        for (number, name) in series {
            let seen = &mut progress.seen;
            match self.look(premises, &schemas, &options, &name, now, seen, &mut migrations) {
                Look::Done => progress.next = number + 1,
                Look::Later => break,
            }
        }
        lock(&self.report).pass_looked = progress.seen.looked;
    }

    fn end_pass(&self, progress: &mut Progress, migrate: UpkeepMode, now: i64) {
        let Seen { drifted, stale, .. } = progress.seen;
        {
            let mut report = lock(&self.report);
            (report.drifted, report.stale) = (drifted, stale);
            report.passes += 1;
        }
        if migrate == UpkeepMode::DryRun && drifted > 0 && drifted != progress.told {
            tracing::warn!(
                files = drifted,
                "files are not as the schemas say; with store.migrate = \"on\" they would be migrated"
            );
        }
        let rests_until = now.saturating_add(seconds(UPKEEP_PAUSE));
        *progress = Progress {
            rests_until,
            trash_at: progress.trash_at,
            told: drifted,
            ..Progress::default()
        };
    }

    #[expect(clippy::too_many_arguments, reason = "one series, and all that is said about it")]
    fn look(
        &self,
        premises: &impl Premises,
        schemas: &Schemas,
        options: &UpkeepOptions,
        name: &str,
        now: i64,
        seen: &mut Seen,
        migrations: &mut u32,
    ) -> Look {
        let Ok(series) = SeriesName::parse(name) else { return Look::Done };
        let path = premises.path_of(&series);
        let Ok(data) = fs_err::metadata(&path) else {
            // It waits in memory, or went away.
            self.forget_drift(name);
            seen.looked += 1;
            return Look::Done;
        };
        let after = schemas.delete_after(name).filter(|_| options.expire != UpkeepMode::Off);
        if after.is_some_and(|after| is_stale(data.mtime(), after, now))
            && !premises.is_waiting(&series)
        {
            seen.looked += 1;
            seen.stale += 1;
            self.forget_drift(name);
            if options.expire == UpkeepMode::On {
                self.expire(premises, &series, &path, after, now);
            }
            return Look::Done;
        }
        if options.migrate != UpkeepMode::Off
            && let Some(drift) = Self::drifted(schemas, name, &path)
        {
            if options.migrate == UpkeepMode::On {
                if *migrations == 0 {
                    return Look::Later;
                }
                *migrations -= 1;
                self.migrate(premises, schemas, &series, &path, now);
            } else {
                self.remember_drift(drift);
            }
            seen.drifted += 1;
        } else {
            self.forget_drift(name);
        }
        seen.looked += 1;
        Look::Done
    }

    /// Whether a file is not as the rules say.
    fn drifted(schemas: &Schemas, name: &str, path: &Path) -> Option<Drift> {
        let wanted = schemas.wanted(name);
        if wanted.is_empty() {
            return None;
        }
        // One that cannot be read is told about where it is used.
        let file = Whisper::open_read_only(path).ok()?;
        let (from, to) = drift::of(file.header(), &wanted)?;
        Some(Drift { series: name.to_owned(), from, to })
    }

    fn migrate(
        &self,
        premises: &impl Premises,
        schemas: &Schemas,
        series: &SeriesName<'_>,
        path: &Path,
        now: i64,
    ) {
        let wanted = schemas.wanted(series.as_str());
        let done = premises.locked(series, |open| {
            // Whoever uses it next opens what stands there then.
            *open = None;
            drift::migrate(premises.folder(), path, &wanted, now)
        });
        match done {
            None => {}
            Some(Ok(())) => lock(&self.report).migrated += 1,
            Some(Err(error)) => {
                self.failed(premises, series, "its file cannot be migrated", &*error, now);
            }
        }
    }

    /// Moves a series that is stale to the trash, unless that has just changed.
    fn expire(
        &self,
        premises: &impl Premises,
        series: &SeriesName<'_>,
        path: &Path,
        after: Option<Duration>,
        now: i64,
    ) {
        let done = premises.locked(series, |open| {
            let modified = fs_err::metadata(path)?.mtime();
            let stale = after.is_some_and(|after| is_stale(modified, after, now));
            if !stale || premises.is_waiting(series) {
                return Ok(false);
            }
            trash::put(premises.folder(), path, now)?;
            *open = None;
            premises.forget(series);
            Ok(true)
        });
        match done {
            Some(Ok(true)) => lock(&self.report).expired += 1,
            None | Some(Ok(false)) => {}
            Some(Err(error)) => {
                let error: io::Error = error;
                self.failed(premises, series, "it cannot be moved to the trash", &error, now);
            }
        }
    }

    /// Moves a series to the trash, with what waits for it in memory. Whether there was one.
    pub(super) fn delete(
        &self,
        premises: &impl Premises,
        series: &SeriesName<'_>,
        now: i64,
    ) -> io::Result<bool> {
        premises.settle(series, now);
        let deleted = premises.locked(series, |open| {
            // With tags there may be one of each name, and either would bring the series back.
            let (hashed, spelt) = series.places();
            for place in spelt.into_iter().chain([hashed]) {
                match trash::put(premises.folder(), &premises.folder().join(place), now) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    put => put?,
                }
            }
            *open = None;
            premises.forget(series);
            Ok::<(), io::Error>(())
        });
        let Some(()) = deleted.transpose()? else { return Ok(false) };
        self.forget_drift(series.as_str());
        lock(&self.report).deleted += 1;
        Ok(true)
    }

    fn empty_trash(
        &self,
        premises: &impl Premises,
        progress: &mut Progress,
        options: &UpkeepOptions,
        now: i64,
    ) {
        if is_ahead(progress.trash_at, now, UPKEEP_PAUSE) {
            return;
        }
        let most = options.looks_per_second as usize;
        match trash::empty(premises.folder(), options.trash_after, now, most) {
            Ok(removed) => {
                lock(&self.report).purged += removed as u64;
                if removed < most {
                    progress.trash_at = now.saturating_add(seconds(UPKEEP_PAUSE));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the trash cannot be emptied");
                lock(&self.report).failed += 1;
                progress.trash_at = now.saturating_add(seconds(UPKEEP_PAUSE));
            }
        }
    }

    fn failed(
        &self,
        premises: &impl Premises,
        series: &SeriesName<'_>,
        what: &'static str,
        error: &(dyn Error + 'static),
        now: i64,
    ) {
        lock(&self.report).failed += 1;
        premises.report(series, what, error, now);
    }

    fn remember_drift(&self, drift: Drift) {
        let mut drifted = lock(&self.drifted);
        if drifted.len() < DRIFT_LISTED_MAX || drifted.contains_key(&drift.series) {
            drifted.insert(drift.series, (drift.from, drift.to));
        }
    }

    fn forget_drift(&self, name: &str) {
        lock(&self.drifted).remove(name);
    }
}

/// Whether a time lies ahead; one farther ahead than it can have been set is of a clock that was wrong.
fn is_ahead(at: i64, now: i64, by: Duration) -> bool {
    at > now && at <= now.saturating_add(seconds(by))
}

fn is_stale(modified: i64, after: Duration, now: i64) -> bool {
    now.saturating_sub(modified) >= seconds(after)
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
