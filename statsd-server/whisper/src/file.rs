//! An open file: its header in memory, its slots by position.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::aggregation::AggregationMethod;
use crate::archive::{Archive, SLOT_BYTES};
use crate::error::{Error, ErrorKind};
use crate::layout::{HEADER_MAX_BYTES, Header, Slot, decode_slots, encode_slots};

/// An open Whisper file.
///
/// Takes no lock: reads go through `&self` and may run at once, writes through `&mut self`. A second
/// process that writes the same file is the caller's to keep out.
#[derive(Debug)]
pub struct Whisper {
    file: File,
    path: PathBuf,
    header: Header,
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
        let mut head = [0; HEADER_MAX_BYTES];
        let head = read_head(&file, &mut head).map_err(io("cannot read the header"))?;
        let header = Header::parse(head, file_bytes, path)?;
        Ok(Self::new(file, path.to_owned(), header))
    }

    pub(crate) fn new(file: File, path: PathBuf, header: Header) -> Self {
        Self { file, path, header }
    }

    /// What the file says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where the file was opened.
    pub fn path(&self) -> &Path {
        &self.path
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
        self.file.sync_data().map_err(|source| self.io("cannot sync", source))
    }

    /// Another file stands at the path now, or none: somebody renamed or removed this one, and what
    /// is written here will not be found there. Costs two stats.
    pub fn is_replaced(&self) -> Result<bool, Error> {
        let stat = |source| self.io("cannot read its inode", source);
        let here = self.file.metadata().map_err(stat)?;
        match fs::metadata(&self.path) {
            Ok(there) => Ok((here.dev(), here.ino()) != (there.dev(), there.ino())),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(source) => Err(stat(source)),
        }
    }

    fn rewrite_header(&mut self, header: Header) -> Result<(), Error> {
        self.file
            .write_all_at(&header.metadata(), 0)
            .map_err(|source| self.io("cannot write the header", source))?;
        self.header = header;
        Ok(())
    }

    /// The interval in slot 0, from which all others count; none where the archive is empty.
    pub(crate) fn base(&self, archive: &Archive) -> Result<Option<u32>, Error> {
        let mut slot = [0; SLOT_BYTES];
        self.read_at(&mut slot, archive, 0)?;
        Ok(decode_slots(&slot).map(|slot| slot.interval).find(|interval| *interval != 0))
    }

    /// The bytes of `count` slots (at most the archive's points) from that of `first` on, in order
    /// of time. One read, two where they wrap.
    pub(crate) fn read_slots(
        &self,
        archive: &Archive,
        base: u32,
        first: i64,
        count: usize,
    ) -> Result<Vec<u8>, Error> {
        let slot = archive.slot(first, base);
        let mut bytes = vec![0; count * SLOT_BYTES];
        let (before_wrap, wrapped) = bytes.split_at_mut(bytes_before_wrap(archive, slot, count));
        self.read_at(before_wrap, archive, slot)?;
        self.read_at(wrapped, archive, 0)?;
        Ok(bytes)
    }

    /// Writes slots (at most the archive's points) that follow each other in time. One write, two
    /// where they wrap.
    pub(crate) fn write_run(
        &self,
        archive: &Archive,
        base: u32,
        run: &[Slot],
    ) -> Result<(), Error> {
        let Some(first) = run.first() else { return Ok(()) };
        let slot = archive.slot(first.interval.into(), base);
        let bytes = encode_slots(run);
        let (before_wrap, wrapped) = bytes.split_at(bytes_before_wrap(archive, slot, run.len()));
        self.write_at(before_wrap, archive, slot)?;
        self.write_at(wrapped, archive, 0)
    }

    fn read_at(&self, bytes: &mut [u8], archive: &Archive, slot: u32) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = archive.byte_of(slot);
        self.file.read_exact_at(bytes, at).map_err(|source| {
            let retention = archive.retention();
            self.io(&format!("cannot read archive {retention} at byte {at}"), source)
        })
    }

    fn write_at(&self, bytes: &[u8], archive: &Archive, slot: u32) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = archive.byte_of(slot);
        self.file.write_all_at(bytes, at).map_err(|source| {
            let retention = archive.retention();
            self.io(&format!("cannot write archive {retention} at byte {at}"), source)
        })
    }

    pub(crate) fn error(&self, kind: ErrorKind, problem: impl Into<String>) -> Error {
        Error::new(kind, self.path.display(), problem)
    }

    fn io(&self, problem: &str, source: io::Error) -> Error {
        Error::io(self.path.display(), problem, source)
    }

    /// `now` as a time that the format can name. Below it, sums of times stay far from overflow.
    pub(crate) fn check_now(&self, now: i64) -> Result<i64, Error> {
        u32::try_from(now).map(i64::from).map_err(|_| {
            let problem = format!("now = {now} is not in 0..={} seconds", u32::MAX);
            self.error(ErrorKind::InvalidTime, problem)
        })
    }
}

fn bytes_before_wrap(archive: &Archive, slot: u32, count: usize) -> usize {
    count.min((archive.retention().points - slot) as usize) * SLOT_BYTES
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
