//! What is wrong with a file of rules, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::limits::CONFIG_NOTES_MAX;

/// Why a file of rules was not taken: one line, or one a mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Shown(self))]
pub struct RuleError {
    file: Option<PathBuf>,
    mistakes: Vec<Mistake>,
    /// Mistakes beyond `CONFIG_NOTES_MAX`.
    left_out: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mistake {
    /// The line, from 1; 0 where the whole is meant.
    line: usize,
    message: String,
}

impl RuleError {
    /// Something about the whole file.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        let mut found = Mistakes::default();
        found.add(0, message);
        Self { file: None, mistakes: found.mistakes, left_out: 0 }
    }

    /// The same with the name of the file in front.
    pub(super) fn at(mut self, file: &Path) -> Self {
        self.file = Some(file.to_owned());
        self
    }
}

/// What is found on the way through a file: all of it is told together.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    mistakes: Vec<Mistake>,
    left_out: usize,
}

impl Mistakes {
    pub(super) fn add(&mut self, line: usize, message: impl Into<String>) {
        if self.mistakes.len() < CONFIG_NOTES_MAX {
            // A file may hold what breaks a line or moves a cursor.
            let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
            let message = message.into().chars().map(plain).collect();
            self.mistakes.push(Mistake { line, message });
        } else {
            self.left_out += 1;
        }
    }

    /// The value, where nothing was wrong.
    pub(super) fn or<T>(
        self,
        value: impl FnOnce() -> Result<T, RuleError>,
    ) -> Result<T, RuleError> {
        if self.mistakes.is_empty() {
            return value();
        }
        Err(RuleError { file: None, mistakes: self.mistakes, left_out: self.left_out })
    }
}

struct Shown<'a>(&'a RuleError);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RuleError { file, mistakes, left_out } = self.0;
        for (at, Mistake { line, message }) in mistakes.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            match (file, line) {
                (None, 0) => {}
                (None, line) => write!(f, "line {line}: ")?,
                (Some(file), 0) => write!(f, "{}: ", file.display())?,
                (Some(file), line) => write!(f, "{}:{line}: ", file.display())?,
            }
            f.write_str(message)?;
        }
        if *left_out > 0 {
            write!(f, "\n{left_out} more mistakes are left out")?;
        }
        Ok(())
    }
}
