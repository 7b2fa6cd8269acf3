//! What the log told at the start, compared with the folder.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::{MayForget, Shared};
use crate::store::index::{Index, Inserted, SeriesId};
use crate::store::name::{SeriesName, TAGGED_FOLDER};
use crate::store::scan::Scan;

/// Names whose files are looked for in one step.
const CHECKED_AT_ONCE: usize = 256;

/// A comparison under way: first all folders are read, then it is looked for the file of each name that
/// was in none.
pub(super) struct Reconcile {
    folder: PathBuf,
    may_forget: MayForget,
    scan: Option<Scan>,
    /// Bit by number: names that were known at the start, and were not seen yet. One that was learnt later
    /// may have no file yet, and is not asked about.
    unseen: Vec<u64>,
    checked: usize,
    found: u64,
    forgotten: u64,
}

impl Reconcile {
    pub(super) fn start(folder: &Path, index: &Index, may_forget: MayForget) -> io::Result<Self> {
        let mut unseen = vec![0; index.ids_end().div_ceil(64)];
        for number in (0..index.ids_end()).filter(|&number| index.name_at(number).is_some()) {
            unseen[number / 64] |= 1 << (number % 64);
        }
        Ok(Self {
            folder: folder.to_owned(),
            may_forget,
            scan: Some(Scan::start(folder)?),
            unseen,
            checked: 0,
            found: 0,
            forgotten: 0,
        })
    }

    /// Reads one folder, or looks for some files. Whether it is done.
    pub(super) fn step(&mut self, shared: &Shared) -> bool {
        let Some(mut scan) = self.scan.take() else { return self.check(shared) };
        let more = scan.step(&mut |name| self.saw(name, shared));
        match more {
            Ok(true) => self.scan = Some(scan),
            Ok(false) => {
                let passed_over = scan.passed_over();
                tracing::debug!(?passed_over, "the data folder is read");
            }
            Err(error) => {
                tracing::warn!(%error, "the data folder cannot be read; names stay as they are");
                return true;
            }
        }
        false
    }

    pub(super) fn report(&self, shared: &Shared) {
        let Self { found, forgotten, .. } = self;
        let series = shared.index().len();
        tracing::info!(series, found, forgotten, "names are those of the data folder");
    }

    fn saw(&mut self, name: &SeriesName<'_>, shared: &Shared) -> bool {
        let known = shared.index().get(name);
        if let Some(SeriesId(number)) = known {
            let number = number as usize;
            if let Some(bits) = self.unseen.get_mut(number / 64) {
                *bits &= !(1 << (number % 64));
            }
            return true;
        }
        match shared.index_mut().insert(name) {
            Inserted::New(_) => {
                self.found += 1;
                shared.counts.found.fetch_add(1, Ordering::Relaxed);
                true
            }
            Inserted::Known(_) => true,
            Inserted::Full => false,
        }
    }

    fn check(&mut self, shared: &Shared) -> bool {
        let mut names: Vec<(SeriesId, SeriesName<'static>)> = Vec::new();
        let end = self.unseen.len() * 64;
        {
            let index = shared.index();
            while self.checked < end && names.len() < CHECKED_AT_ONCE {
                let number = self.checked;
                self.checked += 1;
                if self.unseen[number / 64] & (1 << (number % 64)) == 0 {
                    if self.unseen[number / 64] == 0 {
                        self.checked = (number / 64 + 1) * 64;
                    }
                    continue;
                }
                if let Some(name) = index.name_at(number).and_then(SeriesName::parse_owned)
                    && let Some(id) = index.get(&name)
                {
                    names.push((id, name));
                }
            }
        }
        // A disk that is not mounted must not take the names of its series, which nothing else knows.
        let tagged_is_there = self.folder.join(TAGGED_FOLDER).is_dir();
        let mut gone_folders = HashSet::new();
        for (id, name) in names {
            if name.is_tagged() && !tagged_is_there {
                continue;
            }
            if self.is_nowhere(&name, &mut gone_folders) {
                self.forget(id, &name, shared);
            }
        }
        self.checked >= end
    }

    fn is_nowhere(&self, name: &SeriesName<'_>, gone_folders: &mut HashSet<PathBuf>) -> bool {
        let (hashed, spelt) = name.places();
        let mut is_gone = |place: PathBuf| is_gone(&self.folder.join(place), gone_folders);
        is_gone(hashed) && spelt.is_none_or(is_gone)
    }

    fn forget(&mut self, id: SeriesId, name: &SeriesName<'_>, shared: &Shared) {
        let mut is_forgotten = false;
        (self.may_forget)(id, &mut || {
            let mut index = shared.index_mut();
            // Since it was looked for, it may have been made.
            if index.get(name) == Some(id) && self.is_nowhere(name, &mut HashSet::new()) {
                // The number stays unused in this run: the journal's segments may name this series by it.
                index.remove(name);
                is_forgotten = true;
            }
            is_forgotten
        });
        if is_forgotten {
            self.forgotten += 1;
            shared.counts.forgotten.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Whether a file is surely not there. One that cannot be asked about may be. Of a folder that is gone,
/// no further file is asked for.
fn is_gone(path: &Path, gone_folders: &mut HashSet<PathBuf>) -> bool {
    let folder = path.parent().unwrap_or(path);
    if gone_folders.contains(folder) {
        return true;
    }
    let is_missing = |path: &Path| {
        fs_err::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    if !is_missing(path) {
        return false;
    }
    if is_missing(folder) {
        gone_folders.insert(folder.to_owned());
    }
    true
}
