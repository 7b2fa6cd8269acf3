//! What can go wrong with a file, and where.

use std::fmt;
use std::io;

/// Why a file could not be made, read or written.
///
/// The text names the file (or the text that was parsed) and the place in it; the error of the
/// operating system, where there is one, is the [`source`](std::error::Error::source).
///
/// ```
/// let error = "10x:5".parse::<statsd_whisper::Retention>().unwrap_err();
/// assert_eq!(error.kind(), statsd_whisper::ErrorKind::InvalidRetention);
/// assert_eq!(error.to_string(), r#""10x:5": "x" is not a unit (s, m, h, d, w, y)"#);
/// ```
#[derive(Debug)]
pub struct Error(Box<Repr>);

#[derive(Debug)]
struct Repr {
    kind: ErrorKind,
    subject: String,
    problem: String,
    source: Option<io::Error>,
}

/// The sort of an [`Error`], for callers that decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused; the source says why.
    Io,
    /// There is no such file, or no such folder to create it in.
    NotFound,
    /// A file with content stands where one was to be created.
    AlreadyExists,
    /// The text is not a retention.
    InvalidRetention,
    /// The archives do not fit together, or do not fit the format.
    InvalidArchives,
    /// The text is not the name of an aggregation method.
    InvalidAggregationMethod,
    /// The xFilesFactor is not in 0..=1.
    InvalidXFilesFactor,
    /// The file has no bytes at all: what a full disk leaves of other writers' files.
    Empty,
    /// The file ends before the header or an archive does.
    Truncated,
    /// The header contradicts itself.
    Corrupt,
    /// The file is one of go-whisper's compressed ones, a different format.
    Compressed,
    /// The range to fetch ends before it starts.
    InvalidRange,
    /// The file has no archive of this step.
    NoSuchArchive,
    /// `now` is not in 0..=4,294,967,295, the seconds that the format can name.
    InvalidTime,
}

impl Error {
    /// What sort of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The text without the name of the file.
    pub(crate) fn problem(&self) -> &str {
        &self.0.problem
    }

    pub(crate) fn new(
        kind: ErrorKind,
        subject: impl fmt::Display,
        problem: impl Into<String>,
    ) -> Self {
        let subject = subject.to_string();
        Self(Box::new(Repr { kind, subject, problem: problem.into(), source: None }))
    }

    pub(crate) fn io(
        subject: impl fmt::Display,
        problem: impl Into<String>,
        source: io::Error,
    ) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::UnexpectedEof => ErrorKind::Truncated,
            _ => ErrorKind::Io,
        };
        let mut error = Self::new(kind, subject, problem);
        error.0.source = Some(source);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.subject, self.0.problem)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests;
