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
    pub(crate) fn hash<const N: usize>(&self, space: u64, texts: &[&[u8]; N]) -> u64 {
        hash_texts(space ^ self.secret, texts)
    }

    /// What is known of the texts.
    #[inline]
    pub(crate) fn find<const N: usize>(
        &self,
        hash: u64,
        space: u64,
        texts: &[&[u8]; N],
    ) -> Option<u64> {
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
    pub(crate) fn insert<const N: usize>(&mut self, space: u64, texts: &[&[u8]; N], known: u64) {
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
        self.slots[at] = Slot { hash, space, known, texts: join_texts(texts) };
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

/// The texts in one piece, each after its length.
pub(crate) fn join_texts<const N: usize>(texts: &[&[u8]; N]) -> Box<[u8]> {
    let mut joined = Vec::new();
    for text in texts {
        // A key is at most 4 KiB, and so are its parts.
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        joined.extend_from_slice(&length.to_le_bytes());
        joined.extend_from_slice(text);
    }
    joined.into()
}

/// Whether joined texts are these.
#[inline]
pub(crate) fn is_same<const N: usize>(mut joined: &[u8], texts: &[&[u8]; N]) -> bool {
    if joined.len() != texts.iter().map(|text| text.len() + 2).sum::<usize>() {
        return false;
    }
    if let [text] = texts.as_slice() {
        return is_equal(&joined[2..], text);
    }
    texts.iter().all(|text| {
        let Some((length, rest)) = joined.split_first_chunk::<2>() else { return false };
        let Some((head, tail)) = rest.split_at_checked(text.len()) else { return false };
        joined = tail;
        usize::from(u16::from_le_bytes(*length)) == text.len() && is_equal(head, text)
    })
}

/// Whether texts of one length are equal. Most are short: a first and a last chunk, which may overlap,
/// are less than a call of the library's comparison.
#[inline]
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    match one.len() {
        0..8 => short_word(one) == short_word(other),
        8..=16 => {
            one.first_chunk::<8>() == other.first_chunk()
                && one.last_chunk::<8>() == other.last_chunk()
        }
        17..=32 => {
            one.first_chunk::<16>() == other.first_chunk()
                && one.last_chunk::<16>() == other.last_chunk()
        }
        _ => one == other,
    }
}

/// A text of less than eight bytes in one word; among texts of one length each has its own.
#[inline]
fn short_word(text: &[u8]) -> u64 {
    match (text.first_chunk::<4>(), text.last_chunk::<4>(), text) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        (_, _, [first, .., last]) => {
            let middle = text[text.len() / 2];
            u64::from(*first) << 16 | u64::from(middle) << 8 | u64::from(*last)
        }
        (_, _, [only]) => u64::from(*only),
        _ => 0,
    }
}

/// A hash of the texts, never 0.
#[inline]
pub(crate) fn hash_texts<const N: usize>(seed: u64, texts: &[&[u8]; N]) -> u64 {
    texts.iter().fold(fold(seed ^ MULTIPLIER), |hash, text| hash_text(hash, text)) | 1
}

#[inline]
fn hash_text(mut hash: u64, text: &[u8]) -> u64 {
    hash ^= (text.len() as u64) << 48;
    let Some(last) = text.last_chunk::<8>() else { return fold(hash ^ short_word(text)) };
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        hash = fold(hash ^ u64::from_le_bytes(*word));
    }
    // The last eight bytes, some of them for the second time.
    if rest.is_empty() { hash } else { fold(hash ^ u64::from_le_bytes(*last)) }
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
        let find = |names: &Names, space, texts: &[&str; 2]| {
            let texts = texts.map(str::as_bytes);
            names.find(names.hash(space, &texts), space, &texts)
        };
        assert_eq!(find(&names, 0, &["a", ""]), None);
        for n in 0..1_000_u64 {
            names.insert(n % 3, &[n.to_string().as_bytes(), b"x"], n);
        }
        for n in 0..1_000_u64 {
            assert_eq!(find(&names, n % 3, &[&n.to_string(), "x"]), Some(n));
            assert_eq!(find(&names, n % 3 + 1, &[&n.to_string(), "x"]), None);
            assert_eq!(find(&names, n % 3, &[&format!("{n}x"), ""]), None);
        }
        for length in 0..40 {
            let (text, other) = ("x".repeat(length), "x".repeat(length.saturating_sub(1)) + "y");
            names.insert(9, &[text.as_bytes(), b""], length as u64);
            assert_eq!(find(&names, 9, &[&text, ""]), Some(length as u64));
            assert_eq!(find(&names, 9, &[&other, ""]), None);
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
