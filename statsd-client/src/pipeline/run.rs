//! Runs: where a thread writes the calls that keep a value of their own, and the client's thread reads
//! them, each in its own time.
//!
//! A run holds a fixed number of records. Where it is full it is followed by another, as long as the
//! client's byte budget lasts; the reader goes from run to run and hands each back when it is done
//! with it. A record is two words, a header and a value; a text follows in further pairs.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Pairs of words in a run: 2 KiB, the memory of a thread that times something now and then.
pub(crate) const RUN_PAIRS: usize = 128;

/// Bytes of a run, as the budget counts them.
pub(crate) const RUN_BYTES: usize = RUN_PAIRS * 16;

/// The longest text of a record, a set's member: more than a packet over UDP holds.
pub(crate) const TEXT_MAX_BYTES: usize = 1536;

/// What a record's value is. The number says which context, in the list of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Nanoseconds of a timer. 0, so that the shortest path need not write it.
    Nanos = 0,
    /// Bits of an `f64`: a histogram's or a distribution's.
    Sample = 1,
    /// What to add to a counter.
    Count = 2,
    /// Bits of an `f64`: a gauge's new value.
    Gauge = 3,
    /// Bits of an `f64`: a gauge's change.
    Delta = 4,
    /// A set's member, as text.
    Member = 5,
}

/// The first word of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) op: Op,
    pub(crate) number: u32,
    /// The record stands for two to the power of this many calls.
    pub(crate) shift: u8,
    /// A line of its own, whatever the client does with others.
    pub(crate) single: bool,
}

const OP_AT: u32 = 32;
const SHIFT_AT: u32 = 36;
const SINGLE_AT: u32 = 42;
const LENGTH_AT: u32 = 48;

impl Header {
    fn pack(self, text_bytes: usize) -> u64 {
        u64::from(self.number)
            | (self.op as u64) << OP_AT
            | u64::from(self.shift) << SHIFT_AT
            | u64::from(self.single) << SINGLE_AT
            | (text_bytes as u64) << LENGTH_AT
    }

    #[expect(clippy::cast_possible_truncation, reason = "fields are cut out by their width")]
    fn unpack(word: u64) -> (Self, usize) {
        let op = match word >> OP_AT & 0xf {
            0 => Op::Nanos,
            1 => Op::Sample,
            2 => Op::Count,
            3 => Op::Gauge,
            4 => Op::Delta,
            _ => Op::Member,
        };
        let header = Self {
            op,
            number: word as u32,
            shift: (word >> SHIFT_AT & 0x3f) as u8,
            single: word >> SINGLE_AT & 1 == 1,
        };
        (header, (word >> LENGTH_AT) as usize)
    }
}

/// One run. The writer owns `len`; the reader knows for itself how far it is.
#[derive(Debug)]
pub(crate) struct Run {
    pairs: [[AtomicU64; 2]; RUN_PAIRS],
    /// Pairs written.
    len: AtomicUsize,
    /// The number of the run that follows, 0 as long as this one is written to.
    next: AtomicU32,
    /// Its own number.
    id: u32,
}

/// The run of a thread that has none: full.
pub(crate) static NO_RUN: Run = {
    let run = Run::new(0);
    Run { len: AtomicUsize::new(RUN_PAIRS), ..run }
};

impl Run {
    pub(crate) const fn new(id: u32) -> Self {
        Self {
            pairs: [const { [const { AtomicU64::new(0) }; 2] }; RUN_PAIRS],
            len: AtomicUsize::new(0),
            next: AtomicU32::new(0),
            id,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Appends a record of the context `number`, below 2^32. Owner only; `false`: the run is full.
    #[inline]
    pub(crate) fn push_op(&self, number: u64, op: Op, value: u64) -> bool {
        self.push_pair(number | (op as u64) << OP_AT, value)
    }

    #[inline]
    fn push_pair(&self, header: u64, value: u64) -> bool {
        let at = self.len.load(Ordering::Relaxed);
        let Some(pair) = self.pairs.get(at) else { return false };
        pair[0].store(header, Ordering::Relaxed);
        pair[1].store(value, Ordering::Relaxed);
        self.len.store(at + 1, Ordering::Release);
        true
    }

    /// Appends any record without text. Owner only; `false`: the run is full.
    pub(crate) fn push(&self, header: Header, value: u64) -> bool {
        self.push_pair(header.pack(0), value)
    }

    /// Appends a record with a text of at most [`TEXT_MAX_BYTES`]. Owner only.
    pub(crate) fn push_text(&self, header: Header, text: &[u8]) -> bool {
        let at = self.len.load(Ordering::Relaxed);
        let pairs = 1 + text.len().div_ceil(16);
        let Some(room) = self.pairs.get(at..at + pairs) else { return false };
        room[0][0].store(header.pack(text.len()), Ordering::Relaxed);
        for (words, bytes) in room[1..].iter().zip(text.chunks(16)) {
            let mut padded = [0; 16];
            padded[..bytes.len()].copy_from_slice(bytes);
            let (low, high) = padded.split_at(8);
            for (word, half) in words.iter().zip([low, high]) {
                let half = half.try_into().unwrap_or_default();
                word.store(u64::from_le_bytes(half), Ordering::Relaxed);
            }
        }
        self.len.store(at + pairs, Ordering::Release);
        true
    }

    /// Says which run follows; nothing is written to this one any more. Owner only.
    pub(crate) fn follow_with(&self, next: u32) {
        self.next.store(next, Ordering::Release);
    }

    /// The run that follows, if this one is done with. What was written before is then to be seen.
    pub(crate) fn next(&self) -> Option<u32> {
        Some(self.next.load(Ordering::Acquire)).filter(|&next| next != 0)
    }

    /// Makes it like new. For the reader, when it is done with it.
    pub(crate) fn reset(&self) {
        self.len.store(0, Ordering::Relaxed);
        self.next.store(0, Ordering::Relaxed);
    }

    /// Hands on every record from the pair `from` on, until one is refused; answers where the next one
    /// stands.
    pub(crate) fn read(
        &self,
        from: usize,
        text: &mut Vec<u8>,
        mut record: impl FnMut(Header, u64, &[u8]) -> bool,
    ) -> usize {
        let len = self.len.load(Ordering::Acquire);
        let word = |pair: &[AtomicU64; 2], half: usize| pair[half].load(Ordering::Relaxed);
        let mut at = from;
        while at < len {
            let pair = &self.pairs[at];
            let (header, length) = Header::unpack(word(pair, 0));
            let pairs = 1 + length.div_ceil(16);
            if header.op == Op::Member {
                text.clear();
                for pair in &self.pairs[at + 1..at + pairs] {
                    text.extend_from_slice(&word(pair, 0).to_le_bytes());
                    text.extend_from_slice(&word(pair, 1).to_le_bytes());
                }
                text.truncate(length);
            }
            if !record(header, word(pair, 1), text) {
                break;
            }
            at += pairs;
        }
        at
    }
}

#[cfg(test)]
mod tests;
