//! Points → the bytes of a block, in a buffer that is used again for the next one.

use std::io;

use super::format::{BLOCK_HEADER, BlockHeader, RECORD};
use super::{Entry, Segment};
use crate::limits::{JOURNAL_BLOCK_NAMES_MAX_BYTES, JOURNAL_BLOCK_RECORDS_MAX};

/// What is known of the segment that is appended to, and the block under way.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    /// By series: which segment has met it last. Numbers of series are dense, so this takes 8 bytes each.
    marks: Vec<Mark>,
    /// Series that the segment has met.
    met: u32,
    block: Vec<u8>,
    names: Vec<u8>,
    /// Series that the block under way is the first to use.
    new: Vec<u32>,
}

/// A series' number in a segment. No segment has the number 0.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    segment: u32,
    local: u32,
}

/// A block, sealed for its place.
#[derive(Debug)]
pub(super) struct Encoded<'a> {
    pub(super) block: &'a [u8],
    /// Entries that are in it; the others did not fit.
    pub(super) taken: usize,
}

/// Where a block will stand, and what its header says beside its counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) segment: Segment,
    pub(super) offset: u64,
    pub(super) at: u32,
    pub(super) high_water: u32,
}

impl Encoder {
    /// A new segment has met nobody.
    pub(super) fn begin_segment(&mut self) {
        self.met = 0;
    }

    /// Encodes as many of the entries as one block holds, which is at least one. What the segment has met
    /// by that stays met unless [`Encoder::undo`] is called.
    ///
    /// # Errors
    /// A name is empty or too long to be written; nothing was met.
    pub(super) fn encode(
        &mut self,
        entries: &[Entry<'_>],
        place: Place,
    ) -> io::Result<Encoded<'_>> {
        let wanted = entries.len().min(JOURNAL_BLOCK_RECORDS_MAX);
        let segment = place.segment.0;
        self.names.clear();
        self.new.clear();
        self.block.resize(BLOCK_HEADER + wanted * RECORD, 0);
        let (records, _) = self.block[BLOCK_HEADER..].as_chunks_mut::<RECORD>();
        let mut taken = 0;
        for (entry, record) in entries.iter().zip(records) {
            let series = entry.series.0 as usize;
            let local = match self.marks.get(series) {
                Some(mark) if mark.segment == segment => mark.local,
                _ => {
                    if self.names.len() + 2 + entry.name.len() > JOURNAL_BLOCK_NAMES_MAX_BYTES {
                        break;
                    }
                    let Some(length) = name_length(entry.name) else {
                        self.undo();
                        return Err(unwritable(entry.name));
                    };
                    self.names.extend_from_slice(&length.to_le_bytes());
                    self.names.extend_from_slice(entry.name.as_bytes());
                    if series >= self.marks.len() {
                        self.marks.resize(series + 1, Mark::default());
                    }
                    let local = self.met;
                    self.marks[series] = Mark { segment, local };
                    self.met += 1;
                    self.new.push(entry.series.0);
                    local
                }
            };
            record[..4].copy_from_slice(&local.to_le_bytes());
            record[4..8].copy_from_slice(&entry.timestamp.to_le_bytes());
            record[8..].copy_from_slice(&entry.value.to_le_bytes());
            taken += 1;
        }
        if taken == 0 && !entries.is_empty() {
            return Err(unwritable(entries[0].name));
        }
        self.block.truncate(BLOCK_HEADER + taken * RECORD);
        self.block.extend_from_slice(&self.names);
        let header = BlockHeader {
            payload: count(self.block.len() - BLOCK_HEADER),
            at: place.at,
            high_water: place.high_water,
            records: count(taken),
            names: count(self.new.len()),
        };
        header.seal(&mut self.block, place.segment, place.offset);
        Ok(Encoded { block: &self.block, taken })
    }

    /// The block did not get to the disk: what it would have been the first to use was not met.
    pub(super) fn undo(&mut self) {
        for series in self.new.drain(..) {
            self.marks[series as usize] = Mark::default();
            self.met -= 1;
        }
    }
}

/// Of what a block holds, which is far below four billion.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn name_length(name: &str) -> Option<u16> {
    u16::try_from(name.len()).ok().filter(|&length| length > 0)
}

fn unwritable(name: &str) -> io::Error {
    let text = format!("a name of {} bytes cannot be journaled", name.len());
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
