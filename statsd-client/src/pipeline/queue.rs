//! A thread's queue of records to the client's thread: rings of words with one writer and one reader.
//!
//! A ring that is full is followed by another, as long as the client's byte budget lasts; the reader
//! empties a ring before it moves to the next. The bytes of the rings it is done with are given back
//! when all threads have been read: a writer that is faster than the reader cannot keep it for ever.
//! So order is kept, an idle thread holds 2 to 8 KiB, and a burst is bounded by the budget alone.
//!
//! A record is a header word, a value word, and for a raw record the bytes of its key.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Words of a thread's first ring: 2 KiB, 128 timings.
const FIRST_WORDS: usize = 256;

/// Words of the largest ring: 8 KiB. A burst makes more rings, not larger ones, because a thread
/// keeps its last ring for good. Must hold the largest raw record.
const LARGEST_WORDS: usize = 1024;

/// What a record's value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// The value of a call: bits of an `f64`, of an `i64` where the context is a counter.
    Value,
    /// A gauge's change.
    Delta,
}

/// Who a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who<'a> {
    /// A context by its number.
    Context(u32),
    /// A context by its key, where the number could not be had.
    Key(&'a [u8]),
}

/// One ring. The writer owns `head`, the reader `tail`.
#[derive(Debug)]
pub(crate) struct Ring {
    words: Box<[AtomicU64]>,
    /// Words ever written.
    head: AtomicUsize,
    /// Words ever read.
    tail: AtomicUsize,
    /// The ring that follows; set when this one will not be written any more.
    next: OnceLock<Arc<Self>>,
}

impl Ring {
    fn new(words: usize) -> Self {
        Self {
            words: (0..words).map(|_| AtomicU64::new(0)).collect(),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            next: OnceLock::new(),
        }
    }

    fn word(&self, at: usize) -> &AtomicU64 {
        // Sizes are powers of two.
        &self.words[at & (self.words.len() - 1)]
    }

    fn bytes(&self) -> usize {
        self.words.len() * size_of::<u64>()
    }
}

/// Bytes of all rings of one client.
#[derive(Debug)]
pub(crate) struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Self { used: AtomicUsize::new(0), limit }
    }

    /// Takes bytes, unless that is over the limit.
    fn take(&self, bytes: usize) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.saturating_add(bytes) <= self.limit;
        if !fits {
            self.give(bytes);
        }
        fits
    }

    pub(crate) fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// The writing end; owned by the application's thread.
#[derive(Debug)]
pub(crate) struct RingWriter {
    ring: Arc<Ring>,
    head: usize,
    /// Where the reader was when last looked at.
    tail: usize,
}

impl RingWriter {
    /// A queue's first ring, if the budget has room for it.
    pub(crate) fn new(budget: &Budget) -> Option<Self> {
        budget.take(FIRST_WORDS * size_of::<u64>()).then(|| Self {
            ring: Arc::new(Ring::new(FIRST_WORDS)),
            head: 0,
            tail: 0,
        })
    }

