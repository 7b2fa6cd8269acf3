//! Neighbouring slots of an archive in memory: as read, or as they are to be written.

use std::ops::Range;

use crate::archive::SLOT_BYTES;
use crate::layout::{Slot, decode_slot, encode_slot};

/// A stretch of slots, each read already or not, written here or not.
#[derive(Debug)]
pub(super) struct Page {
    first: u32,
    bytes: Vec<u8>,
    states: Vec<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unread,
    Read,
    Written,
}

impl Page {
    pub(super) fn new(slots: Range<u32>) -> Self {
        let count = slots.len();
        Self {
            first: slots.start,
            bytes: vec![0; count * SLOT_BYTES],
            states: vec![State::Unread; count],
        }
    }

    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// One past the last slot.
    pub(super) fn end(&self) -> u32 {
        self.first + u32::try_from(self.states.len()).expect("not more than an archive's points")
    }

    pub(super) fn covers(&self, slots: &Range<u32>) -> bool {
        self.first <= slots.start && slots.end <= self.end()
    }

    /// Takes over what another page, all within this one, knows.
    pub(super) fn absorb(&mut self, other: &Self) {
        let at = (other.first - self.first) as usize;
        self.states[at..at + other.states.len()].copy_from_slice(&other.states);
        self.bytes[at * SLOT_BYTES..][..other.bytes.len()].copy_from_slice(&other.bytes);
    }

    pub(super) fn is_read(&self, slots: &Range<u32>) -> bool {
        !self.states[self.index(slots)].contains(&State::Unread)
    }

    /// Fills in what is unread. `read` gets the whole page's bytes.
    pub(super) fn read<E>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.states.iter().all(|state| *state == State::Unread) {
            read(&mut self.bytes)?;
            self.states.fill(State::Read);
            return Ok(());
        }
        let mut bytes = vec![0; self.bytes.len()];
        read(&mut bytes)?;
        let (slots, new) =
            (self.bytes.chunks_exact_mut(SLOT_BYTES), bytes.chunks_exact(SLOT_BYTES));
        for ((state, slot), new) in self.states.iter_mut().zip(slots).zip(new) {
            if *state == State::Unread {
                slot.copy_from_slice(new);
                *state = State::Read;
            }
        }
        Ok(())
    }

    pub(super) fn bytes(&self, slots: &Range<u32>) -> &[u8] {
        let index = self.index(slots);
        &self.bytes[index.start * SLOT_BYTES..index.end * SLOT_BYTES]
    }

    pub(super) fn write(&mut self, slot: u32, content: Slot) {
        let index = (slot - self.first) as usize;
        encode_slot(content, &mut self.bytes.as_chunks_mut().0[index]);
        self.states[index] = State::Written;
    }

    /// The runs of slots that were written: the first of each, and their bytes.
    pub(super) fn written(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut slot = self.first;
        let mut at = 0;
        self.states.chunk_by(|a, b| a == b).filter_map(move |run| {
            let (first, begin) = (slot, at);
            slot += u32::try_from(run.len()).expect("not more than an archive's points");
            at += run.len() * SLOT_BYTES;
            let bytes = &self.bytes[begin..at];
            (run[0] == State::Written).then_some((first, bytes))
        })
    }

    /// Each slot that was written.
    pub(super) fn written_slots(&self) -> impl Iterator<Item = (u32, Slot)> {
        self.written()
            .flat_map(|(first, bytes)| (first..).zip(bytes.as_chunks().0.iter().map(decode_slot)))
    }

    fn index(&self, slots: &Range<u32>) -> Range<usize> {
        (slots.start - self.first) as usize..(slots.end - self.first) as usize
    }
}
