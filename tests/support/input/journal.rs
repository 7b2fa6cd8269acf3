//! Any bytes as a segment of the store's journal, as they are and with checksums that are right.

use statsd_server::store::journal_bytes::{SegmentPoints, read, seal, write};

/// Bytes of a record.
const RECORD: usize = 16;

/// Checks what must hold of any bytes.
///
/// # Panics
/// It does not hold.
pub fn journal(data: &[u8]) {
    sound(data);
    // Few bytes that nobody has sealed have a checksum that is right.
    let mut blocks = Vec::new();
    let mut rest = data;
    while let Some((&[records, names, length], after)) = rest.split_first_chunk() {
        let (payload, after) = after.split_at(usize::from(length).min(after.len()));
        // Counts that no file can hold, now and then.
        let records = if records == 255 { u32::MAX } else { records.into() };
        let names = if names == 255 { u32::MAX } else { names.into() };
        blocks.push((records, names, payload));
        rest = after;
    }
    let sealed = seal(&blocks);
    let read = sound(&sealed);
    assert!(read.intact >= seal(&[]).len(), "its header is as it was written");
    let all: u64 = blocks.len() as u64;
    assert_eq!(read.is_whole, read.blocks == all, "{} of {all} blocks", read.blocks);
    let given: u64 = blocks.iter().take(blocks_of(&read)).map(|block| u64::from(block.0)).sum();
    assert_eq!(read.points.len() as u64, given, "a block is read as a whole or not at all");
}

fn blocks_of(read: &SegmentPoints) -> usize {
    usize::try_from(read.blocks).expect("a few")
}

/// What is read is what the bytes can hold, ends with a whole block, and written again is the same.
fn sound(bytes: &[u8]) -> SegmentPoints {
    let found = read(bytes);
    assert!(found.intact <= bytes.len());
    assert!(found.points.len() * RECORD <= found.intact, "{} points", found.points.len());
    assert_eq!(found.is_whole, found.intact == bytes.len() && !bytes.is_empty());
    assert!(found.points.iter().all(|point| !point.name.is_empty()));
    if found.intact > 0 {
        let again = read(&bytes[..found.intact]);
        assert!(again.is_whole && again.points == found.points, "its whole blocks are a segment");
    }
    let written = read(&write(&found.points));
    assert!(written.is_whole && written.points == found.points, "{found:?} is {written:?}");
    found
}
