//! A file of rules that is read again when it has changed.

use std::fs::Metadata;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::RuleError;
use crate::limits::RULE_FILE_MAX_BYTES;

/// A file, and what it was like when it was read.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    read: Option<Stamp>,
    /// As it was when it was looked at last; one that still changes is being written.
    seen: Option<Stamp>,
}

/// What differs when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Watched {
    /// Reads a file for the first time.
    pub(super) fn open<T>(
        path: &Path,
        parse: impl FnOnce(&str) -> Result<T, RuleError>,
    ) -> Result<(Self, T), RuleError> {
        let mut watched = Self { path: path.to_owned(), read: None, seen: None };
        let value = watched.read(parse)?;
        Ok((watched, value))
    }

    /// Looks at it, and reads it where it is another one than the last time and has been still since the
    /// look before. `None` where there is nothing to do; a mistake is told once.
    pub(super) fn changed<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, RuleError>,
    ) -> Option<Result<T, RuleError>> {
        // One that is gone, for a moment or for good, says nothing new.
        let stamp = Stamp::of(&fs_err::metadata(&self.path).ok()?);
        let is_still = self.seen == Some(stamp);
        self.seen = Some(stamp);
        (is_still && self.read != Some(stamp)).then(|| self.read(parse))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn read<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Result<T, RuleError>,
    ) -> Result<T, RuleError> {
        let text = self.text().map_err(|error| RuleError::whole(error.to_string()))?;
        if text.len() as u64 > RULE_FILE_MAX_BYTES {
            let message = format!("it is longer than {RULE_FILE_MAX_BYTES} bytes");
            return Err(RuleError::whole(message).at(&self.path));
        }
        parse(&text).map_err(|error| error.at(&self.path))
    }

    /// The stamp is taken before the text, so that a change in between is seen later.
    fn text(&mut self) -> std::io::Result<String> {
        let file = fs_err::File::open(&self.path)?;
        let stamp = Stamp::of(&file.metadata()?);
        (self.read, self.seen) = (Some(stamp), Some(stamp));
        let mut text = String::new();
        file.take(RULE_FILE_MAX_BYTES + 1).read_to_string(&mut text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests;
