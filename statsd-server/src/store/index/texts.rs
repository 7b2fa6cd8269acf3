//! What stands between two dots, each text once: a million names have a few thousand of them.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use memchr::memmem::Finder;

/// Numbered texts. Nothing is taken out of it: the tree is made anew where too much is dead.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    /// Where each ends; it begins where the one before it ends.
    ends: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, number: u32) -> &str {
        read(&self.text, &self.ends, number)
    }

    pub(super) fn numbers(&self) -> Range<u32> {
        // There are no more than their bytes, which a `u32` counts.
        0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// All of them together.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Those that hold a needle of at least a byte, in one pass over all of them as if they were one text.
    pub(super) fn holding<'t>(&'t self, needle: &'t Finder<'_>) -> impl Iterator<Item = u32> {
        let (mut start, mut number) = (0, 0);
        std::iter::from_fn(move || {
            loop {
                let skipped = needle.find(&self.text.as_bytes()[start..])?;
                let at = start + skipped;
                // Each takes a byte at least, so no more than this many are skipped.
                let skipped = &self.ends[number..self.ends.len().min(number + skipped + 1)];
                number += skipped.partition_point(|&end| end as usize <= at);
                let end = self.ends[number] as usize;
                if at + needle.needle().len() <= end {
                    start = end;
                    return u32::try_from(number).ok();
                }
                // Begins in one and ends in another.
                start = at + 1;
            }
        })
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let is_it = |&number: &u32| read(&self.text, &self.ends, number) == text;
        self.numbers.find(self.hasher.hash_one(text.as_bytes()), is_it).copied()
    }

    /// The number of a text, which is a new one where it was not there. Nothing where there is no room.
    pub(super) fn intern(&mut self, new: &str) -> Option<u32> {
        if let Some(number) = self.find(new) {
            return Some(number);
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.text.len() + new.len()).ok()?;
        self.text.push_str(new);
        self.ends.push(end);
        let Self { text, ends, numbers, hasher } = self;
        let hash = |&number: &u32| hasher.hash_one(read(text, ends, number).as_bytes());
        numbers.insert_unique(hasher.hash_one(new.as_bytes()), number, hash);
        Some(number)
    }
}

fn read<'a>(text: &'a str, ends: &[u32], number: u32) -> &'a str {
    let at = number as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &text[start as usize..ends[at] as usize]
}
