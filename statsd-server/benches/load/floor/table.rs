//! Names → values: an arena of names, and eight bytes a slot that say which.

use super::parse::Line;

/// From this many names on, slots are looked at together before they are used, so that the processor
/// waits for many of them at once.
const MANY: usize = 50_000;

#[derive(Debug)]
pub(super) struct Table<V> {
    /// The upper half of a name's hash, and its number plus one; 0 where there is none.
    slots: Vec<u64>,
    names: Vec<u8>,
    /// Where each name ends.
    ends: Vec<usize>,
    values: Vec<V>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { slots: vec![0; 4_096], names: Vec::new(), ends: Vec::new(), values: Vec::new() }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of a word are meant")]
impl<V: Default> Table<V> {
    /// Touches what the lines will need.
    pub(super) fn approach(&self, lines: &[Line]) {
        if self.values.len() < MANY {
            return;
        }
        let mask = self.slots.len() - 1;
        let slots = lines.iter().map(|line| self.slots[(line.hash >> 32) as usize & mask]);
        let known = slots.filter_map(|slot| self.ends.get((slot as u32 as usize).wrapping_sub(1)));
        let names = known.map(|&end| u64::from(self.names[end - 1]));
        std::hint::black_box(names.sum::<u64>());
    }

    /// The value of the line's name.
    #[inline]
    pub(super) fn value(&mut self, packet: &[u8], line: &Line) -> &mut V {
        let name = &packet[line.name as usize..(line.name + line.name_bytes) as usize];
        let mask = self.slots.len() - 1;
        let mut at = (line.hash >> 32) as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.insert(at, name, line.hash);
            }
            let number = slot as u32 as usize - 1;
            if slot >> 32 == line.hash >> 32 && self.name(number) == name {
                return &mut self.values[number];
            }
            at = (at + 1) & mask;
        }
    }

    #[inline]
    fn name(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.names[start..self.ends[number]]
    }

    #[cold]
    fn insert(&mut self, at: usize, name: &[u8], hash: u64) -> &mut V {
        self.names.extend_from_slice(name);
        self.ends.push(self.names.len());
        self.values.push(V::default());
        let number = self.values.len();
        self.slots[at] = hash >> 32 << 32 | number as u64;
        if number * 4 > self.slots.len() * 3 {
            self.grow();
        }
        &mut self.values[number - 1]
    }
    /// Every name with its value.
    pub(super) fn each(&mut self, mut each: impl FnMut(&[u8], &mut V)) {
        let mut start = 0;
        for (&end, value) in self.ends.iter().zip(&mut self.values) {
            each(&self.names[start..end], value);
            start = end;
        }
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &slot in self.slots.iter().filter(|&&slot| slot != 0) {
            let mut at = (slot >> 32) as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = slot;
        }
        self.slots = slots;
    }
}
