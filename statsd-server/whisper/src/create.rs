//! A new file, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::aggregation::AggregationMethod;
use crate::error::{Error, ErrorKind};
use crate::file::Whisper;
use crate::layout::Header;
use crate::retention::Retention;

/// Names tried for the temporary file. More than this many left behind is somebody's to clean up.
const TEMPORARY_NAMES_MAX: usize = 1_000;

impl Whisper {
    /// Creates a file without points and opens it.
    ///
    /// The file is sparse (unwritten slots take no room on most file systems), is written under a
    /// temporary name in the same folder and renamed, so that no half file ever stands at `path`.
    /// A file of no bytes there counts as absent: it is what a full disk left of another writer's.
    /// Of two processes that create the same path at the same moment, the later rename holds. It is
    /// not synced to disk (see [`Whisper::sync`]).
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] where something stands at `path`; [`ErrorKind::NotFound`] where
    /// its folder does not; [`ErrorKind::InvalidArchives`] (see
    /// [`parse_retentions`](crate::parse_retentions) for the rules) and
    /// [`ErrorKind::InvalidXFilesFactor`], before the disk is touched.
    pub fn create(
        path: impl AsRef<Path>,
        archives: &[Retention],
        method: AggregationMethod,
        x_files_factor: f32,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let header = Header::checked(archives, method, x_files_factor)
            .map_err(|(kind, problem)| Error::new(kind, path.display(), problem))?;
        refuse_existing(path)?;

        let io = |source| Error::io(path.display(), "cannot create", source);
        let (temporary, file) = Temporary::beside(path).map_err(io)?;
        file.write_all_at(&header.to_bytes(), 0).map_err(io)?;
        file.set_len(header.file_bytes()).map_err(io)?;
        temporary.rename_to(path).map_err(io)?;
        Ok(Self::new(file, path.to_owned(), header))
    }
}

fn refuse_existing(path: &Path) -> Result<(), Error> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => Ok(()),
        Ok(_) => Err(Error::new(ErrorKind::AlreadyExists, path.display(), "exists already")),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io(path.display(), "cannot look for it", source)),
    }
}

/// The name of a file until it gets its real one. Without that, the file is removed again.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// Creates the file. Its name is not made of the real one, which may be as long as names can be.
    fn beside(path: &Path) -> io::Result<(Self, File)> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        for _ in 0..TEMPORARY_NAMES_MAX {
            let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
            let path = path.with_file_name(format!(".whisper-{}-{serial}.tmp", process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path, renamed: false }, file)),
                // Left behind by a process that had the same id: in a container it is 1 each time.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("too many temporary files were left in its folder"))
    }

    fn rename_to(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // The error that brought us here is the one to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests;
