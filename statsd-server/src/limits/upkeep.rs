//! The bounds of rules for series' files, and of what is done to files that do not follow them.

use std::time::Duration;

/// Rules of each kind that say what series' files look like: a name is tried on all of them when it is new
/// to a run. Sites have some dozens.
pub const SCHEMA_RULES_MAX: usize = 500;

/// Files that are looked at in a second, unless configured, to see whether they are as the rules say and
/// still written to: a small part of what a disk does, and a million in three hours.
pub const UPKEEP_LOOKS_PER_SECOND: u32 = 100;

/// The same, as far as it may be configured.
pub const UPKEEP_LOOKS_PER_SECOND_MAX: u32 = 100_000;

/// Files that are rewritten in a second, unless configured, because they are not as the rules say. One of
/// the default size takes about a hundredth of a second.
pub const MIGRATIONS_PER_SECOND: u32 = 10;

/// The same, as far as it may be configured.
pub const MIGRATIONS_PER_SECOND_MAX: u32 = 10_000;

/// How long after its newest write a series may be deleted at the earliest: points wait in memory before
/// they are written.
pub const DELETE_AFTER_MIN: Duration = Duration::from_secs(3_600);

/// How long deleted series are kept in the trash, unless configured: a week, so that a mistake made on a
/// Friday is noticed in time.
pub const TRASH_AFTER: Duration = Duration::from_secs(7 * 86_400);

/// How long nothing is looked at after all series were: files change slowly, and rules begin a new pass at
/// once. The trash is looked at as often.
pub const UPKEEP_PAUSE: Duration = Duration::from_secs(3_600);

/// Files that are listed by name because they are not as the rules say; all of them are counted.
pub const DRIFT_LISTED_MAX: usize = 10_000;

/// Of them, those that one request is answered.
pub const DRIFT_PAGE_MAX: usize = 1_000;

/// Series that one request deletes.
pub const DELETE_MAX: usize = 10_000;

/// Times that a series may be deleted within one hour.
pub const TRASHED_COPIES_MAX: usize = 100;

/// Bytes of the file that says where a migration is under way: a path below the data folder.
pub const MIGRATION_MARK_MAX_BYTES: u64 = 4_096;
