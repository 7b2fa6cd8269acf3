//! Series' names by number, and their numbers by name.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::SeriesId;
use crate::limits::NAMES_DEAD_BYTES;

/// Names side by side in one text, which is 8 bytes a name beside its own and 6 to 12 to find it by.
#[derive(Debug, Default)]
pub(super) struct NameTable {
    text: String,
    /// By number.
    places: Vec<Place>,
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// Numbers that may be given again.
    free: Vec<u32>,
    /// Bytes of `text` that no name has any more.
    dead_bytes: usize,
}

/// Where a name stands. No name is empty, so a length of 0 says that the number is no series'.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    at: u32,
    length: u16,
}

impl NameTable {
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// As many as the highest number, and one.
    pub(super) fn numbers_end(&self) -> usize {
        self.places.len()
    }

    #[cfg(test)]
    pub(super) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn reserve(&mut self, names: usize) {
        let Self { text, places, numbers, hasher, .. } = self;
        places.reserve(names);
        numbers.reserve(names, |&number| hasher.hash_one(read(text, places, number).as_bytes()));
    }

    pub(super) fn get(&self, name: &str) -> Option<SeriesId> {
        let is_it = |&number: &u32| read(&self.text, &self.places, number) == name;
        self.numbers.find(self.hasher.hash_one(name.as_bytes()), is_it).map(|&id| SeriesId(id))
    }

    pub(super) fn name(&self, id: SeriesId) -> Option<&str> {
        let place = self.places.get(id.0 as usize)?;
        (place.length > 0).then(|| read(&self.text, &self.places, id.0))
    }

    /// Adds a name that is not there. Nothing where there is no room for it.
    pub(super) fn insert(&mut self, name: &str) -> Option<SeriesId> {
        let at = u32::try_from(self.text.len()).ok()?;
        u32::try_from(self.text.len() + name.len()).ok()?;
        let place = Place { at, length: u16::try_from(name.len()).ok()? };
        let number = if let Some(number) = self.free.pop() {
            self.places[number as usize] = place;
            number
        } else {
            // The highest number means "none" elsewhere.
            let number = u32::try_from(self.places.len()).ok().filter(|&id| id < u32::MAX)?;
            self.places.push(place);
            number
        };
        self.text.push_str(name);
        let Self { text, places, numbers, hasher, .. } = self;
        let hash = |&number: &u32| hasher.hash_one(read(text, places, number).as_bytes());
        numbers.insert_unique(hasher.hash_one(name.as_bytes()), number, hash);
        Some(SeriesId(number))
    }

    /// Forgets a name. Its number is nobody's until it is released.
    pub(super) fn remove(&mut self, name: &str) -> Option<SeriesId> {
        let Self { text, places, numbers, hasher, .. } = self;
        let is_it = |&number: &u32| read(text, places, number) == name;
        let entry = numbers.find_entry(hasher.hash_one(name.as_bytes()), is_it).ok()?;
        let (number, _) = entry.remove();
        self.places[number as usize] = Place::default();
        self.dead_bytes += name.len();
        Some(SeriesId(number))
    }

    /// Lets a removed series' number be given to another one.
    pub(super) fn release(&mut self, id: SeriesId) {
        let is_removed = self.places.get(id.0 as usize).is_some_and(|place| place.length == 0);
        if is_removed && !self.free.contains(&id.0) {
            self.free.push(id.0);
        }
    }

    /// Whether more bytes are dead than alive.
    pub(super) fn is_wasteful(&self) -> bool {
        self.dead_bytes > NAMES_DEAD_BYTES && self.dead_bytes > self.text.len() / 2
    }

    /// Copies the names, without what is dead. Numbers stay as they are.
    pub(super) fn compact(&mut self) {
        let mut text = String::with_capacity(self.text.len() - self.dead_bytes);
        for place in self.places.iter_mut().filter(|place| place.length > 0) {
            let start = place.at as usize;
            // No longer than it was, so it fits.
            place.at = u32::try_from(text.len()).unwrap_or(u32::MAX);
            text.push_str(&self.text[start..start + usize::from(place.length)]);
        }
        self.text = text;
        self.dead_bytes = 0;
    }
}

fn read<'a>(text: &'a str, places: &[Place], number: u32) -> &'a str {
    let place = places[number as usize];
    &text[place.at as usize..place.at as usize + usize::from(place.length)]
}
