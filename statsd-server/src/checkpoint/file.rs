//! The file itself: found, locked, replaced, marked.

use std::ffi::OsString;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::format::{HEADER_BYTES, Header, Unreadable, decode, write_body};
use crate::aggregate::{Kept, Snapshot};
use crate::limits::STATE_FILE_MAX_BYTES;

/// The file, which nobody else writes while this lives.
#[derive(Debug)]
pub struct CheckpointFile {
    path: PathBuf,
    /// Of the file that stands at the path; none where none does, or where that is not known.
    header: Option<Header>,
    /// Held as long as this is.
    _lock: fs_err::File,
}

/// What stood at the path.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// No file: nobody has run with this one yet.
    Nothing,
    /// What another run left.
    Kept(Run),
    /// A file that is not understood. It was moved away, and nothing is known.
    Aside {
        /// What is wrong with it.
        why: String,
        /// Where it is now, or why it could not be moved.
        moved: Result<PathBuf, String>,
    },
}

/// Another run's state.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// What it knew.
    pub kept: Kept,
    /// Whether it ended in order. Else what came after `since` is lost.
    pub ended: bool,
    /// The last moment of which everything is kept, seconds since the epoch.
    pub since: i64,
    /// Its flush interval.
    pub interval: Duration,
}

/// Why a file cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process, or another part of this one, has it.
    #[error("state file {} is in use by another server", .0.display())]
    InUse(PathBuf),
    /// Its lock cannot be made.
    #[error("cannot use state file {}: {source}", path.display())]
    Lock {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

impl CheckpointFile {
    /// Locks the file by another one beside it (`….lock`) and reads what there is. A file that is
    /// damaged, foreign, or of a newer version is moved to `….unreadable`, in place of one that was
    /// moved there before.
    ///
    /// # Errors
    /// Another server has it, or its folder cannot be written. A file that cannot be read is none.
    pub fn open(path: &Path) -> Result<(Self, Found), LockError> {
        let failed = |source| LockError::Lock { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs_err::create_dir_all(folder).map_err(failed)?;
        }
        let lock = fs_err::File::create(beside(path, "lock")).map_err(failed)?;
        match lock.file().try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(LockError::InUse(path.to_owned()));
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut file = Self { path: path.to_owned(), header: None, _lock: lock };
        let found = file.read();
        Ok((file, found))
    }

    /// Says in the file that from now on (`now`, seconds since the epoch) things come that are not in
    /// it. `prefix_stats` and `interval` are for a file that is not there yet.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&mut self, now: i64, prefix_stats: &str, interval: Duration) -> io::Result<()> {
        if let Some(header) = self.header {
            return self.rewrite(Header { ended: false, since: now, ..header }, false);
        }
        let nothing = Snapshot {
            timestamp: now,
            prefix_stats: prefix_stats.to_owned(),
            interval: interval.as_secs_f64(),
            ..Snapshot::default()
        };
        self.save(&nothing)
    }

    /// Replaces what the file holds by a snapshot's state. Costs a file of the size of all names.
    ///
    /// # Errors
    /// It cannot be written; the one before stays.
    pub fn save(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let new = beside(&self.path, "new");
        let mut file = fs_err::File::create(&new)?;
        file.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
        let (body_bytes, body_sum) = write_body(snapshot, &mut file)?;
        let interval = Duration::try_from_secs_f64(snapshot.interval).unwrap_or_default();
        let header = Header {
            ended: false,
            timestamp: snapshot.timestamp,
            since: snapshot.timestamp,
            interval_millis: u64::try_from(interval.as_millis()).unwrap_or(u64::MAX),
            body_bytes,
            body_sum,
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header.encode())?;
        drop(file);
        fs_err::rename(&new, &self.path)?;
        self.header = Some(header);
        Ok(())
    }

    /// Says in the file that nothing came after it, and waits until the disk has it.
    ///
    /// # Errors
    /// It cannot be written, or there is none.
    pub fn end(&mut self) -> io::Result<()> {
        let header = self.header.ok_or_else(|| io::Error::other("there is no state file"))?;
        // First what the mark is about.
        fs_err::File::open(&self.path)?.sync_all()?;
        self.rewrite(Header { ended: true, ..header }, true)?;
        match self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => fs_err::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// So few bytes are written at once or not at all.
    fn rewrite(&mut self, header: Header, sync: bool) -> io::Result<()> {
        let mut file = fs_err::OpenOptions::new().write(true).open(&self.path)?;
        file.write_all(&header.encode())?;
        self.header = Some(header);
        if sync { file.sync_all() } else { Ok(()) }
    }

    fn read(&mut self) -> Found {
        let mut bytes = Vec::new();
        let read = fs_err::File::open(&self.path)
            .and_then(|file| file.take(STATE_FILE_MAX_BYTES + 1).read_to_end(&mut bytes));
        let why = match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => error.to_string(),
            Ok(_) if bytes.len() as u64 > STATE_FILE_MAX_BYTES => {
                Unreadable::Damaged("it is too long").to_string()
            }
            Ok(_) => match decode(&bytes) {
                Ok((header, kept)) => {
                    self.header = Some(header);
                    return Found::Kept(Run {
                        kept,
                        ended: header.ended,
                        since: header.since,
                        interval: Duration::from_millis(header.interval_millis),
                    });
                }
                Err(unreadable) => unreadable.to_string(),
            },
        };
        let aside = beside(&self.path, "unreadable");
        let moved = fs_err::rename(&self.path, &aside).map(|()| aside);
        Found::Aside { why, moved: moved.map_err(|error| error.to_string()) }
    }
}

/// The file of that name with something behind it.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests;
