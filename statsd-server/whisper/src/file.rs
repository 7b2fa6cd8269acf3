//! An open file: its header in memory, its slots by position.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::aggregation::AggregationMethod;
use crate::archive::SLOT_BYTES;
use crate::disk::Disk;
use crate::error::{Error, ErrorKind};
use crate::layout::{HEADER_MAX_BYTES, Header, decode_slots};
use crate::overlay::Overlay;

/// An open Whisper file.
///
/// Takes no lock: reads go through `&self` and may run at once, writes through `&mut self`. A second
/// process that writes the same file is the caller's to keep out.
#[derive(Debug)]
pub struct Whisper {
    disk: Disk,
    header: Header,
    /// The interval that went into slot 0 of each archive, 0 while it is not known. It holds for as
    /// long as the file does: what is written into slot 0 later is a whole number of rounds away.
    /// That an archive is empty is never remembered, as another process may write its first point.
    bases: Box<[AtomicU32]>,
}

impl Whisper {
    /// Opens a file to read and write it. Costs an open, a stat and one read.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::Truncated`], [`ErrorKind::Corrupt`] or
    /// [`ErrorKind::Compressed`] where the file is not a whole one of this format, before anything
    /// else is done with it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), OpenOptions::new().read(true).write(true))
    }

    /// Opens a file to read it only: an update of it is an error of the operating system.
    ///
    /// # Errors
    /// As [`Whisper::open`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), OpenOptions::new().read(true))
    }

    fn open_with(path: &Path, options: &OpenOptions) -> Result<Self, Error> {
        let io = |problem: &str| {
            let problem = problem.to_owned();
            move |source| Error::io(path.display(), problem, source)
        };
        let file = options.open(path).map_err(io("cannot open"))?;
        let file_bytes = file.metadata().map_err(io("cannot read its size"))?.len();
        let mut head = [0; HEADER_MAX_BYTES + SLOT_BYTES];
        let head = read_head(&file, &mut head).map_err(io("cannot read the header"))?;
        let header = Header::parse(head, file_bytes, path)?;
        let opened = Self::new(file, path.to_owned(), header);
        for (archive, base) in opened.header.archives().iter().zip(&opened.bases) {
            // Slot 0 of the first archive follows the table, and is in what was read.
            let slot = usize::try_from(archive.byte_of(0)).ok().and_then(|at| head.get(at..));
            let slot = slot.and_then(|bytes| decode_slots(bytes).next());
            base.store(slot.map_or(0, |slot| slot.interval), Ordering::Relaxed);
        }
        Ok(opened)
    }

    pub(crate) fn new(file: File, path: PathBuf, header: Header) -> Self {
        let bases = header.archives().iter().map(|_| AtomicU32::new(0)).collect();
        Self { disk: Disk::new(file, path), header, bases }
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
    pub fn set_aggregation_method(&mut self, method: AggregationMethod) -> Result<(), Error> {
        self.rewrite_header(self.header.with_method(method))
    }

    /// Changes the share of fine values that must be known before a coarse one is written.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidXFilesFactor`] where it is not in 0..=1.
    pub fn set_x_files_factor(&mut self, x_files_factor: f32) -> Result<(), Error> {
        let header = self
            .header
            .with_x_files_factor(x_files_factor)
            .map_err(|problem| self.error(ErrorKind::InvalidXFilesFactor, problem))?;
        self.rewrite_header(header)
    }

    /// Waits until everything written is on the disk (one `fdatasync`; no other call does this).
    pub fn sync(&self) -> Result<(), Error> {
        self.disk.sync()
    }

    /// Another file stands at the path now, or none: somebody renamed or removed this one, and what
    /// is written here will not be found there. Costs two stats.
    pub fn is_replaced(&self) -> Result<bool, Error> {
        let stat = |source| self.disk.io("cannot read its inode", source);
        let here = self.disk.file().metadata().map_err(stat)?;
        match fs::metadata(self.path()) {
            Ok(there) => Ok((here.dev(), here.ino()) != (there.dev(), there.ino())),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(source) => Err(stat(source)),
        }
    }

    fn rewrite_header(&mut self, header: Header) -> Result<(), Error> {
        self.disk.write_header(&header.metadata())?;
        self.header = header;
        Ok(())
    }

    /// The slots as they are, to read them or to put others over them.
    pub(crate) fn overlay(&self) -> Overlay<'_> {
        Overlay::new(&self.header, Some((&self.disk, &self.bases)))
    }

    pub(crate) fn error(&self, kind: ErrorKind, problem: impl Into<String>) -> Error {
        self.disk.error(kind, problem)
    }
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
