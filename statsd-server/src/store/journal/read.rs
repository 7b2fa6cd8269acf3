//! A segment's bytes → the points in it, whoever wrote them: nothing is believed before its checksum
//! was compared, and no number in the file makes more memory be asked for than the file is long.

use std::io;

use super::disk::ReadAt;
use super::format::{
    BLOCK_HEADER, BlockHeader, PAYLOAD_MAX, RECORD, SEGMENT_HEADER, SegmentHeader, is_intact,
    number,
};
use super::{Replayed, Segment};

/// Bytes read from the disk at once, where a block does not need more.
const WINDOW_BYTES: usize = 256 << 10;

/// Bytes whose checksum is compared in search of a block behind one that is not whole.
const COMPARED_MAX_BYTES: usize = 16 << 20;

/// What stood in a segment.
#[derive(Debug)]
pub(super) struct SegmentRead {
    pub(super) blocks: u64,
    pub(super) points: u64,
    /// The newest timestamp that was given to the journal until its last block.
    pub(super) high_water: u32,
    /// Bytes of the file, and of what was read of it.
    pub(super) length: u64,
    pub(super) intact: u64,
    pub(super) end: End,
}

/// How a segment ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// With a whole block.
    Whole,
    /// With one that was not written to its end.
    Torn,
    /// With something that nobody has written; it says what.
    Damaged(String),
    /// Where the disk did not give more of it; it says why.
    Unreadable(String),
}

