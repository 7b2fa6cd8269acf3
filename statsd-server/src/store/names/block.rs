//! What both files of the log are made of: blocks with a length and a checksum, so that what a crash has
//! torn, or a disk has changed, is known.
//!
//! A block is the length of its content and a CRC-32C over both, four bytes each, least significant first,
//! then the content.

use crate::limits::NAMES_BLOCK_MAX_BYTES;
use crate::store::crc::Crc32c;

const HEAD: usize = 8;

/// Appends a block. The content is no longer than [`NAMES_BLOCK_MAX_BYTES`].
pub(super) fn push_block(out: &mut Vec<u8>, content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes();
    let start = out.len();
    out.extend_from_slice(&length);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(content);
    let sum = sum(length, content).to_le_bytes();
    out[start + 4..start + HEAD].copy_from_slice(&sum);
}

/// Takes the block at the start of some bytes; nothing, and takes nothing, where there is no whole one.
pub(super) fn take_block<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (expected, rest) = rest.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if size > NAMES_BLOCK_MAX_BYTES {
        return None;
    }
    let (content, rest) = rest.split_at_checked(size)?;
    if sum(*length, content) != u32::from_le_bytes(*expected) {
        return None;
    }
    *bytes = rest;
    Some(content)
}

/// The length counts, too: else eight zeros, which is what a crash may leave, would be an empty block.
fn sum(length: [u8; 4], content: &[u8]) -> u32 {
    let sum = |bytes| Crc32c::new().with(bytes).sum();
    sum(content) ^ sum(&length).rotate_left(1)
}
