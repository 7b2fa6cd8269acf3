//! A new file, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::aggregation::AggregationMethod;
use crate::deferred::{Deferred, Rollups};
use crate::disk::{self, Disk};
use crate::error::{Error, ErrorKind};
use crate::file::Whisper;
use crate::layout::Header;
use crate::overlay::{Known, Overlay};
use crate::retention::Retention;
use crate::update::{Accepted, Counts};

/// Names tried for the temporary file. More than this many left behind is somebody's to clean up.
const TEMPORARY_NAMES_MAX: usize = 1_000;

/// How a file is created.
///
/// ```
/// use statsd_whisper::{AggregationMethod, Allocation, CreateOptions, Header, Whisper, parse_retentions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.wsp");
/// let header = Header::new(&parse_retentions("1m:1d")?, AggregationMethod::Average, 0.5)?;
/// let options = CreateOptions { allocation: Allocation::Zeroed, sync: true, ..Default::default() };
/// let file = Whisper::create_with(&path, &header, options)?;
/// assert_eq!(file.header(), &header);
/// assert_eq!(std::fs::metadata(&path)?.len(), header.file_bytes());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreateOptions {
    /// What happens to the disk space of slots that nothing was written to.
    pub allocation: Allocation,
    /// Waits until the file, and its name, are on the disk (two `fsync`s).
    pub sync: bool,
    /// Whatever stands at the path is replaced: for who has just looked, and saves a stat.
    pub replace: bool,
}

/// Disk space for the slots of a new file. What is read from it does not depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Allocation {
    /// Slots take space when they are written, on most file systems: least work, least space.
    #[default]
    Sparse,
    /// Space is taken at once, so that a full disk stops the creation and no later update. By
    /// `fallocate` where the crate's feature of that name is on and the file system can, else by
    /// writing zeros.
    Preallocated,
    /// Zeros are written to the end.
    Zeroed,
}

impl Whisper {
    /// Creates a sparse file without points and opens it. [`create_with`](Self::create_with) has
    /// other ways.
    ///
    /// The file is written under a temporary name in the same folder and renamed, so that no half
    /// file ever stands at `path`. A file of no bytes there counts as absent: it is what a full disk
    /// left of another writer's. Of two processes that create the same path at the same moment, the
    /// later rename holds. It is not synced to disk (see [`Whisper::sync`]). Costs a stat, an open, a
    /// truncate, a write and a rename.
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
        Self::create_with(path, &header, CreateOptions::default())
    }

    /// Creates a file without points and opens it, as [`create`](Self::create) does, with a header
    /// and in a way of the caller's choice.
    ///
    /// # Errors
    /// As [`Whisper::create`].
    pub fn create_with(
        path: impl AsRef<Path>,
        header: &Header,
        options: CreateOptions,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        if !options.replace {
            refuse_existing(path)?;
        }
        NewFile::create(path, header, options.allocation)?.rename(options.sync)
    }

    /// Creates a file that holds points from the first moment on, and opens it: what
    /// [`create_with`](Self::create_with) and [`update_with`](Self::update_with) would leave. Nothing
    /// is read, and points of the finest archive that begin it are written with the header.
    ///
    /// Answers what became of the points, and what was put off.
    ///
    /// # Errors
    /// As [`Whisper::create`].
    ///
    /// ```
    /// use statsd_whisper::{
    ///     Accepted, AggregationMethod, CreateOptions, Header, Rollups, Whisper, parse_retentions,
    /// };
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let header = Header::new(&parse_retentions("10s:1h,1m:1d")?, AggregationMethod::Sum, 0.0)?;
    /// let point = Accepted { timestamp: 1_772_599_850, at: 1_772_599_850, value: 2.0 };
    /// let options = CreateOptions::default();
    /// let (file, counts, deferred) =
    ///     Whisper::create_with_points(path, &header, options, &[point], Rollups::AtOnce)?;
    /// assert_eq!((counts.written, deferred), (1, None));
    /// assert_eq!(file.value_at(1_772_599_850)?, Some(2.0));
    /// assert_eq!(file.points(60)?[0].value, 2.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create_with_points(
        path: impl AsRef<Path>,
        header: &Header,
        options: CreateOptions,
        points: &[Accepted],
        rollups: Rollups,
    ) -> Result<(Self, Counts, Option<Deferred>), Error> {
        let path = path.as_ref();
        if !options.replace {
            refuse_existing(path)?;
        }
        let mut slots = Overlay::new(header, None);
        let (counts, deferred) = slots.update_with(points, rollups, None)?;
        let new = NewFile::with_slots(path, header, options.allocation, &slots)?;
        Ok((new.rename(options.sync)?, counts, deferred))
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

/// A whole file under a temporary name. It is removed again unless it gets its real one.
#[derive(Debug)]
pub(crate) struct NewFile {
    /// Its path is the real one already, as errors are to name that.
    pub(crate) whisper: Whisper,
    temporary: Temporary,
}

impl NewFile {
    pub(crate) fn create(
        path: &Path,
        header: &Header,
        allocation: Allocation,
    ) -> Result<Self, Error> {
        Self::with_slots(path, header, allocation, &Overlay::new(header, None))
    }

    /// `slots` are over no file.
    fn with_slots(
        path: &Path,
        header: &Header,
        allocation: Allocation,
        slots: &Overlay<'_>,
    ) -> Result<Self, Error> {
        let io = |source| Error::io(path.display(), "cannot create", source);
        let (temporary, file) = Temporary::beside(path).map_err(io)?;
        let disk = Disk::new(file, path.to_owned());
        let known = Known::of_new(header.archives().len());
        disk.allocate(header, allocation)?;
        slots.flush_behind(header.to_bytes(), &disk, &known)?;
        Ok(Self { whisper: Whisper::new(disk, header.clone(), known), temporary })
    }

    pub(crate) fn rename(mut self, sync: bool) -> Result<Whisper, Error> {
        if sync {
            self.whisper.sync()?;
        }
        let path = self.whisper.path();
        disk::rename(&self.temporary.path, path).map_err(|source| {
            Error::io(path.display(), "cannot rename a new file to it", source)
        })?;
        self.temporary.renamed = true;
        if sync {
            disk::sync_folder(path)?;
        }
        Ok(self.whisper)
    }
}

/// The name of a file until it gets its real one. Without that, the file is removed again.
#[derive(Debug)]
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
