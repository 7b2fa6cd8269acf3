//! Series names as paths: `stats.timers.render.upper` is `stats/timers/render/upper.wsp`, and a name with
//! tags is a file below `_tagged`, as carbon has it: named by its digest, or spelt out.
//!
//! A name comes from whoever can send a datagram, so this is the only place that turns one into a
//! path. A node is what stands between two dots; as no node holds a dot or a slash, no path can climb.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::sha256::sha256_hex;
use super::tagged::{self, BadTags};
use crate::limits::{SERIES_NAME_MAX_BYTES, SERIES_NODE_MAX_BYTES, SERIES_NODES_MAX};

/// What a series' file name ends in.
const SUFFIX: &str = ".wsp";

/// Those of a SHA-256.
const DIGEST_DIGITS: usize = 64;

/// The folder of all series with tags. No other name begins with this node.
pub(crate) const TAGGED_FOLDER: &str = "_tagged";

/// A name that can be stored, its empty nodes dropped: `a..b.` is `a.b`, as a file system reads `a//b/`.
/// One with tags has them in order: `cpu;rack=a;host=b` is `cpu;host=b;rack=a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeriesName<'a>(Cow<'a, str>);

/// Why a name cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameError {
    #[error("it holds no node")]
    Empty,
    #[error("it is longer than {SERIES_NAME_MAX_BYTES} bytes")]
    NameTooLong,
    #[error("node {node} is longer than {SERIES_NODE_MAX_BYTES} bytes")]
    NodeTooLong { node: usize },
    #[error("it has more than {SERIES_NODES_MAX} nodes")]
    TooManyNodes,
    #[error("character {at} is {found:?}, which a file name cannot hold")]
    BadCharacter { at: usize, found: char },
    #[error("the node {TAGGED_FOLDER} is kept for the files of series with tags")]
    Reserved,
    #[error(transparent)]
    Tags(#[from] BadTags),
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("the file is named by a digest, which tells no name")]
    Digest,
    #[error("the file is not a series' file")]
    Foreign,
}

impl<'a> SeriesName<'a> {
    /// Checks a name and drops its empty nodes, or orders its tags. Allocates only where there is
    /// something to do.
    pub(crate) fn parse(name: &'a str) -> Result<Self, NameError> {
        // Before anything else, so that an endless name costs nothing.
        if name.len() > SERIES_NAME_MAX_BYTES {
            return Err(NameError::NameTooLong);
        }
        if is_plain(name) { Ok(Self(Cow::Borrowed(name))) } else { Self::parse_any(name) }
    }

    /// A node at a time.
    fn parse_any(name: &'a str) -> Result<Self, NameError> {
        if name.contains(';') {
            return Self::parse_tagged(name);
        }
        if let Some((at, found)) = name.chars().enumerate().find(|(_, c)| is_refused(*c)) {
            return Err(NameError::BadCharacter { at, found });
        }
        let (mut nodes, mut empty) = (0, false);
        for node in name.split('.') {
            if node.len() > SERIES_NODE_MAX_BYTES {
                return Err(NameError::NodeTooLong { node: nodes });
            }
            empty |= node.is_empty();
            nodes += usize::from(!node.is_empty());
        }
        if name.split('.').find(|node| !node.is_empty()) == Some(TAGGED_FOLDER) {
            return Err(NameError::Reserved);
        }
        match nodes {
            0 => Err(NameError::Empty),
            1..=SERIES_NODES_MAX if empty => Ok(Self(Cow::Owned(without_empty_nodes(name)))),
            1..=SERIES_NODES_MAX => Ok(Self(Cow::Borrowed(name))),
            _ => Err(NameError::TooManyNodes),
        }
    }

    /// Nodes mean nothing here, as neither name of the file has any, so a tag may hold a path.
    fn parse_tagged(name: &'a str) -> Result<Self, NameError> {
        if let Some((at, found)) = name.chars().enumerate().find(|(_, c)| c.is_control()) {
            return Err(NameError::BadCharacter { at, found });
        }
        let canonical = tagged::canonical(name)?;
        // `cpu;name=x` has no other tag than its name.
        if canonical.contains(';') {
            return Ok(Self(canonical));
        }
        Ok(Self(Cow::Owned(SeriesName::parse(&canonical)?.0.into_owned())))
    }

    /// Its tags, the name among them as `name`, if it has any.
    pub(crate) fn tags(&self) -> Option<impl Iterator<Item = (&str, &str)>> {
        self.is_tagged().then(|| tagged::tags(&self.0))
    }

    /// Whether it has tags.
    pub(crate) fn is_tagged(&self) -> bool {
        self.0.contains(';')
    }

