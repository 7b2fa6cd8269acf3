//! Name → number: an open-addressing table of eight bytes a slot, beside the names themselves.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::RandomState;

use super::names::{NameRef, Texts};

/// Slots of the smallest table.
const SLOTS_MIN: usize = 16;

/// Finds the number of a name: the how-manieth one it was that came.
///
/// A slot holds 32 bits of the name's hash and its number. Where it belongs is the hash in proportion to
/// the table's size, so the table may have any size, and grows in one pass that keeps the slots' order,
/// without a look at the names. The hasher is seeded at random, so that nobody can aim for collisions.
#[derive(Debug, Default)]
pub(super) struct Index {
    hasher: RandomState,
    slots: Vec<Slot>,
    names: Vec<NameRef>,
}

/// 0 is an empty slot.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// One more than the name's number.
    number: u32,
}

impl Index {
    /// The hash by which the other functions know the name.
    pub(super) fn hash(&self, name: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(name);
        // The upper half is the better mixed one.
        (hasher.finish() >> 32) as u32
    }

    /// The number of a name, if it has one.
    pub(super) fn find(&self, texts: &Texts, hash: u32, name: &[u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot.number == 0 {
                return None;
            }
            if slot.hash == hash {
                let number = slot.number as usize - 1;
                if texts.name(self.names[number]).as_bytes() == name {
                    return Some(number);
                }
            }
            at = self.after(at);
        }
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

#[cfg(test)]
mod tests;