    pub(crate) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    /// Appends a record. Takes no lock and makes no system call; allocates where the queue grows.
    /// `false`: the budget is used up, nothing was written.
    pub(crate) fn push(&mut self, op: Op, who: Who<'_>, value: u64, budget: &Budget) -> bool {
        let key = match who {
            Who::Context(_) => &[],
            Who::Key(key) => key,
        };
        let words = 2 + key.len().div_ceil(8);
        if !self.has_room(words) && !self.grow(words, budget) {
            return false;
        }
        let header = match who {
            Who::Context(context) => u64::from(context) << 32,
            Who::Key(key) => (key.len() as u64) << 32 | RAW,
        };
        self.put(0, header | if op == Op::Delta { DELTA } else { 0 });
        self.put(1, value);
        for (at, bytes) in key.chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            self.put(2 + at, u64::from_le_bytes(word));
        }
        self.head = self.head.wrapping_add(words);
        self.ring.head.store(self.head, Ordering::Release);
        true
    }

    fn put(&self, offset: usize, word: u64) {
        self.ring.word(self.head.wrapping_add(offset)).store(word, Ordering::Relaxed);
    }

    fn has_room(&mut self, words: usize) -> bool {
        let free = |tail| self.ring.words.len() - self.head.wrapping_sub(tail);
        if free(self.tail) >= words {
            return true;
        }
        let tail = self.ring.tail.load(Ordering::Acquire);
        let fits = free(tail) >= words;
        self.tail = tail;
        fits
    }

    fn grow(&mut self, words: usize, budget: &Budget) -> bool {
        let size = (self.ring.words.len() * 2).max(words.next_power_of_two()).min(LARGEST_WORDS);
        if words > size || !budget.take(size * size_of::<u64>()) {
            return false;
        }
        let next = Arc::new(Ring::new(size));
        // The one writer sets it once, so it cannot be taken.
        let _first = self.ring.next.set(next.clone());
        *self = Self { ring: next, head: 0, tail: 0 };
        true
    }
}

/// A record as the reader hands it on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) op: Op,
    pub(crate) who: Who<'a>,
    pub(crate) value: u64,
}

impl Record<'_> {
    /// Bytes it took in its ring.
    pub(crate) fn bytes(&self) -> usize {
        let key = match self.who {
            Who::Context(_) => 0,
            Who::Key(key) => key.len().next_multiple_of(8),
        };
        2 * size_of::<u64>() + key
    }
}

/// The reading end; one at a time is used, by the client's thread.
#[derive(Debug, Clone)]
pub(crate) struct RingReader {
    ring: Arc<Ring>,
}

impl RingReader {
    pub(crate) fn new(ring: Arc<Ring>) -> Self {
        Self { ring }
    }

    /// Hands on every record written so far, in order. Answers the bytes of the rings that are done
    /// with: to be given back to the budget, but not before every queue was drained.
    #[must_use]
    pub(crate) fn drain(&mut self, mut record: impl FnMut(Record<'_>)) -> usize {
        let mut key = Vec::new();
        let mut freed = 0;
        loop {
            // Looked at first: once it is set, the head that is read next is final.
            let next = self.ring.next.get().cloned();
            self.drain_ring(&mut key, &mut record);
            let Some(next) = next else { return freed };
            freed += self.ring.bytes();
            self.ring = next;
        }
    }

    /// The bytes of the last ring, to be given back after the writer has ended and all is drained.
    #[must_use]
    pub(crate) fn release(self) -> usize {
        self.ring.bytes()
    }

    fn drain_ring(&self, key: &mut Vec<u8>, record: &mut impl FnMut(Record<'_>)) {
        let ring = &*self.ring;
        let head = ring.head.load(Ordering::Acquire);
        let mut tail = ring.tail.load(Ordering::Relaxed);
        let word = |at: usize| ring.word(at).load(Ordering::Relaxed);
        while tail != head {
            let header = word(tail);
            let value = word(tail.wrapping_add(1));
            tail = tail.wrapping_add(2);
            let op = if header & DELTA == 0 { Op::Value } else { Op::Delta };
            // The upper half of the header; it fits by its width.
            let upper = u32::try_from(header >> 32).unwrap_or(u32::MAX);
            if header & RAW == 0 {
                record(Record { op, who: Who::Context(upper), value });
            } else {
                key.clear();
                let length = upper as usize;
                for at in 0..length.div_ceil(8) {
                    key.extend_from_slice(&word(tail.wrapping_add(at)).to_le_bytes());
                }
                key.truncate(length);
                tail = tail.wrapping_add(length.div_ceil(8));
                record(Record { op, who: Who::Key(key), value });
            }
            ring.tail.store(tail, Ordering::Release);
        }
    }
}

/// Header bit: the upper half is a key's length, and the key follows.
const RAW: u64 = 1;

/// Header bit: the value is a change.
const DELTA: u64 = 2;

#[cfg(test)]
mod tests;
