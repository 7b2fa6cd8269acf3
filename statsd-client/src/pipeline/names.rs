//! What a thread knows by name: an open-addressed table from the texts of a call to what a handle
//! would know. It is asked at every call by name and at every call site whose tags change, so it hashes
//! eight bytes at a time and compares the texts where they stand.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// Entries of a thread for one client; over it the table is begun anew.
const NAMES_MAX: usize = 32 * 1024;

/// Slots of a new table; doubled where it is more than half full.
const SLOTS_MIN: usize = 32;

/// An odd number without structure: the fraction of the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// So that nobody outside of the process can find texts whose hashes collide.
static SECRET: LazyLock<u64> = LazyLock::new(|| RandomState::new().build_hasher().finish() | 1);

/// Texts → what a handle would know.
#[derive(Debug, Default)]
pub(crate) struct Names {
    slots: Vec<Slot>,
    used: usize,
    secret: u64,
}

#[derive(Debug, Clone, Default)]
struct Slot {
    /// 0: free.
    hash: u64,
    space: u64,
    known: u64,
    /// The texts, each after its length in two bytes.
    texts: Box<[u8]>,
}

impl Names {
    /// The hash of some texts in a space of their own: a kind, a child client, a call site.
    #[inline]
    pub(crate) fn hash(&self, space: u64, texts: &[&[u8]]) -> u64 {
        let mut hash = fold(space ^ self.secret);
        for text in texts {
            hash = hash_text(hash, text);
        }
        hash | 1
    }

    /// What is known of the texts.
    #[inline]
    pub(crate) fn find(&self, hash: u64, space: u64, texts: &[&[u8]]) -> Option<u64> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = slot_of(hash, mask);
        // Ends at a free slot, of which at least half are.
        loop {
            let slot = &self.slots[at];
            if slot.hash == hash && slot.space == space && is_same(&slot.texts, texts) {
                return Some(slot.known);
            }
            if slot.hash == 0 {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Remembers what is known of the texts; of the same texts the last holds.
    pub(crate) fn insert(&mut self, space: u64, texts: &[&[u8]], known: u64) {
        if self.used >= NAMES_MAX {
            *self = Self::default();
        }
        if self.slots.len() <= self.used * 2 {
            self.grow();
        }
        let hash = self.hash(space, texts);
        let mask = self.slots.len() - 1;
        let mut at = slot_of(hash, mask);
        while self.slots[at].hash != 0 {
            let slot = &mut self.slots[at];
            if slot.hash == hash && slot.space == space && is_same(&slot.texts, texts) {
                slot.known = known;
                return;
            }
            at = (at + 1) & mask;
        }
        let mut bytes = Vec::new();
        for text in texts {
            // A key is at most 4 KiB, and so are its parts.
            bytes.extend_from_slice(&length_of(text));
            bytes.extend_from_slice(text);
        }
        self.slots[at] = Slot { hash, space, known, texts: bytes.into() };
        self.used += 1;
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn grow(&mut self) {
        self.secret = *SECRET;
        let size = (self.slots.len() * 2).max(SLOTS_MIN);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.hash != 0) {
            let mut at = slot_of(slot.hash, size - 1);
            while self.slots[at].hash != 0 {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = slot;
        }
    }
}

#[inline]
fn slot_of(hash: u64, mask: usize) -> usize {
    (hash >> 7) as usize & mask
}

fn length_of(text: &[u8]) -> [u8; 2] {
    u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes()
}

#[inline]
fn is_same(mut stored: &[u8], texts: &[&[u8]]) -> bool {
    for text in texts {
        let Some((length, rest)) = stored.split_first_chunk::<2>() else { return false };
        if usize::from(u16::from_le_bytes(*length)) != text.len() {
            return false;
        }
        let (head, tail) = rest.split_at(text.len().min(rest.len()));
        if !is_equal(head, text) {
            return false;
        }
        stored = tail;
    }
    stored.is_empty()
}

/// Whether texts of one length are equal. Most are short: eight bytes at a time, the last eight perhaps
/// for the second time, is less than a call of the library's comparison.
#[inline]
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    match (one.first_chunk::<8>(), other.first_chunk::<8>()) {
        (Some(head), Some(other_head)) if one.len() <= 16 => {
            head == other_head && one.last_chunk::<8>() == other.last_chunk::<8>()
        }
        _ => one == other,
    }
}

#[inline]
fn hash_text(mut hash: u64, text: &[u8]) -> u64 {
    hash ^= (text.len() as u64) << 48;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word));
    }
    match (text.last_chunk::<8>(), rest) {
        (_, []) => hash,
        // The last eight bytes, some of them for the second time.
        (Some(last), _) => fold(hash ^ u64::from_le_bytes(*last)),
        (None, rest) => {
            let mut padded = [0; 8];
            for (to, from) in padded.iter_mut().zip(rest) {
                *to = *from;
            }
            fold(hash ^ u64::from_le_bytes(padded))
        }
    }
}

/// Multiplies to twice the width and folds the halves together, so that every bit reaches every other.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn fold(word: u64) -> u64 {
    let wide = u128::from(word) * u128::from(MULTIPLIER);
    (wide >> 64) as u64 ^ wide as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_under_their_own_space_only() {
        let mut names = Names::default();
        let find = |names: &Names, space, texts: &[&str]| {
            let texts: Vec<_> = texts.iter().map(|text| text.as_bytes()).collect();
            names.find(names.hash(space, &texts), space, &texts)
        };
        assert_eq!(find(&names, 0, &["a"]), None);
        for n in 0..1_000_u64 {
            names.insert(n % 3, &[n.to_string().as_bytes(), b"x"], n);
        }
        for n in 0..1_000_u64 {
            assert_eq!(find(&names, n % 3, &[&n.to_string(), "x"]), Some(n));
            assert_eq!(find(&names, n % 3 + 1, &[&n.to_string(), "x"]), None);
            assert_eq!(find(&names, n % 3, &[&format!("{n}x"), ""]), None);
        }
        names.insert(7, &[b"long enough for two words", b""], 1);
        names.insert(7, &[b"long enough for two words", b""], 2);
        assert_eq!(find(&names, 7, &["long enough for two words", ""]), Some(2));
    }

    #[test]
    fn the_table_is_begun_anew_over_its_limit() {
        let mut names = Names::default();
        for n in 0..=NAMES_MAX as u64 {
            names.insert(0, &[n.to_string().as_bytes()], n);
        }
        assert_eq!(names.used, 1);
    }
}
