//! Every series' name in memory: by number, by name, as a tree over nodes, so that a find walks only
//! where it can match, and by tag.

mod changes;
mod name_table;
mod texts;
mod tree;
mod walk;

use super::glob::Glob;
use super::name::SeriesName;
use super::tag_index::TagIndex;
use super::{Node, StoreError};
use crate::limits::FIND_STEPS_MAX;
use changes::Changes;
pub(super) use changes::{Change, TakenChanges, read_changes};
use name_table::NameTable;
use tree::Tree;

/// The names. A name takes its own bytes and some
/// 40 to 80 more, and 16 to 30 for each node that it shares with no other.
///
/// A tagged name stands in no tree: it is found by its tags.
#[derive(Debug)]
pub(crate) struct Index {
    names: NameTable,
    tree: Tree,
    tags: TagIndex,
    changes: Changes,
    series_max: usize,
}

/// The number of a series. It stays the same as long as the series is known, and may be another one's
/// after that, once it is released.
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

impl Index {
    /// An empty index that will hold up to `series_max` names.
    pub(crate) fn new(series_max: usize) -> Self {
        Self {
            names: NameTable::default(),
            tree: Tree::default(),
            tags: TagIndex::default(),
            changes: Changes::default(),
            series_max,
        }
    }

    /// Makes room for so many further names at once.
    pub(crate) fn reserve(&mut self, names: usize) {
        self.names.reserve(names.min(self.series_max));
    }

    /// Adds a name.
    pub(crate) fn insert(&mut self, name: &SeriesName<'_>) -> Inserted {
        if let Some(id) = self.get(name) {
            return Inserted::Known(id);
        }
        if self.is_full() {
            return Inserted::Full;
        }
        let Some(id) = self.names.insert(name.as_str()) else { return Inserted::Full };
        if !self.place(name, id) {
            self.names.remove(name.as_str());
            self.names.release(id);
            return Inserted::Full;
        }
        self.changes.push(Change::Inserted(name.as_str()));
        Inserted::New(id)
    }

    /// Forgets a name. Finds do not see it any more, and its number is kept until
    /// [`Index::release`] says that nothing refers to it.
    pub(crate) fn remove(&mut self, name: &SeriesName<'_>) -> Option<SeriesId> {
        let id = self.names.remove(name.as_str())?;
        if let Some(tags) = name.tags() {
            self.tags.remove(tags, id);
        } else {
            self.tree.remove(name.nodes());
        }
        self.changes.push(Change::Removed(name.as_str()));
        if self.names.is_wasteful() {
            self.compact();
        }
        Some(id)
    }

    /// Lets the number of a series that was removed be given to another one. Whoever calls this knows that
    /// no point in the cache or the journal, and no request under way, goes by it.
    pub(crate) fn release(&mut self, id: SeriesId) {
        self.names.release(id);
    }

    /// The number of the series of this name, if it is known. Allocates nothing.
    pub(crate) fn get(&self, name: &SeriesName<'_>) -> Option<SeriesId> {
        self.names.get(name.as_str())
    }

    /// The name of a series that is known.
    pub(crate) fn name(&self, id: SeriesId) -> Option<&str> {
        self.names.name(id)
    }

    /// All series: those of the tree in its order, so that whoever inserts them again in this order has the
    /// least to do, then those with tags. It takes a tenth of a second for a million.
    pub(super) fn in_order(&self) -> Vec<u32> {
        let mut ids = self.tree.in_order();
        let tagged = |&id: &u32| self.name(SeriesId(id)).is_some_and(|name| name.contains(';'));
        if ids.len() < self.len() {
            let end = u32::try_from(self.ids_end()).unwrap_or(u32::MAX);
            ids.extend((0..end).filter(tagged));
        }
        ids
    }

    /// The name of a number, of which some are no series'.
    pub(super) fn name_at(&self, number: usize) -> Option<&str> {
        self.name(SeriesId(u32::try_from(number).ok()?))
    }

    /// All numbers are below this one.
    pub(crate) fn ids_end(&self) -> usize {
        self.names.numbers_end()
    }

    /// Whether no further name fits.
    pub(crate) fn is_full(&self) -> bool {
        !self.has_room(1)
    }

    /// Whether so many further names fit.
    pub(crate) fn has_room(&self, names: usize) -> bool {
        self.len().saturating_add(names) <= self.series_max
    }

    /// How many series are known.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Series by their tags.
    pub(crate) fn tags(&self) -> &TagIndex {
        &self.tags
    }

    /// The nodes that match, sorted by path. Where there are more than `limit`, those that are come upon first,
    /// which may be others another time.
    ///
    /// Fails where the pattern would cost more than [`FIND_STEPS_MAX`].
    pub(crate) fn find(&self, glob: &Glob, limit: usize) -> Result<Vec<Node>, StoreError> {
        walk::find(&self.tree, glob, limit, FIND_STEPS_MAX)
    }

    /// Writes down what changes from now on, for [`Index::take_changes`].
    pub(crate) fn record_changes(&mut self) {
        self.changes.record();
    }

    /// What has changed since it was asked last.
    pub(crate) fn take_changes(&mut self) -> TakenChanges {
        self.changes.take()
    }

    fn place(&mut self, name: &SeriesName<'_>, id: SeriesId) -> bool {
        if let Some(tags) = name.tags() {
            self.tags.insert(tags, id);
            return true;
        }
        self.tree.insert(name.nodes(), id)
    }

    /// Begins anew with the names that there are. As much as names had been given is removed before, so
    /// this costs each of them no more than another insertion; a million take less than a second.
    fn compact(&mut self) {
        self.names.compact();
        self.tree = Tree::default();
        for number in 0..self.names.numbers_end() {
            let id = u32::try_from(number).map(SeriesId).ok();
            if let Some((id, name)) = id.and_then(|id| Some((id, self.names.name(id)?)))
                && !name.contains(';')
            {
                self.tree.insert(name.split('.'), id);
            }
        }
    }
}

#[cfg(test)]
mod tests;
