//! What is wrong with a configuration, and where.

use std::path::{Path, PathBuf};

/// Why a configuration was not taken. One line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read; the error names it.
    #[error(transparent)]
    Read(std::io::Error),
    /// The text is not what is expected there.
    #[error("{}{message}", Place { path: path.as_deref(), line: *line })]
    Text {
        /// The file, where the text came from one.
        path: Option<PathBuf>,
        /// The line, from 1; 0 where the whole is meant.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

impl ConfigError {
    pub(super) fn value(key: &str, message: String) -> Self {
        Self::Text { path: None, line: 0, message: format!("{key}: {message}") }
    }

    pub(super) fn toml(text: &str, error: &toml::de::Error) -> Self {
        let before = |span: std::ops::Range<usize>| text.get(..span.start).unwrap_or(text);
        let line = error.span().map_or(0, |span| 1 + before(span).matches('\n').count());
        Self::Text { path: None, line, message: with_suggestion(error.message()) }
    }

    pub(super) fn at(self, file: &Path) -> Self {
        match self {
            Self::Text { line, message, .. } => {
                Self::Text { path: Some(file.to_owned()), line, message }
            }
            error @ Self::Read(_) => error,
        }
    }
}

struct Place<'a> {
    path: Option<&'a Path>,
    line: usize,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.path, self.line) {
            (Some(path), 0) => write!(f, "{}: ", path.display()),
            (Some(path), line) => write!(f, "{}:{line}: ", path.display()),
            (None, 0) => Ok(()),
            (None, line) => write!(f, "line {line}: "),
        }
    }
}

/// serde lists every key it knows; one that is near is more help.
fn with_suggestion(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return message.trim().to_owned();
    };
    let mut quoted = rest.split('`');
    let unknown = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.skip(1).step_by(2).collect();
    let nearest = known.iter().map(|key| (distance(unknown, key), *key)).min();
    match nearest {
        Some((edits, key)) if edits <= 3 => {
            format!("unknown key `{unknown}`; did you mean `{key}`?")
        }
        _ => format!("unknown key `{unknown}`; known are {}", known.join(", ")),
    }
}

/// Levenshtein's distance, row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
