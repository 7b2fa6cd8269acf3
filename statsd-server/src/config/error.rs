//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use super::suggest::nearest;

/// Why a configuration was not taken: one line, or one a mistake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read; the error names it.
    #[error(transparent)]
    Read(std::io::Error),
    /// The text is not what is expected there.
    #[error("{}{message}", Place { path: path.as_deref(), line: *line, column: *column })]
    Text {
        /// The file, where the text came from one.
        path: Option<PathBuf>,
        /// The line, from 1; 0 where the whole is meant.
        line: usize,
        /// The character in the line, from 1; 0 where the line is all that is known.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// More than one of them.
    #[error("{}", Lines(errors))]
    Several {
        /// In the order of the text.
        errors: Vec<Self>,
    },
}

impl ConfigError {
    /// Something about the whole text.
    pub(super) fn whole(message: String) -> Self {
        Self::Text { path: None, line: 0, column: 0, message }
    }

    pub(super) fn value(key: &str, message: &str) -> Self {
        Self::whole(format!("{key}: {message}"))
    }

    pub(super) fn toml(text: &str, error: &toml::de::Error) -> Self {
        let before = |span: std::ops::Range<usize>| text.get(..span.start).unwrap_or(text);
        let line = error.span().map_or(0, |span| 1 + before(span).matches('\n').count());
        Self::Text { path: None, line, column: 0, message: with_suggestion(error.message()) }
    }

    /// One error as it is, more as several.
    pub(super) fn all(mut errors: Vec<Self>) -> Option<Self> {
        match errors.len() {
            0 | 1 => errors.pop(),
            _ => Some(Self::Several { errors }),
        }
    }

    pub(super) fn at(self, file: &Path) -> Self {
        match self {
            Self::Text { line, column, message, .. } => {
                Self::Text { path: Some(file.to_owned()), line, column, message }
            }
            Self::Several { errors } => {
                Self::Several { errors: errors.into_iter().map(|error| error.at(file)).collect() }
            }
            error @ Self::Read(_) => error,
        }
    }
}

/// Where something stands; as much of it as is known, with `: ` behind it.
pub(super) struct Place<'a> {
    pub(super) path: Option<&'a Path>,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.path, self.line) {
            (None, 0) => return Ok(()),
            (None, line) => write!(f, "line {line}")?,
            (Some(path), 0) => write!(f, "{}", path.display())?,
            (Some(path), line) => write!(f, "{}:{line}", path.display())?,
        }
        match (self.path, self.column) {
            (_, 0) => {}
            (None, column) => write!(f, ", column {column}")?,
            (Some(_), column) => write!(f, ":{column}")?,
        }
        f.write_str(": ")
    }
}

struct Lines<'a>(&'a [ConfigError]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{error}")?;
        }
        Ok(())
    }
}

/// serde lists every key it knows; one that is near is more help.
fn with_suggestion(message: &str) -> String {
    let (kind, rest) = match message.split_once(" `") {
        Some(("unknown field", rest)) => ("key", rest),
        Some(("unknown variant", rest)) => ("value", rest),
        _ => return message.trim().to_owned(),
    };
    let mut quoted = rest.split('`');
    let unknown = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    match nearest(unknown, known.iter().copied()) {
        Some(word) => format!("unknown {kind} `{unknown}`; did you mean `{word}`?"),
        None => format!("unknown {kind} `{unknown}`; known are {}", known.join(", ")),
    }
}
