//! The bounds of the store's journal.

use std::time::Duration;

/// Bytes of a segment of the journal, over which the next one is begun: four million points. What a start
/// reads again is cut in pieces of it, and so is what is freed.
pub const JOURNAL_SEGMENT_BYTES: u64 = 64 << 20;

/// Bytes of all segments together, unless configured: a quarter of a billion points. It grows only while
/// files do not take what is written to them.
pub const JOURNAL_MAX_BYTES: u64 = 4 << 30;

/// How often the disk confirms what was journaled where nobody waits for it: what the end of the machine
/// (not of the process) can take.
pub const JOURNAL_SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// Points in one block of the journal, which is checked as a whole and written at once: a quarter of a megabyte.
pub const JOURNAL_BLOCK_RECORDS_MAX: usize = 16_384;

/// Bytes of the names that one block of the journal introduces.
pub const JOURNAL_BLOCK_NAMES_MAX_BYTES: usize = 512 << 10;

/// Segments of the journal that are full and not confirmed by the disk, each an open file. With more of
/// them the newest one grows beyond its bound.
pub const JOURNAL_UNCONFIRMED_SEGMENTS_MAX: usize = 8;

/// Files with damaged bytes of the journal that are kept for people to look at; older ones are removed.
pub const JOURNAL_DAMAGED_KEPT_MAX: usize = 8;

/// Damaged segments that a start tells of one by one; all of them are counted.
pub const JOURNAL_DAMAGES_TOLD_MAX: usize = 16;
