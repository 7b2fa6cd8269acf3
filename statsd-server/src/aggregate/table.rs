//! One kind's names in a shard, and what each gathers in the open interval.

use std::mem;

use super::gathering::Gather;
use super::index::{Index, upper};
use super::interval::Gathered;
use super::names::Texts;
use super::room::Room;

/// From so many names on they do not fit a processor's cache.
const MANY: usize = 50_000;

/// Name → what it gathers. The names stay from interval to interval; what was gathered is exchanged
/// for nothing at the flush.
#[derive(Debug)]
pub(super) struct Table<G> {
    index: Index,
    gathered: Vec<G>,
    /// Names that the flush's side has heard of.
    told: usize,
}

impl<G: Gather> Table<G> {
    /// An empty one, that knows names by their hash with this seed.
    pub(super) fn seeded(seed: u64) -> Self {
        Self { index: Index::seeded(seed), gathered: Vec::new(), told: 0 }
    }

    pub(super) fn seed(&self) -> u64 {
        self.index.seed()
    }

    /// What a known name gathers.
    #[inline]
    pub(super) fn known(&mut self, texts: &Texts, hash: u64, name: &[u8]) -> Option<&mut G> {
        let number = self.index.find(texts, upper(hash), name)?;
        Some(&mut self.gathered[number])
    }

    /// Whether there are so many names that the processor waits for each of them.
    pub(super) fn is_large(&self) -> bool {
        self.gathered.len() >= MANY
    }

    /// Reads what [`Table::known`] will read for a name of that hash.
    pub(super) fn glance(&self, texts: &Texts, hash: u64) -> u64 {
        self.index.glance(texts, upper(hash)).map_or(0, |(number, byte)| {
            u64::from(byte) + u64::from(self.gathered[number].is_nothing())
        })
    }

    /// What a name gathers; a new name is taken in while there is room.
    pub(super) fn of(&mut self, texts: &mut Texts, room: &mut Room, name: &str) -> Option<&mut G> {
        let hash = self.index.hash(name.as_bytes());
        let number = match self.index.find(texts, hash, name.as_bytes()) {
            Some(number) => number,
            None if room.take(name.len()) => {
                self.gathered.push(G::default());
                self.index.add(hash, texts.push(name))
            }
            None => return None,
        };
        Some(&mut self.gathered[number])
    }

    /// Hands out what was gathered and which names are new, in exchange for an emptied one. Costs a
    /// few moves, and memory for names that are new since the exchange before.
    pub(super) fn exchange(&mut self, mut emptied: Gathered<G>) -> Gathered<G> {
        let names = self.index.names();
        emptied.first = self.told;
        emptied.new = self.told;
        emptied.names.clear();
        emptied.names.extend_from_slice(&names[self.told..]);
        self.told = names.len();
        emptied.values.resize_with(names.len(), G::default);
        mem::swap(&mut emptied.values, &mut self.gathered);
        emptied
    }

    /// Hands out everything at the table's end.
    pub(super) fn end(self) -> Gathered<G> {
        let Self { index, gathered, told } = self;
        Gathered { first: 0, new: told, names: index.into_names(), values: gathered }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.gathered.len()
    }

    #[cfg(test)]
    pub(super) fn get(&self, texts: &Texts, name: &str) -> Option<&G> {
        let number = self.index.find(texts, self.index.hash(name.as_bytes()), name.as_bytes())?;
        self.gathered.get(number)
    }
}
