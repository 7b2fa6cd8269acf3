//! What a data folder holds when the server starts: every `.wsp` file is a series. Those that are named by a
//! digest do not tell which.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::index::{Index, Inserted};
use super::name::{NameError, SeriesName, TAGGED_FOLDER, is_node};
use super::names::NAMES_FOLDER;
use crate::limits::SERIES_NODES_MAX;

/// What a scan passed over. None of it is touched.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PassedOver {
    /// Files and folders that are no series' (the lock, editors' backups), and links that lead back
    /// to what is scanned already.
    pub(crate) foreign: usize,
    /// Folders and entries that could not be read.
    pub(crate) unreadable: usize,
    /// Series that the index had no room for.
    pub(crate) over_limit: usize,
}

/// Adds every series below `root` to the index, by name alone: no file is opened, so that a folder
/// of a million series is read in seconds and a damaged file hides no other. Files of series with tags
/// that are named by a digest do not tell their names, and are left to the log of names.
///
/// Fails only where `root` itself cannot be read.
pub(crate) fn scan(root: &Path, index: &mut Index) -> io::Result<PassedOver> {
    let mut learn = |name: &SeriesName<'_>| index.insert(name) != Inserted::Full;
    let mut scan = Scan::start(root)?;
    while scan.step(&mut learn)? {}
    Ok(scan.passed_over)
}

/// A scan under way, folder by folder.
#[derive(Debug)]
pub(crate) struct Scan {
    root: PathBuf,
    /// Folders yet to be read, with the number of nodes above what they hold.
    folders: Vec<(PathBuf, usize)>,
    /// Real paths of the root and of all folders that links led to, each of them entered once.
    linked: HashSet<PathBuf>,
    passed_over: PassedOver,
}

/// Whether a name that was found has room.
pub(crate) type Learn<'a> = &'a mut dyn FnMut(&SeriesName<'_>) -> bool;

impl Scan {
    pub(crate) fn start(root: &Path) -> io::Result<Self> {
        Ok(Self {
            root: root.to_owned(),
            folders: vec![(root.to_owned(), 0)],
            linked: HashSet::from([fs_err::canonicalize(root)?]),
            passed_over: PassedOver::default(),
        })
    }

    /// What was passed over so far.
    pub(crate) fn passed_over(&self) -> &PassedOver {
        &self.passed_over
    }

    /// Reads one folder, and tells the names in it. Whether there are more.
    ///
    /// Fails only where that is the root.
    pub(crate) fn step(&mut self, learn: Learn<'_>) -> io::Result<bool> {
        let Some((folder, depth)) = self.folders.pop() else { return Ok(false) };
        match self.folder(&folder, depth, learn) {
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a folder of the data folder cannot be read");
                self.passed_over.unreadable += 1;
            }
            Ok(()) => {}
        }
        Ok(!self.folders.is_empty())
    }

    fn folder(&mut self, folder: &Path, depth: usize, learn: Learn<'_>) -> io::Result<()> {
        for entry in fs_err::read_dir(folder)? {
            if entry.and_then(|entry| self.entry(&entry, depth, learn)).is_err() {
                self.passed_over.unreadable += 1;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        entry: &fs_err::DirEntry,
        depth: usize,
        learn: Learn<'_>,
    ) -> io::Result<()> {
        let path = entry.path();
        if depth == 0 && is_ours(&entry.file_name()) {
            return Ok(());
        }
        let mut kind = entry.file_type()?;
        let is_link = kind.is_symlink();
        if is_link {
            kind = fs_err::metadata(&path)?.file_type();
        }
        if kind.is_dir() {
            // Of a tag's value that is a path, every part is a folder.
            let is_part = is_node(&entry.file_name())
                || path.strip_prefix(&self.root).is_ok_and(|path| path.starts_with(TAGGED_FOLDER));
            let fits = depth + 1 < SERIES_NODES_MAX && is_part;
            if fits && (!is_link || self.is_new_ground(&path)?) {
                self.folders.push((path, depth + 1));
                return Ok(());
            }
        } else if kind.is_file() {
            match self.series(&path) {
                Ok(name) => {
                    self.passed_over.over_limit += usize::from(!learn(&name));
                    return Ok(());
                }
                Err(NameError::Digest) => return Ok(()),
                Err(_) => {}
            }
        }
        self.passed_over.foreign += 1;
        Ok(())
    }

    fn series(&self, path: &Path) -> Result<SeriesName<'static>, NameError> {
        let below = path.strip_prefix(&self.root).map_err(|_| NameError::Foreign)?;
        SeriesName::from_relative_path(below)
    }

    /// Whether a link leads to a folder that is not reached already. Links to other disks are how
    /// data folders grow; those that lead back inside would be walked for ever.
    fn is_new_ground(&mut self, link: &Path) -> io::Result<bool> {
        let target = fs_err::canonicalize(link)?;
        let inside = target.ancestors().any(|folder| self.linked.contains(folder));
        Ok(!inside && self.linked.insert(target))
    }
}

/// What the store itself keeps beside the series.
fn is_ours(name: &OsStr) -> bool {
    name == NAMES_FOLDER
}

#[cfg(test)]
mod tests;
