//! One server a data folder.

use std::io;
use std::path::Path;

/// The lock on a folder, or nothing where somebody else has it.
pub(super) fn lock_folder(folder: &Path) -> io::Result<Option<fs_err::File>> {
    if folder.exists() && !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is not a folder"));
    }
    fs_err::create_dir_all(folder)?;
    let lock = fs_err::File::create(folder.join(".lock"))?;
    match lock.file().try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
