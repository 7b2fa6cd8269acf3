//! Series names as paths: `stats.timers.render.upper` is `stats/timers/render/upper.wsp`.
//!
//! A name comes from whoever can send a datagram, so this is the only place that turns one into a
//! path. A node is what stands between two dots; as no node holds a dot or a slash, no path can climb.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::limits::{SERIES_NAME_MAX_BYTES, SERIES_NODE_MAX_BYTES, SERIES_NODES_MAX};

/// What a series' file name ends in.
const SUFFIX: &str = ".wsp";

/// A name that can be stored, its empty nodes dropped: `a..b.` is `a.b`, as a file system reads `a//b/`.
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
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("the file is not a series' file")]
    Foreign,
}

impl<'a> SeriesName<'a> {
    /// Checks a name and drops its empty nodes. Allocates only where there are any.
    pub(crate) fn parse(name: &'a str) -> Result<Self, NameError> {
        // Before anything else, so that an endless name costs nothing.
        if name.len() > SERIES_NAME_MAX_BYTES {
            return Err(NameError::NameTooLong);
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
        match nodes {
            0 => Err(NameError::Empty),
            1..=SERIES_NODES_MAX if empty => Ok(Self(Cow::Owned(without_empty_nodes(name)))),
            1..=SERIES_NODES_MAX => Ok(Self(Cow::Borrowed(name))),
            _ => Err(NameError::TooManyNodes),
        }
    }

    /// The name, dotted.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as a text of its own.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        self.0
    }

    /// Its nodes, none of them empty; at least one.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Where its file is, below the data folder.
    pub(crate) fn relative_path(&self) -> PathBuf {
        let mut path = self.0.replace('.', "/");
        path.push_str(SUFFIX);
        PathBuf::from(path)
    }
}

impl SeriesName<'static> {
    /// The name whose file this is; the inverse of [`SeriesName::relative_path`].
    pub(crate) fn from_relative_path(path: &Path) -> Result<Self, NameError> {
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
}

/// Whether a folder of this name can stand for a node.
pub(crate) fn is_node(folder: &OsStr) -> bool {
    folder.to_str().is_some_and(|node| {
        node.len() <= SERIES_NODE_MAX_BYTES && !node.contains(|c| c == '.' || is_refused(c))
    })
}

fn is_refused(c: char) -> bool {
    c == '/' || c == '\\' || c.is_control()
}

fn without_empty_nodes(name: &str) -> String {
    name.split('.').filter(|node| !node.is_empty()).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
