//! What a call site whose tags change knows of their values. What a handle knows is true for every
//! thread, so threads share the table: it is written where a combination of values is met for the first
//! time, and only read after that.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::names::{hash_texts, is_same, join_texts};

/// Combinations that a call site remembers; a thread looks further ones up by itself.
const SLOTS: usize = 256;

/// Slots that one combination may stand in.
const PROBES: u64 = 4;

/// Texts → what a handle would know.
#[derive(Debug)]
pub(crate) struct Values {
    /// Allocated at the first call.
    slots: OnceLock<Box<[OnceLock<Slot>; SLOTS]>>,
}

#[derive(Debug)]
struct Slot {
    hash: u64,
    texts: Box<[u8]>,
    known: AtomicU64,
}

impl Values {
    pub(crate) const fn new() -> Self {
        Self { slots: OnceLock::new() }
    }

    /// What is known of the texts. No lock, no write.
    #[inline]
    pub(crate) fn find<const N: usize>(&self, texts: &[&[u8]; N]) -> Option<u64> {
        let slots = self.slots.get()?;
        let hash = hash_texts(0, texts);
        for probe in 0..PROBES {
            let slot = slots[place(hash, probe)].get()?;
            if slot.hash == hash && is_same(&slot.texts, texts) {
                return Some(slot.known.load(Ordering::Relaxed));
            }
        }
        None
    }

    /// Remembers what is known of the texts, if there is room.
    #[cold]
    pub(crate) fn insert<const N: usize>(&self, texts: &[&[u8]; N], known: u64) {
        let hash = hash_texts(0, texts);
        let slots = self.slots.get_or_init(|| Box::new([const { OnceLock::new() }; SLOTS]));
        for probe in 0..PROBES {
            let new = || Slot { hash, texts: join_texts(texts), known: AtomicU64::new(known) };
            let slot = slots[place(hash, probe)].get_or_init(new);
            if slot.hash == hash && is_same(&slot.texts, texts) {
                slot.known.store(known, Ordering::Relaxed);
                return;
            }
        }
    }
}

#[inline]
fn place(hash: u64, probe: u64) -> usize {
    ((hash >> 7).wrapping_add(probe) % SLOTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_is_found_and_the_last_holds() {
        let values = Values::new();
        assert_eq!(values.find(&[b"a", b"b"]), None);
        values.insert(&[b"a", b"b"], 1);
        values.insert(&[b"a", b"b"], 2);
        assert_eq!(values.find(&[b"a", b"b"]), Some(2));
        assert_eq!(values.find(&[b"ab", b""]), None);
    }

    #[test]
    fn it_has_its_bound() {
        let values = Values::new();
        let texts: Vec<_> = (0_u64..2_000).map(|n| (n, n.to_string())).collect();
        for (n, text) in &texts {
            values.insert(&[text.as_bytes()], *n);
        }
        let found = texts.iter().filter_map(|(n, text)| {
            let known = values.find(&[text.as_bytes()])?;
            assert_eq!(known, *n);
            Some(known)
        });
        assert!((200..=SLOTS).contains(&found.count()));
    }
}
