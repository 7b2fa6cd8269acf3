//! The bounds of the index of names, and of its log.

use std::time::Duration;

use super::SERIES_NAME_MAX_BYTES;

/// Series that the index knows.
pub const SERIES_MAX: usize = 2_000_000;

/// Instructions that one find's pattern may execute over all names: a plain `*` takes one a node, and what is
/// searched or passed by as a whole counts as what takes as long, so only patterns made to be slow come near
/// it. It is about half a second, in which no new name is added: a flush that has new names waits for it.
pub const FIND_STEPS_MAX: u64 = 50_000_000;

/// Tags of one series; each is an entry in the index.
pub const SERIES_TAGS_MAX: usize = 32;

/// `_DOT_`s of a file name of which each may be a dot or the name's own text; in one with more of them, all are
/// dots. Each further one doubles the readings of a file that is in the wrong folder.
pub const SPELT_DOTS_MAX: usize = 8;

/// Expressions on tags in one question.
pub const TAG_EXPRESSIONS_MAX: usize = 64;

/// Bytes of such an expression, and of a filter of tags or values: more than any name has.
pub const TAG_EXPRESSION_MAX_BYTES: usize = 2 * SERIES_NAME_MAX_BYTES;

/// Bytes that a compiled regular expression on tags may take: that of a list of a thousand hosts fits.
pub const TAG_REGEX_MAX_BYTES: usize = 1 << 20;

/// Bytes of removed names, beyond half of all, that stay in memory before the names are copied without them.
pub const NAMES_DEAD_BYTES: usize = 1 << 20;

/// Bytes of names learnt and forgotten that wait for the log of names; beyond it, all names are written
/// anew. It is a flood of a hundred thousand names in the second between two writes.
pub const NAME_CHANGES_MAX_BYTES: usize = 16 << 20;

/// Bytes of a block in the log of names. What is longer is damaged.
pub const NAMES_BLOCK_MAX_BYTES: usize = 1 << 20;

/// Bytes of the log's tail, and half of the snapshot's, after which all names are written anew: reading so
/// many takes a tenth of a second.
pub const NAMES_TAIL_BYTES: u64 = 8 << 20;

/// How long a name that was learnt waits for the log. One with tags does not: it is there before its file.
pub const NAMES_LOG_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two folders that are read in the background; otherwise it is as long as
/// reading the one before took, so that half of the disk's time is everybody else's.
pub const NAMES_SCAN_PAUSE_MAX: Duration = Duration::from_millis(50);

/// How long all names are not written anew after that has failed: it is the time that a disk with room again
/// may be unused, and a hundred times what the attempt takes.
pub const NAMES_RETRY_PAUSE: Duration = Duration::from_secs(10);
