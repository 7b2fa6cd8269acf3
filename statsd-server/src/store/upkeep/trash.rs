//! `.trash` in the data folder: what was deleted, each file under its own path below the hour it was
//! deleted in, so that it is restored by moving it back.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::seconds;
use crate::limits::TRASHED_COPIES_MAX;

/// No series has such a name.
const TRASH: &str = ".trash";

const HOUR: i64 = 3_600;

/// Moves a file there, and removes the folders above it that it leaves empty.
pub(super) fn put(folder: &Path, path: &Path, now: i64) -> io::Result<()> {
    let below = path.strip_prefix(folder).map_err(io::Error::other)?;
    let stamp = stamp(now);
    for copy in 1..=TRASHED_COPIES_MAX {
        // A series may be deleted more than once in an hour.
        let stamp = if copy == 1 { stamp.clone() } else { format!("{stamp}.{copy}") };
        let to = folder.join(TRASH).join(stamp).join(below);
        if to.exists() {
            continue;
        }
        if let Some(parent) = to.parent() {
            fs_err::create_dir_all(parent)?;
        }
        move_file(path, &to)?;
        remove_empty(folder, path);
        return Ok(());
    }
    Err(io::Error::other("it was deleted too often in this hour"))
}

/// Removes files whose hour is `after` ago, at most so many, and the folders that they leave empty. Yields
/// how many files it has removed. What has not the name of an hour is left alone.
pub(super) fn empty(folder: &Path, after: Duration, now: i64, most: usize) -> io::Result<usize> {
    let trash = folder.join(TRASH);
    let entries = match fs_err::read_dir(&trash) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(hour) = name.to_str().and_then(hour_of) else { continue };
        let is_due = now.saturating_sub(hour).saturating_sub(HOUR) >= seconds(after);
        if is_due && entry.file_type()?.is_dir() {
            remove_files(&entry.path(), most, &mut removed)?;
        }
        if removed >= most {
            break;
        }
    }
    // It is made again when it is needed, and stays where something is in it.
    let _removed = fs_err::remove_dir(&trash);
    Ok(removed)
}

/// Removes what is in a folder, depth first, and then itself, as far as the budget goes. The files were
/// put there by us, so it is no deeper than a name has nodes.
fn remove_files(folder: &Path, most: usize, removed: &mut usize) -> io::Result<()> {
    for entry in fs_err::read_dir(folder)? {
        if *removed >= most {
            return Ok(());
        }
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_files(&entry.path(), most, removed)?;
        } else {
            fs_err::remove_file(entry.path())?;
            *removed += 1;
        }
    }
    // Where the budget ended in it, it is not empty.
    let _removed = fs_err::remove_dir(folder);
    Ok(())
}

/// The date for people, and the hour's first second for us.
fn stamp(now: i64) -> String {
    let hour = now - now.rem_euclid(HOUR);
    let date = Timestamp::from_second(hour).unwrap_or_default();
    format!("{}.{hour}", date.strftime("%Y-%m-%dT%HZ"))
}

fn hour_of(stamp: &str) -> Option<i64> {
    stamp.split('.').nth(1)?.parse().ok()
}

/// Renames it; where a folder is a link to another disk, it is copied there.
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs_err::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let modified = fs_err::metadata(from)?.modified()?;
            let copied = fs_err::copy(from, to).and_then(|_bytes| {
                let file = fs_err::OpenOptions::new().write(true).open(to)?;
                file.file().set_modified(modified)?;
                file.sync_all()
            });
            if let Err(error) = copied {
                let _removed = fs_err::remove_file(to);
                return Err(error);
            }
            fs_err::remove_file(from)
        }
        done => done,
    }
}

/// Removes the folders above a file that hold nothing, up to the data folder.
fn remove_empty(folder: &Path, path: &Path) {
    let parents: Vec<PathBuf> = path
        .ancestors()
        .skip(1)
        .take_while(|parent| *parent != folder)
        .map(Path::to_owned)
        .collect();
    for parent in parents {
        // Fails where something is in it, and on links.
        if std::fs::remove_dir(parent).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
