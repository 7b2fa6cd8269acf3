//! Every series' name in memory, as a tree over nodes, so that a find walks only where it can match.

use std::collections::BTreeMap;

use super::glob::{Glob, Next, Progress, Scratch};
use super::name::SeriesName;
use super::{Node, StoreError};
use crate::limits::FIND_STEPS_MAX;

/// The names, ordered, so that answers do not change from run to run. Takes 100 to 600 bytes a series,
/// less where many share a branch.
#[derive(Debug)]
pub(crate) struct Index {
    root: Tree,
    /// Names by number.
    names: Vec<Box<str>>,
    series_max: usize,
}

/// The number of a series. It stays the same as long as the series is known, and may be another one's
/// after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SeriesId(pub(crate) u32);

/// What became of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It was not there before.
    New(SeriesId),
    Known(SeriesId),
    /// The index holds all it may.
    Full,
}

/// A node of the tree: a series where `leaf` is one, a branch where it has children, or both.
#[derive(Debug, Default)]
struct Tree {
    leaf: Option<SeriesId>,
    children: BTreeMap<Box<str>, Self>,
}

impl Index {
    /// An empty index that will hold up to `series_max` names.
    pub(crate) fn new(series_max: usize) -> Self {
        Self { root: Tree::default(), names: Vec::new(), series_max }
    }

    /// Adds a name.
    pub(crate) fn insert(&mut self, name: &SeriesName<'_>) -> Inserted {
        if let Some(id) = self.get(name) {
            return Inserted::Known(id);
        }
        if self.is_full() {
            return Inserted::Full;
        }
        let Ok(id) = u32::try_from(self.names.len()).map(SeriesId) else { return Inserted::Full };
        let mut tree = &mut self.root;
        for node in name.nodes() {
            tree = tree.children.entry(node.into()).or_default();
        }
        tree.leaf = Some(id);
        self.names.push(name.as_str().into());
        Inserted::New(id)
    }

    /// The number of the series of this name, if it is known. Allocates nothing.
    pub(crate) fn get(&self, name: &SeriesName<'_>) -> Option<SeriesId> {
        let mut tree = &self.root;
        for node in name.nodes() {
            tree = tree.children.get(node)?;
        }
        tree.leaf
    }

    /// Whether a series of this name is known. Allocates nothing.
    #[cfg(test)]
    pub(crate) fn contains(&self, name: &SeriesName<'_>) -> bool {
        self.get(name).is_some()
    }

    /// The name of a series that is known.
    pub(crate) fn name(&self, id: SeriesId) -> Option<&str> {
        self.names.get(id.0 as usize).map(|name| &**name)
    }

    /// Whether no further name fits.
    pub(crate) fn is_full(&self) -> bool {
        self.names.len() >= self.series_max
    }

    /// How many series are known.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The nodes that match, sorted by path. Where there are more than `limit`, the first in the
    /// tree's order, which sorts node by node.
    ///
    /// Fails where the pattern would cost more than [`FIND_STEPS_MAX`].
    pub(crate) fn find(&self, glob: &Glob, limit: usize) -> Result<Vec<Node>, StoreError> {
        self.find_within(glob, limit, FIND_STEPS_MAX)
    }

    fn find_within(
        &self,
        glob: &Glob,
        limit: usize,
        steps_max: u64,
    ) -> Result<Vec<Node>, StoreError> {
        let mut walk = Walk {
            glob,
            limit,
            steps_max,
            path: String::new(),
            found: Vec::new(),
            scratch: Scratch::default(),
        };
        walk.below(&self.root, glob.start());
        if walk.is_too_costly() {
            return Err(StoreError::Pattern {
                pattern: glob.as_str().to_owned(),
                reason: "it takes too long to try on this many series; name more of it in full",
                at: 0,
            });
        }
        walk.found.sort_unstable();
        Ok(walk.found)
    }
}

/// One find on its way down the tree, which is `SERIES_NODES_MAX` deep at most.
struct Walk<'a> {
    glob: &'a Glob,
    limit: usize,
    steps_max: u64,
    path: String,
    found: Vec<Node>,
    scratch: Scratch,
}

impl Walk<'_> {
    fn below(&mut self, tree: &Tree, progress: Progress) {
        match self.glob.next(progress) {
            Next::Nothing => {}
            Next::Only(node) => {
                if let Some(child) = tree.children.get(node) {
                    self.at(node, child, progress);
                }
            }
            Next::Several => {
                for (node, child) in &tree.children {
                    if self.is_done() {
                        return;
                    }
                    self.at(node, child, progress);
                }
            }
        }
    }

    fn at(&mut self, node: &str, tree: &Tree, progress: Progress) {
        let progress = self.glob.advance(progress, node, &mut self.scratch);
        if progress.is_dead() || self.is_done() {
            return;
        }
        let parent = self.path.len();
        if parent > 0 {
            self.path.push('.');
        }
        self.path.push_str(node);
        let branch = !tree.children.is_empty();
        if self.glob.is_complete(progress) {
            self.found.push(Node { path: self.path.clone(), leaf: tree.leaf.is_some(), branch });
        }
        self.below(tree, progress);
        self.path.truncate(parent);
    }

    fn is_done(&self) -> bool {
        self.found.len() >= self.limit || self.is_too_costly()
    }

    fn is_too_costly(&self) -> bool {
        self.scratch.steps > self.steps_max
    }
}

#[cfg(test)]
mod tests;
