//! Who has a folder of series: a server keeps the file `.lock` in its data folder locked while it runs.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

use super::Failure;

/// What a server locks.
const LOCK: &str = ".lock";

/// Folders that no server can have for as long as this lives.
#[derive(Debug)]
pub(super) struct Held {
    /// Locked; closing one unlocks it.
    _locks: Vec<fs_err::File>,
}

/// Takes a data folder as a server would, and makes it where there is none.
pub(super) fn take(folder: &Path) -> Result<Held, Failure> {
    fs_err::create_dir_all(folder).map_err(failed)?;
    let lock = fs_err::File::create(folder.join(LOCK)).map_err(failed)?;
    match lock.file().try_lock() {
        Ok(()) => Ok(Held { _locks: vec![lock] }),
        Err(TryLockError::WouldBlock) => Err(in_use(folder)),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Keeps servers away from the folders that a path lies in, where they are data folders. Several
/// commands may do so at once.
pub(super) fn beside(path: &Path) -> Result<Held, Failure> {
    let mut locks = Vec::new();
    for folder in whole(path).ancestors() {
        let lock = folder.join(LOCK);
        if !lock.is_file() {
            continue;
        }
        // One that may not be read is not ours to judge.
        let Ok(lock) = fs_err::File::open(lock) else { continue };
        match lock.file().try_lock_shared() {
            Ok(()) => locks.push(lock),
            Err(TryLockError::WouldBlock) => return Err(in_use(folder)),
            // Some network file systems have no locks.
            Err(TryLockError::Error(_)) => {}
        }
    }
    Ok(Held { _locks: locks })
}

/// The path from the root, as far as it is there.
fn whole(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|part| {
        let part = if part.as_os_str().is_empty() { Path::new(".") } else { part };
        fs_err::canonicalize(part).ok()
    });
    there.unwrap_or_else(|| path.to_owned())
}

fn in_use(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::Outside(format!("{folder}: a server, or another command, has this data folder now"))
}

fn failed(error: std::io::Error) -> Failure {
    Failure::Outside(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_a_server_has_is_refused_at_any_depth() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        fs_err::create_dir_all(&below).unwrap();
        assert!(beside(&below).is_ok(), "nobody has it");
        let server = take(root.path()).unwrap();
        for path in [root.path(), &below, &below.join("c.wsp"), &root.path().join("new/folder")] {
            let said = beside(path).unwrap_err().to_string();
            assert!(
                said.ends_with("a server, or another command, has this data folder now"),
                "{said}"
            );
        }
        drop(server);
        let first = beside(&below).unwrap();
        assert!(beside(&below).is_ok(), "commands do not keep each other out");
        assert!(take(root.path()).is_err(), "but they keep servers out");
        drop(first);
        assert!(take(root.path()).is_ok());
    }
}
