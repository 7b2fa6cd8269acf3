//! Name → number: an open-addressing table of eight bytes a slot, beside the names themselves.

use std::hash::{BuildHasher as _, RandomState};

use statsd_client::protocol::hash_name;

use super::names::{NameRef, Texts};

/// Slots of the smallest table.
const SLOTS_MIN: usize = 16;

/// Finds the number of a name: the how-manieth one it was that came.
///
/// A slot holds 32 bits of the name's hash and its number. Where it belongs is the hash in proportion to
/// the table's size, so the table may have any size, and grows in one pass that keeps the slots' order,
/// without a look at the names. The seed is a random one, so that nobody can aim for collisions.
#[derive(Debug)]
pub(super) struct Index {
    seed: u64,
    slots: Vec<Slot>,
    names: Vec<NameRef>,
}

impl Default for Index {
    fn default() -> Self {
        Self { seed: random_seed(), slots: Vec::new(), names: Vec::new() }
    }
}

/// 0 is an empty slot.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// One more than the name's number.
    number: u32,
}

impl Index {
    /// An empty one, that knows names by their [`hash_name`] with this seed.
    pub(super) fn seeded(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The hash by which the other functions know the name.
    pub(super) fn hash(&self, name: &[u8]) -> u32 {
        upper(hash_name(name, self.seed))
    }

    /// The number of a name, if it has one.
    #[inline]
    pub(super) fn find(&self, texts: &Texts, hash: u32, name: &[u8]) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            // There is none in a table of no slots; else there is an empty one somewhere.
            let slot = self.slots.get(at)?;
            if slot.hash == hash && slot.number != 0 {
                let number = slot.number as usize - 1;
                if texts.bytes_of(self.names[number]) == name {
                    return Some(number);
                }
            } else if slot.number == 0 {
                return None;
            }
            at = self.after(at);
        }
    }

    /// The place where a name of that hash is likely to be, and a byte of what stands there; reads what
    /// [`Index::find`] will read.
    pub(super) fn glance(&self, texts: &Texts, hash: u32) -> Option<(usize, u8)> {
        let slot = self.slots.get(self.home(hash))?;
        let number = (slot.number as usize).checked_sub(1)?;
        Some((number, texts.bytes_of(self.names[number]).first().copied()?))
    }

    /// Adds a name that is not there; yields its number.
    pub(super) fn add(&mut self, hash: u32, name: NameRef) -> usize {
        if 5 * (self.names.len() + 1) > 4 * self.slots.len() {
            self.grow();
        }
        self.names.push(name);
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.place(Slot { hash, number });
        self.names.len() - 1
    }

    /// Gives the name of `number` a new number, under which it is found from now on.
    pub(super) fn add_again(&mut self, hash: u32, number: usize) -> usize {
        let name = self.names[number];
        let mut at = self.home(hash);
        while self.slots[at].number as usize != number + 1 {
            at = self.after(at);
        }
        self.names.push(name);
        self.slots[at].number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.len() - 1
    }

    /// All names; a name's number is its place.
    pub(super) fn names(&self) -> &[NameRef] {
        &self.names
    }

    pub(super) fn into_names(self) -> Vec<NameRef> {
        self.names
    }

    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.slots.len() as u64) >> u32::BITS) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    fn place(&mut self, slot: Slot) {
        let mut at = self.home(slot.hash);
        while self.slots[at].number != 0 {
            at = self.after(at);
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() / 2 * 3).max(SLOTS_MIN);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        old.into_iter().filter(|slot| slot.number != 0).for_each(|slot| self.place(slot));
    }
}

/// A seed that nobody outside can know.
pub(super) fn random_seed() -> u64 {
    RandomState::new().hash_one(0)
}

/// What a table keeps of a name's hash: the upper half, which is the better mixed one.
#[inline]
pub(super) fn upper(hash: u64) -> u32 {
    (hash >> u32::BITS) as u32
}

#[cfg(test)]
mod tests;
