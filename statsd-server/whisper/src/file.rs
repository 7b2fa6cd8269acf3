//! An open file: its header in memory, its slots by position.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::OnceLock;

use crate::aggregation::AggregationMethod;
use crate::archive::{Archive, SLOT_BYTES};
use crate::disk::Disk;
use crate::error::{Error, ErrorKind};
use crate::layout::{HEADER_MAX_BYTES, Header, decode_slots};
use crate::overlay::{Known, Overlay};

/// An open Whisper file.
///
/// Takes no lock unless [asked](Self::open_locked): reads go through `&self` and may run at once,
/// writes through `&mut self`. A second process that writes the same file is the caller's to keep out.
#[derive(Debug)]
pub struct Whisper {
    disk: Disk,
    header: Header,
    known: Known,
    /// What no other file has as long as this one is open: asked for once.
    identity: OnceLock<Identity>,
    is_locked: bool,
}

/// A file among all files of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(stat: &Metadata) -> Self {
        Self { device: stat.dev(), inode: stat.ino() }
    }
}

impl Whisper {
    /// Opens a file to read and write it. Costs an open, a stat and one read.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::Truncated`], [`ErrorKind::Corrupt`] or
    /// [`ErrorKind::Compressed`] where the file is not a whole one of this format, before anything
    /// else is done with it.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let header = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?.header().clone();
    /// let file = Whisper::open(&path)?;
    /// assert_eq!((file.header(), file.path()), (&header, path.as_path()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), OpenOptions::new().read(true).write(true))
    }

    /// Opens a file to read it only: an update of it is an error of the operating system.
    ///
    /// # Errors
    /// As [`Whisper::open`].
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// let mut file = Whisper::open_read_only(&path)?;
    /// assert_eq!(file.value_at(1_772_599_850)?, None);
    /// assert!(file.update(1_772_599_850, 1.0, 1_772_599_850).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), OpenOptions::new().read(true))
    }

    fn open_with(path: &Path, options: &OpenOptions) -> Result<Self, Error> {
        let io = |problem: &str| {
            let problem = problem.to_owned();
            move |source| Error::io(path.display(), problem, source)
        };
        let file = options.open(path).map_err(io("cannot open"))?;
        let stat = file.metadata().map_err(io("cannot read its size"))?;
        let mut head = [0; HEADER_MAX_BYTES + SLOT_BYTES];
        let head = read_head(&file, &mut head).map_err(io("cannot read the header"))?;
        let header = Header::parse(head, stat.len(), path)?;
        let base = |archive: &Archive| {
            // Slot 0 of the first archive follows the table, and is in what was read.
            let slot = head.get(usize::try_from(archive.byte_of(0)).ok()?..)?;
            archive.base(decode_slots(slot).next()?.interval)
        };
        let known = Known::of_opened(header.archives().iter().map(base));
        let mut opened = Self::new(Disk::new(file, path.to_owned()), header, known);
        opened.identity = Identity::of(&stat).into();
        Ok(opened)
    }

    pub(crate) fn new(disk: Disk, header: Header, known: Known) -> Self {
        Self { disk, header, known, identity: OnceLock::new(), is_locked: false }
    }

    /// Opens a file to read and write it, and waits until no other has it locked: `flock` with
    /// `LOCK_EX`, as Python's tools with `--lock` and carbon's `WHISPER_LOCK_WRITES` take it. If it
    /// was replaced meanwhile, the new one is opened. The lock is held until this is dropped.
    ///
    /// # Errors
    /// As [`Whisper::open`].
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// Whisper::create(&path, &parse_retentions("1m:1d")?, AggregationMethod::Sum, 0.0)?;
    /// let locked = Whisper::open_locked(&path)?;
    /// assert!(std::fs::File::open(&path)?.try_lock().is_err());
    /// drop(locked);
    /// assert!(std::fs::File::open(&path)?.try_lock().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_locked(path: impl AsRef<Path>) -> Result<Self, Error> {
        loop {
            let mut opened = Self::open(path.as_ref())?;
            opened.lock()?;
            if !opened.is_replaced()? {
                return Ok(opened);
            }
        }
    }

    /// What the file says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where the file was opened.
    pub fn path(&self) -> &Path {
        self.disk.path()
    }

    /// Changes how fine values become coarse ones from now on. Values that stand are left alone.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// file.set_aggregation_method(AggregationMethod::Max)?;
    /// assert_eq!(Whisper::open(&path)?.header().method(), AggregationMethod::Max);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_aggregation_method(&mut self, method: AggregationMethod) -> Result<(), Error> {
        self.rewrite_header(self.header.with_method(method))
    }

    /// Changes the share of fine values that must be known before a coarse one is written.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidXFilesFactor`] where it is not in 0..=1.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// file.set_x_files_factor(0.25)?;
    /// assert_eq!(Whisper::open(&path)?.header().x_files_factor(), 0.25);
    /// assert!(file.set_x_files_factor(1.5).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_x_files_factor(&mut self, x_files_factor: f32) -> Result<(), Error> {
        let header = self
            .header
            .with_x_files_factor(x_files_factor)
            .map_err(|problem| self.error(ErrorKind::InvalidXFilesFactor, problem))?;
        self.rewrite_header(header)
    }

    /// Waits until everything written is on the disk (one `fdatasync`; no other call does this).
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// let _ = file.update(1_772_599_850, 1.0, 1_772_599_850)?;
    /// assert!(file.sync().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sync(&self) -> Result<(), Error> {
        self.disk.sync()
    }

    /// Another file stands at the path now, or none: somebody renamed or removed this one, and what
    /// is written here will not be found there. Or somebody cut this one off behind our back, so that it
    /// ends before its last slot, and has to be opened anew: who overwrites a file in its place begins so.
    /// Costs a stat; of a file that was created, two at the first time.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// assert!(!file.is_replaced()?);
    /// std::fs::rename(&path, folder.path().join("b.wsp"))?;
    /// assert!(file.is_replaced()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_replaced(&self) -> Result<bool, Error> {
        let here = self.identity()?;
        match fs::metadata(self.path()) {
            Ok(there) => {
                let is_cut = there.len() < self.header.file_bytes();
                Ok(is_cut || here != Identity::of(&there))
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(source) => Err(self.cannot_stat(source)),
        }
    }

    /// The number of the file system that the file lies on, as stat's `st_dev` has it. Costs a stat if
    /// the file was created, and that once.
    ///
    /// ```
    /// use std::os::unix::fs::MetadataExt as _;
    ///
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.5)?;
    /// assert_eq!(file.device()?, std::fs::metadata(&path)?.dev());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn device(&self) -> Result<u64, Error> {
        Ok(self.identity()?.device)
    }

    fn identity(&self) -> Result<Identity, Error> {
        if let Some(known) = self.identity.get() {
            return Ok(*known);
        }
        let stat = self.disk.file().metadata();
        let found = Identity::of(&stat.map_err(|source| self.cannot_stat(source))?);
        Ok(*self.identity.get_or_init(|| found))
    }

    fn cannot_stat(&self, source: io::Error) -> Error {
        self.disk.io("cannot read its inode", source)
    }

    fn rewrite_header(&mut self, header: Header) -> Result<(), Error> {
        self.disk.write_header(&header.metadata())?;
        self.header = header;
        Ok(())
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked
    }

    pub(crate) fn lock(&mut self) -> Result<(), Error> {
        let locked = self.disk.file().lock();
        locked.map_err(|source| self.disk.io("cannot lock", source))?;
        self.is_locked = true;
        Ok(())
    }

    /// The slots as they are, to read them or to put others over them.
    pub(crate) fn overlay(&self) -> Overlay<'_> {
        Overlay::new(&self.header, Some((&self.disk, &self.known)))
    }

    pub(crate) fn error(&self, kind: ErrorKind, problem: impl Into<String>) -> Error {
        self.disk.error(kind, problem)
    }
}

/// The header of a file that may end too early for it, and the bytes it has.
pub(crate) fn read_header(path: &Path) -> Result<(Result<Header, Error>, u64), Error> {
    let io = |source| Error::io(path.display(), "cannot read the header", source);
    let file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    let mut head = [0; HEADER_MAX_BYTES];
    let head = read_head(&file, &mut head).map_err(io)?;
    // Any size will do, unless not even the header is whole.
    let header = match Header::parse(head, u64::MAX, path) {
        Err(error) if error.kind() == ErrorKind::Truncated => Header::parse(head, bytes, path),
        header => header,
    };
    Ok((header, bytes))
}

/// Reads until the buffer is full or the file ends.
fn read_head<'a>(file: &File, head: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut filled = 0;
    while filled < head.len() {
        match file.read_at(&mut head[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&head[..filled])
}

#[cfg(test)]
mod tests;
