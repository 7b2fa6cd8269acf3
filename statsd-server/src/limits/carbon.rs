//! The bounds of carbon's doors and rules.

use std::time::Duration;

use super::SERIES_NAME_MAX_BYTES;

/// Bytes of a file with carbon's lists or rules, which is read into memory whole.
pub const RULE_FILE_MAX_BYTES: u64 = 1 << 20;

/// Patterns in one list, and rules in one file; together they are one automaton.
pub const RULES_MAX: usize = 10_000;

/// Bytes that one pattern of such a file, or of a schema, may take in memory; ordinary ones take a few thousand.
pub const RULE_PATTERN_MAX_BYTES: usize = 1 << 20;

/// Bytes that all patterns of one file may take as one automaton.
pub const RULE_PATTERNS_MAX_BYTES: usize = 64 << 20;

/// How deep groups of such a pattern may stand in each other.
pub const RULE_DEPTH_MAX: u32 = 64;

/// Bytes of a name that rewrite rules go on with: no longer one is stored, and rules that double a name
/// would fill the memory.
pub const RULE_NAME_MAX_BYTES: usize = 4_096;

/// The longest interval of an aggregation rule, a day; its values are in memory alone until then.
pub const AGGREGATION_SECONDS_MAX: u32 = 86_400;

/// Intervals of one aggregate that may be configured to be known.
pub const AGGREGATION_INTERVALS_KNOWN_MAX: u32 = 1_000;

/// Intervals of all of them; each takes some 150 bytes.
pub const AGGREGATION_INTERVALS_MAX: usize = 1_000_000;

/// Values that percentiles among them keep: 64 MB. Other methods keep a number.
pub const AGGREGATION_VALUES_MAX: usize = 8_000_000;

/// Seconds that a point may lie ahead and still be aggregated, as the store takes it.
pub const AGGREGATION_AHEAD_SECONDS_MAX: i64 = 60;

/// Names whose aggregates are remembered; any other costs a search with all rules.
pub const AGGREGATION_NAMES_MAX: usize = 200_000;

/// Bytes of such a name. Longer ones are searched for each time.
pub const AGGREGATION_NAME_MAX_BYTES: usize = 256;

/// Bytes of a name that comes through carbon's doors. Rules may make a shorter one of it; the store's own bound is
/// `SERIES_NAME_MAX_BYTES`.
pub const CARBON_NAME_MAX_BYTES: usize = 4 * SERIES_NAME_MAX_BYTES;

/// Connections to all of carbon's doors at once. Collectors keep theirs open; further ones are closed at once.
pub const CARBON_CONNECTIONS_MAX: usize = 1_024;

/// Bytes read at once of a connection with lines: about 1,300 of them, which are one batch.
pub const CARBON_READ_BYTES: usize = 64 << 10;

/// Bytes of a frame, unless configured: what carbon takes.
pub const CARBON_FRAME_BYTES: usize = 1 << 20;

/// The same, as far as it may be configured.
pub const CARBON_FRAME_BYTES_MAX: usize = 16 << 20;

/// Bytes of all frames that are being received; where they are taken, other connections' frames wait.
pub const CARBON_FRAMES_HELD_MAX_BYTES: usize = 64 << 20;

const _: () = assert!(CARBON_FRAME_BYTES_MAX <= CARBON_FRAMES_HELD_MAX_BYTES);

/// How long a client may take for a frame whose length it has sent.
pub const CARBON_FRAME_WAIT_MAX: Duration = Duration::from_secs(30);

/// Bytes of names in one batch of a frame's points; a frame with more becomes several batches, so that a name that
/// stands in it once, and is meant a hundred thousand times, takes no gigabyte.
pub const CARBON_BATCH_BYTES: usize = 256 << 10;

/// Points in one batch.
pub const CARBON_BATCH_POINTS: usize = 16 << 10;

/// Batches that wait for the thread that writes to the store: 8 MB at the most.
pub const CARBON_BATCHES_MAX: usize = 16;

/// How long a connection with nothing to say is kept, unless configured. A machine that is gone is noticed in two
/// minutes; this is for programs that forget theirs.
pub const CARBON_IDLE: Duration = Duration::from_secs(3_600);

/// The same, as far as it may be configured: what is longer is for ever, which is written 0.
pub const CARBON_IDLE_MAX: Duration = Duration::from_secs(7 * 86_400);

/// How long the end of the server waits until the points of a connection are safe.
pub const CARBON_END_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long a client of the cache query port may take no byte of an answer.
pub const CARBON_STALL_MAX: Duration = Duration::from_secs(30);

/// Series that one bulk question may name.
pub const CARBON_QUERY_SERIES_MAX: usize = 10_000;

/// Points of one answer: 16 bytes each.
pub const CARBON_QUERY_POINTS_MAX: usize = 1_000_000;

/// Values in one pickle: those of an ordinary frame of 1 MiB, twice. One takes 24 bytes.
pub const PICKLE_VALUES_MAX: usize = 1 << 20;

/// How often lists and tuples may stand in each other; points need three.
pub const PICKLE_DEPTH_MAX: usize = 64;

/// Values that a pickle may note to name them again.
pub const PICKLE_MEMO_MAX: usize = 256 << 10;

/// Bytes of a whole number in a pickle; what is longer is no time and no value.
pub const PICKLE_LONG_MAX_BYTES: usize = 16;
