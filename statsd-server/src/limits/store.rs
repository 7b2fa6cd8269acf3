//! The bounds of the store: what waits in memory, what is open.

use std::time::Duration;

/// How far ahead of the clock a point may lie: clocks of senders differ. What is further is refused.
pub const FUTURE_MAX: Duration = Duration::from_secs(60);

/// How long points wait in memory, so that a file is written once for six flushes and not for each.
pub const WRITE_AFTER: Duration = Duration::from_secs(60);

/// The longest that may be configured; all of it is read again at the start after a crash.
pub const WRITE_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Points that wait in memory: 200 MB of 20 bytes each, which ten points of a million series are. A store
/// that is full writes files before it takes more.
pub const CACHE_POINTS_MAX: usize = 10_000_000;

/// The fewest and the most that may be configured: a batch and a little, and 20 GB.
pub const CACHE_POINTS_RANGE: std::ops::RangeInclusive<usize> = 10_000..=1_000_000_000;

/// Points of one series that wait in memory: a day and more of one a second, for a series whose file
/// cannot be written.
pub const SERIES_POINTS_WAITING_MAX: usize = 100_000;

/// Points of a batch that are stored under one lock: a reader waits about a millisecond for them.
pub const WRITE_CHUNK_POINTS: usize = 2_048;

/// The longest interval whose coarse values are put off, as Whisper's library does it. A series that falls
/// silent has them made when it was silent for so long.
pub const ROLLUP_SPAN_MAX: Duration = Duration::from_secs(600);

/// Series without new points whose coarse values are made in one go, every two seconds or oftener; and those of which
/// the journal is told under one lock that they are put off.
pub const ROLLUPS_AT_ONCE: usize = 5_000;

/// How often the disk may be configured to confirm the journal; the longest is what nobody waits for.
pub const JOURNAL_SYNC_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(10)..=Duration::from_secs(60);

/// Bytes that the journal may be configured to take; the least is a few segments.
pub const JOURNAL_BYTES_RANGE: std::ops::RangeInclusive<u64> = 16 << 20..=1 << 40;

/// How often segments of the journal are looked for whose points stand in files.
pub const JOURNAL_TRIM_EVERY: Duration = Duration::from_secs(10);

/// Series whose points are copied to the newest segment of the journal in one go.
pub const JOURNAL_COPIES_AT_ONCE: usize = 10_000;

/// Series that could not be written and are tried again in one go.
pub const RETRIES_AT_ONCE: usize = 1_000;

/// The longest pause between two tries to write a series' file.
pub const WRITE_RETRY_MAX: Duration = Duration::from_secs(60);

/// Series that could not be written of which `/status` tells.
pub const FAILING_SERIES_SHOWN: usize = 20;

/// Copies of one damaged file that are put aside, beside it; nobody looks at more of them.
pub const CORRUPT_COPIES_MAX: u32 = 100;

/// File systems that a data folder spreads over through links; what was written to others is synced
/// file by file.
pub const FILE_SYSTEMS_MAX: usize = 64;

/// Open Whisper files kept by the local store, as far as the process may have as many descriptors. Each
/// takes about a kilobyte, the kernel's part counted; an open one is written in a third of the time.
pub const OPEN_FILES_MAX: usize = 100_000;

/// The same where nobody has asked for more descriptors. Most systems allow a process 1,024.
pub const OPEN_FILES_DEFAULT: usize = 512;
