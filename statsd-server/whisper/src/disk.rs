//! The open file below everything: bytes by position, with errors that name the place.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::archive::{Archive, SLOT_BYTES};
use crate::error::{Error, ErrorKind};
use crate::layout::decode_slots;

/// Slots that are read at once to be made into values: 48 KiB, which hold a day of minutes.
const BUFFER_SLOTS: usize = 4_096;

thread_local! {
    /// Where they go on their way. Kept, as a new one would be zeroed first each time.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A file that slots are read from and written to.
#[derive(Debug)]
pub(crate) struct Disk {
    file: File,
    path: PathBuf,
}

impl Disk {
    pub(crate) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Fills the buffer with what an archive holds from a slot on. One system call.
    pub(crate) fn read(&self, bytes: &mut [u8], archive: &Archive, slot: u32) -> Result<(), Error> {
        let at = archive.byte_of(slot);
        let done = fault::next().and_then(|()| self.file.read_exact_at(bytes, at));
        done.map_err(|source| self.archive_error("read", archive, at, source))
    }

    /// Appends the values of an archive's slots, the first of which is to be that of `expected`.
    /// One system call for [`BUFFER_SLOTS`].
    pub(crate) fn read_values(
        &self,
        archive: &Archive,
        slots: &Range<u32>,
        mut expected: i64,
        values: &mut Vec<Option<f64>>,
    ) -> Result<(), Error> {
        BUFFER.with_borrow_mut(|buffer| {
            for first in slots.clone().step_by(BUFFER_SLOTS) {
                let count = ((slots.end - first) as usize).min(BUFFER_SLOTS);
                let bytes = count * SLOT_BYTES;
                if buffer.len() < bytes {
                    buffer.resize(bytes, 0);
                }
                self.read(&mut buffer[..bytes], archive, first)?;
                values.extend(decode_slots(&buffer[..bytes]).map(|slot| {
                    let value = slot.value_for(expected);
                    expected += archive.step();
                    value
                }));
            }
            Ok(())
        })
    }

    /// Writes what an archive holds from a slot on. One system call.
    pub(crate) fn write(&self, bytes: &[u8], archive: &Archive, slot: u32) -> Result<(), Error> {
        let at = archive.byte_of(slot);
        let done = fault::next_write(bytes, |bytes| self.file.write_all_at(bytes, at));
        done.map_err(|source| self.archive_error("write", archive, at, source))
    }

    /// Writes the first bytes of the file.
    pub(crate) fn write_header(&self, bytes: &[u8]) -> Result<(), Error> {
        fault::next_write(bytes, |bytes| self.file.write_all_at(bytes, 0))
            .map_err(|source| self.io("cannot write the header", source))
    }

    pub(crate) fn sync(&self) -> Result<(), Error> {
        fault::next()
            .and_then(|()| self.file.sync_data())
            .map_err(|source| self.io("cannot sync", source))
    }

    pub(crate) fn error(&self, kind: ErrorKind, problem: impl Into<String>) -> Error {
        Error::new(kind, self.path.display(), problem)
    }

    pub(crate) fn io(&self, problem: &str, source: io::Error) -> Error {
        Error::io(self.path.display(), problem, source)
    }

    fn archive_error(&self, verb: &str, archive: &Archive, at: u64, source: io::Error) -> Error {
        let retention = archive.retention();
        self.io(&format!("cannot {verb} archive {retention} at byte {at}"), source)
    }
}

/// Outside of tests nothing fails but the disk.
#[cfg(not(test))]
mod fault {
    use std::io;

    #[expect(clippy::unnecessary_wraps, reason = "in tests it may fail")]
    pub(super) fn next() -> io::Result<()> {
        Ok(())
    }

    pub(super) fn next_write(
        bytes: &[u8],
        write: impl Fn(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        write(bytes)
    }
}

#[cfg(test)]
pub(crate) mod fault;
