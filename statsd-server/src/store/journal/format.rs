//! What stands in a segment's file, byte by byte.
//!
//! ```text
//! segment: magic 8 · version 4 · number 4 · high water 4 · CRC-32C of these 4 · blocks
//! block:   CRC-32C 4 · payload's length 4 · at 4 · high water 4 · records 4 · names 4 · payload
//! payload: records of 16: local number 4 · timestamp 4 · value 8
//!          names: length 2 · UTF-8
//! ```
//!
//! Little-endian, as the machines are that this runs on, so that a record is copied as it stands in
//! memory; nobody else reads these files. (Whisper's files are big-endian because Python's are.)
//!
//! A value may be no number, as no point's is: what that stands for is the store's to say.
//!
//! A series has a number in every segment that it is in: names are numbered as they come, from 0, and a
//! block holds those that its records are the first to use. A block's checksum begins with its segment's
//! number and its place, so that none is taken for one that stood elsewhere.

use super::Segment;
use crate::limits::{JOURNAL_BLOCK_NAMES_MAX_BYTES, JOURNAL_BLOCK_RECORDS_MAX};
use crate::store::crc::Crc32c;

const MAGIC: [u8; 8] = *b"STATSDJ\n";

/// What this version writes, and the only one it reads.
const VERSION: u32 = 1;

/// Bytes before the first block.
pub(super) const SEGMENT_HEADER: usize = 24;

/// Bytes before a block's payload.
pub(super) const BLOCK_HEADER: usize = 24;

/// Bytes of a record.
pub(super) const RECORD: usize = 16;

/// Bytes of the longest payload.
pub(super) const PAYLOAD_MAX: usize =
    JOURNAL_BLOCK_RECORDS_MAX * RECORD + JOURNAL_BLOCK_NAMES_MAX_BYTES;

/// Bytes of a block's checksum, which covers all that follows it.
const CHECKSUM: usize = 4;

/// The beginning of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) segment: Segment,
    /// The newest timestamp given to the journal before this segment was begun.
    pub(super) high_water: u32,
}

impl SegmentHeader {
    pub(super) fn encode(self) -> [u8; SEGMENT_HEADER] {
        let mut bytes = [0; SEGMENT_HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        put(&mut bytes, 8, VERSION);
        put(&mut bytes, 12, self.segment.0);
        put(&mut bytes, 16, self.high_water);
        let sum = Crc32c::new().with(&bytes[..20]).sum();
        put(&mut bytes, 20, sum);
        bytes
    }

    /// Says what is wrong where it is not one.
    pub(super) fn decode(bytes: &[u8; SEGMENT_HEADER]) -> Result<Self, String> {
        if bytes[..8] != MAGIC {
            return Err("it is no segment of a journal".to_owned());
        }
        if number(bytes, 20) != Crc32c::new().with(&bytes[..20]).sum() {
            return Err("the checksum of its header is wrong".to_owned());
        }
        match number(bytes, 8) {
            VERSION => {
                Ok(Self { segment: Segment(number(bytes, 12)), high_water: number(bytes, 16) })
            }
            other => Err(format!("it is of version {other}, and this server reads {VERSION}")),
        }
    }
}

/// The beginning of a block, but for its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockHeader {
    pub(super) payload: u32,
    pub(super) at: u32,
    pub(super) high_water: u32,
    pub(super) records: u32,
    pub(super) names: u32,
}

impl BlockHeader {
    /// Reads one; of its payload nothing is known yet.
    pub(super) fn decode(bytes: &[u8; BLOCK_HEADER]) -> Self {
        Self {
            payload: number(bytes, 4),
            at: number(bytes, 8),
            high_water: number(bytes, 12),
            records: number(bytes, 16),
            names: number(bytes, 20),
        }
    }

    /// Whether a payload of this length can hold what there is to be in it.
    pub(super) fn is_plausible(&self) -> bool {
        let (payload, records) = (self.payload as usize, self.records as usize);
        let of_records = records.saturating_mul(RECORD);
        let of_names = payload.checked_sub(of_records);
        // A name has a byte and a length, at least.
        payload <= PAYLOAD_MAX && of_names.is_some_and(|bytes| bytes / 3 >= self.names as usize)
    }

    /// Writes it, and the checksum of all, into the first bytes of a block that is complete but for these.
    pub(super) fn seal(self, block: &mut [u8], segment: Segment, offset: u64) {
        put(block, 4, self.payload);
        put(block, 8, self.at);
        put(block, 12, self.high_water);
        put(block, 16, self.records);
        put(block, 20, self.names);
        let sum = checksum(block, segment, offset);
        put(block, 0, sum);
    }
}

/// Whether a whole block is what was written at this place.
pub(super) fn is_intact(block: &[u8], segment: Segment, offset: u64) -> bool {
    number(block, 0) == checksum(block, segment, offset)
}

fn checksum(block: &[u8], segment: Segment, offset: u64) -> u32 {
    let place = Crc32c::new().with(&segment.0.to_le_bytes()).with(&offset.to_le_bytes());
    place.with(&block[CHECKSUM..]).sum()
}

/// The number of four bytes at a place that the caller knows to be there.
pub(super) fn number(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}
