//! A file that ends too early gets its size back.

use std::fs::OpenOptions;
use std::path::Path;

use crate::archive::SLOT_BYTES;
use crate::check::{Finding, oddities};
use crate::disk::Disk;
use crate::error::{Error, ErrorKind};
use crate::file::{Whisper, read_header};
use crate::layout::Header;

/// Extends a file that ends within its archives with empty slots, and waits until that is on the
/// disk. A slot of which only a part is left is emptied, too. Nothing that is whole is changed, and
/// nothing else is ever guessed. Whether there was something to repair.
///
/// # Errors
/// [`ErrorKind::Empty`], [`ErrorKind::Truncated`], [`ErrorKind::Corrupt`] or
/// [`ErrorKind::Compressed`] where the header is not that of a file made by this crate or the Python
/// library, which alone says what is missing; and the operating system's. The file is as it was then.
///
/// See [`check`](crate::check()) for an example.
pub fn repair(path: impl AsRef<Path>) -> Result<bool, Error> {
    let path = path.as_ref();
    let (header, bytes) = read_header(path)?;
    let header = header?;
    let promised = header.file_bytes();
    if bytes >= promised {
        return Ok(false);
    }
    if let Some(problem) = unusual(&header) {
        let problem = format!("not extended to the {promised} bytes of its header: {problem}");
        return Err(Error::new(ErrorKind::Corrupt, path.display(), problem));
    }
    let file = OpenOptions::new().read(true).write(true).open(path);
    let file = file.map_err(|source| Error::io(path.display(), "cannot open", source))?;
    let disk = Disk::new(file, path.to_owned());
    // Offsets are contiguous, so all slots count from the first archive's.
    let whole = bytes - (bytes - header.header_bytes()) % SLOT_BYTES as u64;
    let extended = disk.set_len(whole).and_then(|()| disk.set_len(promised));
    extended.map_err(|source| disk.io("cannot extend it", source))?;
    Whisper::open(path)?.sync()?;
    Ok(true)
}

/// What tells a header from those that are known to be written: random bytes may promise terabytes.
fn unusual(header: &Header) -> Option<String> {
    let odd = oddities(header).into_iter();
    let odd = odd.filter(|odd| !matches!(odd, Finding::AmbiguousMethod(_)));
    let mut free_from = header.header_bytes();
    let contiguous = header.archives().iter().all(|archive| {
        let begins = u64::from(archive.offset());
        std::mem::replace(&mut free_from, archive.end()) == begins
    });
    let gap = (!contiguous).then(|| "its archives do not follow each other".to_owned());
    odd.map(|odd| odd.to_string()).next().or(gap)
}

#[cfg(test)]
mod tests;
