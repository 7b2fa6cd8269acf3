//! A segment's bytes by themselves, without a disk: for those who try any bytes on the reader.

use hashbrown::HashMap;

use super::encode::{Encoder, Place};
use super::format::{BLOCK_HEADER, BlockHeader, SegmentHeader};
use super::read::{End, read_segment};
use super::{Entry, Segment};
use crate::store::index::SeriesId;

const SEGMENT: Segment = Segment(1);

/// A point of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournaledPoint {
    /// Its series.
    pub name: String,
    /// Seconds since the epoch.
    pub timestamp: u32,
    /// The time it was accepted at.
    pub at: u32,
    /// Its value's, so that any two can be compared.
    pub value_bits: u64,
}

/// What a segment's bytes hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentPoints {
    /// In their order.
    pub points: Vec<JournaledPoint>,
    /// Whole blocks.
    pub blocks: u64,
    /// Bytes up to the end of the last whole block.
    pub intact: usize,
    /// All bytes are whole blocks.
    pub is_whole: bool,
}

/// Reads any bytes as a segment.
pub fn read(bytes: &[u8]) -> SegmentPoints {
    let mut points = Vec::new();
    let read = read_segment(&bytes, SEGMENT, &mut |point| {
        points.push(JournaledPoint {
            name: point.name.to_owned(),
            timestamp: point.timestamp,
            at: point.at,
            value_bits: point.value.to_bits(),
        });
    });
    let intact = usize::try_from(read.intact).unwrap_or(usize::MAX);
    SegmentPoints { points, blocks: read.blocks, intact, is_whole: read.end == End::Whole }
}

/// A segment of blocks with right checksums and these counts of records and names, whatever is in them.
pub fn seal(blocks: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = SegmentHeader { segment: SEGMENT, high_water: 0 }.encode().to_vec();
    for &(records, names, payload) in blocks {
        let offset = bytes.len();
        bytes.resize(offset + BLOCK_HEADER, 0);
        bytes.extend_from_slice(payload);
        let payload = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let header = BlockHeader { payload, at: 1, high_water: 2, records, names };
        header.seal(&mut bytes[offset..], SEGMENT, offset as u64);
    }
    bytes
}

/// The segment that these points are written as, a block for each time of acceptance that follows another.
pub fn write(points: &[JournaledPoint]) -> Vec<u8> {
    let mut bytes = seal(&[]);
    let mut encoder = Encoder::default();
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    for batch in points.chunk_by(|before, after| before.at == after.at) {
        let entries: Vec<Entry<'_>> = batch
            .iter()
            .map(|point| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let series = SeriesId(*numbers.entry(&point.name).or_insert(next));
                let value = f64::from_bits(point.value_bits);
                Entry { series, name: &point.name, timestamp: point.timestamp, value }
            })
            .collect();
        let mut rest = &entries[..];
        while !rest.is_empty() {
            let (segment, offset) = (SEGMENT, bytes.len() as u64);
            let place = Place { segment, offset, at: batch[0].at, high_water: 0 };
            let Ok(encoded) = encoder.encode(rest, place) else { break };
            bytes.extend_from_slice(encoded.block);
            rest = &rest[encoded.taken..];
        }
    }
    bytes
}