/// Reads a segment and gives each of its points away, block by block. Stops at the first thing that is
/// not what was written.
pub(super) fn read_segment(
    file: &dyn ReadAt,
    segment: Segment,
    each: &mut dyn FnMut(Replayed<'_>),
) -> SegmentRead {
    let mut read =
        SegmentRead { blocks: 0, points: 0, high_water: 0, length: 0, intact: 0, end: End::Whole };
    if let Err(error) = read_blocks(file, segment, &mut read, each) {
        read.end = End::Unreadable(format!("it cannot be read: {error}"));
    }
    read
}

fn read_blocks(
    file: &dyn ReadAt,
    segment: Segment,
    read: &mut SegmentRead,
    each: &mut dyn FnMut(Replayed<'_>),
) -> io::Result<()> {
    read.length = file.len()?;
    let mut window = Window { file, length: read.length, start: 0, bytes: Vec::new() };
    let Some(header) = window.header::<SEGMENT_HEADER>(0)? else {
        read.end = End::Torn;
        return Ok(());
    };
    match SegmentHeader::decode(&header) {
        Ok(header) if header.segment == segment => read.high_water = header.high_water,
        Ok(header) => {
            read.end = End::Damaged(format!("it is segment {}", header.segment));
            return Ok(());
        }
        Err(reason) => {
            let is_torn = window.is_zero_from(0)?;
            read.end = if is_torn { End::Torn } else { End::Damaged(reason) };
            return Ok(());
        }
    }
    let mut names = Names::default();
    read.intact = SEGMENT_HEADER as u64;
    while read.intact < read.length {
        let offset = read.intact;
        let reason = match read_block(&mut window, segment, offset, &mut names) {
            Ok(Ok((header, block))) => {
                give(&header, &block[BLOCK_HEADER..], &names, segment, each);
                read.blocks += 1;
                read.points += u64::from(header.records);
                read.high_water = read.high_water.max(header.high_water);
                read.intact += block.len() as u64;
                continue;
            }
            Ok(Err(reason)) => reason,
            Err(error) => return Err(error),
        };
        let is_torn = window.is_unfinished(segment, offset)? || window.is_zero_from(offset)?;
        read.end = if is_torn { End::Torn } else { End::Damaged(reason.to_owned()) };
        break;
    }
    Ok(())
}

/// A whole block and its names, or what is wrong with it; then the names are as before.
fn read_block<'a>(
    window: &'a mut Window<'_>,
    segment: Segment,
    offset: u64,
    names: &mut Names,
) -> io::Result<Result<(BlockHeader, &'a [u8]), &'static str>> {
    let Some(header) = window.header::<BLOCK_HEADER>(offset)? else {
        return Ok(Err("a block ends in its header"));
    };
    let header = BlockHeader::decode(&header);
    let payload = header.payload as usize;
    if payload > PAYLOAD_MAX {
        return Ok(Err("a block is longer than any is written"));
    }
    let Some(block) = window.bytes(offset, BLOCK_HEADER + payload)? else {
        return Ok(Err("a block is longer than its file"));
    };
    if !is_intact(block, segment, offset) {
        return Ok(Err("the checksum of a block is wrong"));
    }
    if !names.define(&header, &block[BLOCK_HEADER..]) {
        return Ok(Err("a block's checksum holds, but its parts do not add up"));
    }
    Ok(Ok((header, block)))
}

fn give(
    header: &BlockHeader,
    payload: &[u8],
    names: &Names,
    segment: Segment,
    each: &mut dyn FnMut(Replayed<'_>),
) {
    let (records, _) = payload[..header.records as usize * RECORD].as_chunks::<RECORD>();
    for record in records {
        let mut value = [0; 8];
        value.copy_from_slice(&record[8..]);
        // That every number has a name was looked at before.
        let Some(name) = names.get(number(record, 0)) else { continue };
        each(Replayed {
            name,
            timestamp: number(record, 4),
            at: header.at,
            value: f64::from_le_bytes(value),
            segment,
        });
    }
}

/// A segment's names by their numbers, one after the other in one text: not more than its file has bytes.
#[derive(Debug, Default)]
struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    fn get(&self, local: u32) -> Option<&str> {
        let local = local as usize;
        let start = if local == 0 { 0 } else { *self.ends.get(local - 1)? };
        self.text.get(start..*self.ends.get(local)?)
    }

    /// Adds a block's names and looks whether all its records have one. Adds nothing if not.
    fn define(&mut self, header: &BlockHeader, payload: &[u8]) -> bool {
        let before = (self.text.len(), self.ends.len());
        let is_good = self.add(header, payload).is_some();
        if !is_good {
            self.text.truncate(before.0);
            self.ends.truncate(before.1);
        }
        is_good
    }

    fn add(&mut self, header: &BlockHeader, payload: &[u8]) -> Option<()> {
        let of_records = (header.records as usize).checked_mul(RECORD)?;
        let (records, mut rest) = payload.split_at_checked(of_records)?;
        for _ in 0..header.names {
            let (length, after) = rest.split_first_chunk()?;
            let (name, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
            self.text.push_str(std::str::from_utf8(name).ok().filter(|name| !name.is_empty())?);
            self.ends.push(self.text.len());
            rest = after;
        }
        let (records, _) = records.as_chunks::<RECORD>();
        let known = self.ends.len();
        let all_known = records.iter().all(|record| (number(record, 0) as usize) < known);
        (rest.is_empty() && all_known).then_some(())
    }
}

/// Some of a file's bytes, in memory.
struct Window<'a> {
    file: &'a dyn ReadAt,
    length: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// So many bytes from a place; nothing if the file is shorter.
    fn bytes(&mut self, offset: u64, count: usize) -> io::Result<Option<&[u8]>> {
        let left = self.length.saturating_sub(offset);
        if (count as u64) > left {
            return Ok(None);
        }
        let end = self.start + self.bytes.len() as u64;
        if offset < self.start || offset + count as u64 > end {
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            self.bytes.resize(count.max(WINDOW_BYTES).min(most), 0);
            self.start = offset;
            if let Err(error) = self.file.read_exact_at(&mut self.bytes, offset) {
                self.bytes.clear();
                return Err(error);
            }
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(from..from + count))
    }

    fn header<const N: usize>(&mut self, offset: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.bytes(offset, N)?.and_then(|bytes| bytes.first_chunk()).copied())
    }

    /// Whether what stands here is the beginning of a block that was to go to the end of the file or
    /// further, which only the last write can have left.
    fn is_unfinished(&mut self, segment: Segment, offset: u64) -> io::Result<bool> {
        let left = self.length - offset;
        let Some(header) = self.header::<BLOCK_HEADER>(offset)? else { return Ok(true) };
        let payload = BlockHeader::decode(&header).payload as usize;
        let is_long = payload <= PAYLOAD_MAX && (BLOCK_HEADER + payload) as u64 >= left;
        Ok(is_long && !self.has_intact_block_after(segment, offset)?)
    }

    /// Whether a whole block stands behind this place, so that it is not the last one's: then its length is
    /// what is damaged. Files that make this slow are nobody's, and are said to have one.
    fn has_intact_block_after(&mut self, segment: Segment, offset: u64) -> io::Result<bool> {
        let left = usize::try_from(self.length - offset).unwrap_or(usize::MAX);
        let Some(bytes) = self.bytes(offset, left)? else { return Ok(false) };
        let mut compared = 0;
        for at in 1..left.saturating_sub(BLOCK_HEADER) {
            let header = bytes[at..].first_chunk().map(BlockHeader::decode);
            let Some(header) = header.filter(BlockHeader::is_plausible) else { continue };
            let end = at + BLOCK_HEADER + header.payload as usize;
            let Some(block) = bytes.get(at..end) else { continue };
            compared += block.len();
            if compared > COMPARED_MAX_BYTES || is_intact(block, segment, offset + at as u64) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the rest is zeros, which is what some file systems leave where bytes did not arrive.
    fn is_zero_from(&mut self, mut offset: u64) -> io::Result<bool> {
        while offset < self.length {
            let left = usize::try_from(self.length - offset).unwrap_or(usize::MAX);
            let count = left.min(WINDOW_BYTES);
            let Some(bytes) = self.bytes(offset, count)? else { return Ok(false) };
            if bytes.iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
            offset += count as u64;
        }
        Ok(true)
    }
}
