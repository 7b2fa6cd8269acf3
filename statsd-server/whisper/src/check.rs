//! What is wrong with a file.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::aggregation::AggregationMethod;
use crate::archive::Archive;
use crate::error::{Error, ErrorKind};
use crate::file::{Whisper, read_header};
use crate::layout::Header;
use crate::retention::{Retention, finest_first};

/// One thing that is wrong with a file, or odd about it. Its text says it in a sentence.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// It has no bytes at all: what a full disk leaves of other writers' files.
    Empty,
    /// It ends before its last archive does.
    Truncated {
        /// The bytes there are.
        bytes: u64,
        /// The bytes that the header promises.
        promised: u64,
    },
    /// It cannot be read as a Whisper file; the text says why.
    Unreadable(String),
    /// There is more after the last archive.
    TrailingBytes(u64),
    /// Its header says that it reaches back otherwise than its archives do.
    WrongMaxRetention {
        /// Seconds, as the header says.
        said: u32,
        /// Seconds, as the archives are.
        is: i64,
    },
    /// Its archives are none that a new file could have; coarse values may be missing.
    UnfitArchives(String),
    /// Slots of this archive name an interval that does not begin on a multiple of the step.
    Misaligned {
        /// Which archive.
        archive: Retention,
        /// How many slots.
        slots: u32,
    },
    /// Slots of this archive name an interval that has another place. They are never read.
    Misplaced {
        /// Which archive.
        archive: Retention,
        /// How many slots.
        slots: u32,
    },
    /// Slot 0 of this archive is empty, and others are not: it counts as empty.
    WithoutBase {
        /// Which archive.
        archive: Retention,
        /// How many slots.
        slots: u32,
    },
    /// The code of its method means another one to go-whisper, and nothing in the file says which of
    /// the two wrote it.
    AmbiguousMethod(AggregationMethod),
}

impl Finding {
    /// Values are lost, or cannot be read. Else it is only odd.
    pub fn is_damage(&self) -> bool {
        !matches!(
            self,
            Self::TrailingBytes(_)
                | Self::WrongMaxRetention { .. }
                | Self::UnfitArchives(_)
                | Self::AmbiguousMethod(_)
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "an empty file"),
            Self::Truncated { bytes, promised } => {
                write!(f, "{bytes} bytes, where its header promises {promised}")
            }
            Self::Unreadable(problem) | Self::UnfitArchives(problem) => f.write_str(problem),
            Self::TrailingBytes(bytes) => write!(f, "{bytes} bytes after the last archive"),
            Self::WrongMaxRetention { said, is } => {
                write!(f, "its header says that it reaches back {said} s; its archives do {is} s")
            }
            Self::Misaligned { archive, slots } => {
                let step = archive.seconds_per_point;
                write!(f, "archive {archive}: {slots} slots begin on no multiple of {step} s")
            }
            Self::Misplaced { archive, slots } => {
                write!(f, "archive {archive}: {slots} slots are in the place of another interval")
            }
            Self::WithoutBase { archive, slots } => {
                write!(f, "archive {archive}: slot 0 is empty, {slots} others are not")
            }
            Self::AmbiguousMethod(method) => {
                let theirs = method.go_whisper_name();
                write!(f, "{method} has the code that means {theirs} to go-whisper")
            }
        }
    }
}

/// Reads a whole file and says what is wrong with it; nothing where nothing is. Keeps 48 KiB of it in
/// memory at a time.
///
/// # Errors
/// The operating system's, where the file cannot be read at all; what is wrong with a file that can
/// is no error.
///
/// ```
/// use statsd_whisper::{AggregationMethod, Finding, Whisper, check, parse_retentions, repair};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.wsp");
/// Whisper::create(&path, &parse_retentions("1m:1h")?, AggregationMethod::Sum, 0.0)?;
/// assert_eq!(check(&path)?, []);
///
/// std::fs::File::options().write(true).open(&path)?.set_len(100)?;
/// let findings = check(&path)?;
/// assert_eq!(findings, [Finding::Truncated { bytes: 100, promised: 748 }]);
/// assert_eq!(findings[0].to_string(), "100 bytes, where its header promises 748");
///
/// repair(&path)?;
/// assert_eq!(check(&path)?, []);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(path: impl AsRef<Path>) -> Result<Vec<Finding>, Error> {
    let path = path.as_ref();
    let file = match Whisper::open_read_only(path) {
        Ok(file) => file,
        Err(error) => return unreadable(path, error),
    };
    let mut findings = Vec::new();
    let header = file.header();
    let size =
        fs::metadata(path).map_err(|e| Error::io(path.display(), "cannot read its size", e))?;
    let trailing = size.len().saturating_sub(header.file_bytes());
    if trailing > 0 {
        findings.push(Finding::TrailingBytes(trailing));
    }
    findings.extend(oddities(header));
    for archive in header.archives() {
        findings.extend(check_slots(&file, archive)?);
    }
    Ok(findings)
}

/// What a file that cannot be opened is.
fn unreadable(path: &Path, error: Error) -> Result<Vec<Finding>, Error> {
    match error.kind() {
        ErrorKind::Empty => Ok(vec![Finding::Empty]),
        ErrorKind::Truncated => {
            let (header, bytes) = read_header(path)?;
            Ok(vec![match header {
                Ok(header) => Finding::Truncated { bytes, promised: header.file_bytes() },
                Err(error) => Finding::Unreadable(error.problem().to_owned()),
            }])
        }
        ErrorKind::Corrupt | ErrorKind::Compressed => {
            Ok(vec![Finding::Unreadable(error.problem().to_owned())])
        }
        _ => Err(error),
    }
}

/// What is odd about a header that can be used.
pub(crate) fn oddities(header: &Header) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is = header.archives().iter().map(Archive::seconds).max().unwrap_or_default();
    if i64::from(header.max_retention()) != is {
        findings.push(Finding::WrongMaxRetention { said: header.max_retention(), is });
    }
    let retentions: Vec<_> = header.archives().iter().map(Archive::retention).collect();
    if let Err(problem) = finest_first(&retentions) {
        findings.push(Finding::UnfitArchives(problem));
    }
    if header.method().go_whisper_name() != header.method().name() {
        findings.push(Finding::AmbiguousMethod(header.method()));
    }
    findings
}

fn check_slots(file: &Whisper, archive: &Archive) -> Result<Option<Finding>, Error> {
    let (mut misaligned, mut misplaced, mut used) = (0, 0, 0);
    let mut base = 0;
    file.disk().each_slot(archive, |index, slot| {
        if index == 0 {
            base = slot.interval;
        }
        if slot.interval == 0 {
            return;
        }
        used += 1;
        let interval = i64::from(slot.interval);
        if archive.interval(interval) != interval {
            misaligned += 1;
        } else if archive.slot(interval, base) != index {
            misplaced += 1;
        }
    })?;
    let retention = archive.retention();
    Ok(if misaligned > 0 {
        Some(Finding::Misaligned { archive: retention, slots: misaligned })
    } else if base == 0 && used > 0 {
        Some(Finding::WithoutBase { archive: retention, slots: used })
    } else if misplaced > 0 {
        Some(Finding::Misplaced { archive: retention, slots: misplaced })
    } else {
        None
    })
}

#[cfg(test)]
mod tests;