    /// The name: dotted, or with its tags in order.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as a text of its own.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        self.0
    }

    /// The nodes of one without tags, none of them empty; at least one.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Where its file is, below the data folder; of one with tags, where carbon has it with
    /// `TAG_HASH_FILENAMES = True`.
    pub(crate) fn relative_path(&self) -> PathBuf {
        if self.is_tagged() {
            let digest = self.digest();
            return in_tagged_folder(&digest, &digest);
        }
        let mut path = self.0.replace('.', "/");
        path.push_str(SUFFIX);
        PathBuf::from(path)
    }

    /// The same with `TAG_HASH_FILENAMES = False`. Nothing without tags, and where no file can have that name.
    pub(crate) fn spelt_path(&self) -> Option<PathBuf> {
        self.is_tagged().then(|| self.spelt(&self.digest()))?
    }

    /// Both, as its file may be at either.
    pub(crate) fn places(&self) -> (PathBuf, Option<PathBuf>) {
        if !self.is_tagged() {
            return (self.relative_path(), None);
        }
        let digest = self.digest();
        (in_tagged_folder(&digest, &digest), self.spelt(&digest))
    }

    fn digest(&self) -> String {
        sha256_hex(self.0.as_bytes())
    }

    fn spelt(&self, digest: &str) -> Option<PathBuf> {
        let stem = tagged::stem(&self.0);
        let fits = stem.len() <= SERIES_NAME_MAX_BYTES
            && stem.split('/').all(|part| part.len() <= SERIES_NODE_MAX_BYTES);
        fits.then(|| in_tagged_folder(digest, &stem))
    }
}

fn in_tagged_folder(digest: &str, stem: &str) -> PathBuf {
    let (outer, inner) = (&digest[..3], &digest[3..6]);
    PathBuf::from(format!("{TAGGED_FOLDER}/{outer}/{inner}/{stem}{SUFFIX}"))
}

impl SeriesName<'static> {
    /// The same as [`SeriesName::parse`], for longer than the text lives.
    pub(crate) fn parse_owned(name: &str) -> Option<Self> {
        SeriesName::parse(name).ok().map(|name| Self(Cow::Owned(name.0.into_owned())))
    }

    /// The name whose file this is; the inverse of [`SeriesName::relative_path`], and of
    /// [`SeriesName::spelt_path`] where there are tags.
    pub(crate) fn from_relative_path(path: &Path) -> Result<Self, NameError> {
        if let Ok(below) = path.strip_prefix(TAGGED_FOLDER) {
            return Self::from_tagged_path(below, path);
        }
        let mut name = String::new();
        for component in path.components() {
            let Component::Normal(node) = component else { return Err(NameError::Foreign) };
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(node.to_str().ok_or(NameError::NotUtf8)?);
        }
        let name = name.strip_suffix(SUFFIX).ok_or(NameError::Foreign)?;
        let series = Self(Cow::Owned(SeriesName::parse(name)?.0.into_owned()));
        // `a.b.wsp` and `.a.wsp` lie where no series is kept.
        if series.relative_path() == path { Ok(series) } else { Err(NameError::Foreign) }
    }

    fn from_tagged_path(below: &Path, path: &Path) -> Result<Self, NameError> {
        let file = below.to_str().ok_or(NameError::NotUtf8)?.strip_suffix(SUFFIX);
        let mut parts = file.ok_or(NameError::Foreign)?.splitn(3, '/');
        let (Some(outer), Some(inner), Some(stem)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NameError::Foreign);
        };
        if stem.len() == DIGEST_DIGITS && stem.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NameError::Digest);
        }
        let is_its_digest =
            |name: &str| sha256_hex(name.as_bytes()).starts_with(&[outer, inner].concat());
        let name = tagged::of_stem(stem, is_its_digest).ok_or(NameError::Foreign)?;
        let series = Self::parse_owned(&name).ok_or(NameError::Foreign)?;
        // One that is not in order is nobody's.
        if series.spelt_path().as_deref() == Some(path) {
            Ok(series)
        } else {
            Err(NameError::Foreign)
        }
    }
}

/// Whether a folder of this name can stand for a node.
pub(crate) fn is_node(folder: &OsStr) -> bool {
    folder.to_str().is_some_and(|node| {
        node.len() <= SERIES_NODE_MAX_BYTES && !node.contains(|c| c == '.' || is_refused(c))
    })
}

/// Whether a name is one that can be stored as it is, told at a glance, as nearly all are; of the others
/// some are, too. Every step looks at all bytes, which lets the processor take many at once.
fn is_plain(name: &str) -> bool {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    let is_text = |byte: u8| (b' '..=b'~').contains(&byte);
    let is_fine = |byte: u8| is_text(byte) & !matches!(byte, b'/' | b'\\' | b';');
    let all_fine = bytes.iter().fold(true, |fine, byte| fine & is_fine(*byte));
    let pairs = bytes.iter().zip(&bytes[1..]);
    let is_dot = |byte: u8| u8::from(byte == b'.');
    let empty = pairs.fold(0, |any, (a, b)| any | (is_dot(*a) & is_dot(*b))) > 0;
    let dots = bytes.iter().fold(0_usize, |dots, byte| dots + usize::from(*byte == b'.'));
    let is_short = bytes.len() <= SERIES_NODE_MAX_BYTES && dots < SERIES_NODES_MAX;
    let has_ends = *first != b'.' && *last != b'.';
    all_fine && !empty && is_short && has_ends && !name.starts_with(TAGGED_FOLDER)
}

fn is_refused(c: char) -> bool {
    c == '/' || c == '\\' || c.is_control()
}

fn without_empty_nodes(name: &str) -> String {
    name.split('.').filter(|node| !node.is_empty()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
