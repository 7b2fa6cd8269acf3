//! Whose a name was when it was asked for last: a look costs a fraction of the name's digest.
//!
//! Every name has one slot, which it shares with others; the last one that came has it. So the memory is
//! fixed, nothing needs to be dropped in any order, and what is not here is only asked for again.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

use crate::limits::{RELAY_CACHE_NAME_MAX_BYTES, RELAY_CACHE_NAMES};

#[derive(Debug)]
pub(super) struct Cache {
    slots: Box<[Slot]>,
    hasher: FixedState,
}

/// A line of the processor's cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Slot {
    name: [u8; RELAY_CACHE_NAME_MAX_BYTES],
    /// Of the name; [`EMPTY`] where there is none.
    bytes: u8,
    node: u16,
}

const EMPTY: u8 = u8::MAX;

const NO_NAME: Slot = Slot { name: [0; RELAY_CACHE_NAME_MAX_BYTES], bytes: EMPTY, node: 0 };

impl Cache {
    pub(super) fn new() -> Self {
        let slots = vec![NO_NAME; RELAY_CACHE_NAMES].into_boxed_slice();
        Self { slots, hasher: FixedState::default() }
    }

    /// To be called where names belong to others than before.
    pub(super) fn clear(&mut self) {
        self.slots.fill(NO_NAME);
    }

    /// The node that is kept for a name, or that `ask` finds, which is kept then. That nobody is there is not
    /// kept, and neither is a long name.
    pub(super) fn node_of(
        &mut self,
        name: &[u8],
        ask: impl FnOnce(&[u8]) -> Option<usize>,
    ) -> Option<usize> {
        let bytes = match u8::try_from(name.len()) {
            Ok(bytes) if name.len() <= RELAY_CACHE_NAME_MAX_BYTES => bytes,
            _ => return ask(name),
        };
        let hash = self.hasher.hash_one(name);
        // The remainder is below the number of slots, whatever of the hash is cut.
        #[expect(clippy::cast_possible_truncation, reason = "any part of a hash is a hash")]
        let slot = &mut self.slots[hash as usize % RELAY_CACHE_NAMES];
        if slot.bytes == bytes && slot.name[..name.len()] == *name {
            return Some(usize::from(slot.node));
        }
        let found = ask(name)?;
        if let Ok(node) = u16::try_from(found) {
            slot.name[..name.len()].copy_from_slice(name);
            (slot.bytes, slot.node) = (bytes, node);
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests;
