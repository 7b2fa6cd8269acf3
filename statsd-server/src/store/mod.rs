//! Where points live: names → series → points, behind `trait Store`.
//! May not know StatsD, HTTP or configuration. Data comes from `backend/` and goes to `query/`.

mod bench_names;
mod cache;
mod crc;
mod folder_lock;
mod glob;
mod index;
mod journal;
mod local;
mod log_limit;
mod merge;
mod name;
mod names;
mod no_store;
mod open_files;
mod options;
mod rollups;
mod scan;
mod schema;
mod sha256;
mod status;
mod tag_expression;
mod tag_index;
mod tagged;
mod tagged_find;
mod upkeep;

use std::fmt;
use std::io;
use std::time::Duration;

#[doc(hidden)]
pub use bench_names::{BenchName, BenchNames};
pub use glob::Glob;
#[doc(hidden)]
pub use journal::bytes as journal_bytes;
pub use local::{LocalStore, OpenError};
pub(crate) use name::SeriesName;
pub use names::NamesStats;
pub use no_store::NoStore;
pub use options::{StoreJournal, StoreOptions};
pub use schema::{AggregationRule, SchemaRule, Schemas};
pub use status::{FailingSeries, StoreStatus, StoredJournal};
pub use tag_expression::TagExpression;
pub use upkeep::{Drift, UpkeepMode, UpkeepOptions, UpkeepReport};

/// How a value meets the one that already stands in its slot.
///
/// A slot sees two flushes when the server is stopped in the middle of an interval and started
/// again: the count of both halves is their sum, the upper bound their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// The newer value holds (gauges, means, percentiles; points that arrive as points).
    Replace,
    /// The sum holds (counts).
    Add,
    /// A rate per second over the flush interval. Where the slot is longer than that (the file was
    /// made for a longer interval), it counts for its share of the slot; then the sum holds.
    AddRate,
    /// The smaller holds (a timer's lower bound).
    Min,
    /// The larger holds (a timer's upper bound).
    Max,
}

/// One point for one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Write<'a> {
    /// The series' dotted name.
    pub series: &'a str,
    /// Seconds since the epoch.
    pub timestamp: i64,
    /// A finite value.
    pub value: f64,
    /// What to do where the slot is taken.
    pub merge: Merge,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Points that stand in the store.
    pub points: usize,
    /// Series that were not known before.
    pub created: usize,
    /// Points refused because their name cannot be stored, `SERIES_MAX` is reached, the value is not
    /// finite, or the timestamp lies more than `FUTURE_MAX` in the future or before what is kept.
    pub refused: usize,
    /// Points lost because files cannot be written and as many points as may be wait for that.
    pub failed: usize,
}

/// One entry of a find: a series, a branch of the tree, or both under one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Dotted path from the root.
    pub path: String,
    /// A series of this name exists.
    pub leaf: bool,
    /// Series below this name exist.
    pub branch: bool,
}

/// A tag, or one of its values, and how many series have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagCount {
    /// The tag, or the value.
    pub text: String,
    /// Series that have it.
    pub series: usize,
}

/// Points on a regular grid: the value of `start + i * step` is `values[i]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// Timestamp of the first value, seconds.
    pub start: i64,
    /// Seconds between values; above 0.
    pub step: i64,
    /// The values; `None` where nothing was written.
    pub values: Vec<Option<f64>>,
}

/// Why a store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The pattern is not a glob.
    #[error("bad pattern {pattern:?}: {reason} at character {at}")]
    Pattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong.
        reason: &'static str,
        /// Where, counted in characters from 0.
        at: usize,
    },
    /// A tag expression, or a filter of tags or values, cannot be used.
    #[error("bad tag expression {expression:?}: {reason}")]
    Tags {
        /// The expression as given.
        expression: String,
        /// What is wrong.
        reason: String,
    },
    /// The file could not be read.
    #[error("cannot read series {series}")]
    Read {
        /// Which series.
        series: String,
        /// What the file said.
        #[source]
        source: statsd_whisper::Error,
    },
}

/// A place for series. All methods may be called from any thread.
pub trait Store: Send + Sync + fmt::Debug {
    /// Stores a batch. Never fails as a whole: what could not be stored is counted in the answer.
    /// The points are visible to [`Store::find`] and [`Store::fetch`] when it returns.
    fn write(&self, batch: &[Write<'_>], now: i64) -> Written;

    /// The time between the batches that follow, for which new series are made. It is the same as
    /// before unless the server was told otherwise while it ran.
    fn set_flush_interval(&self, _interval: Duration) {}

    /// What files of series look like from now on. One that exists stays as it is until it is migrated.
    fn set_schemas(&self, _schemas: Schemas) {}

    /// What is done from now on to files that are not as the schemas say, or that nobody writes any more.
    fn set_upkeep(&self, _options: UpkeepOptions) {}

    /// What that has come to; nothing where there are no files.
    fn upkeep_report(&self) -> Option<UpkeepReport> {
        None
    }

    /// Files that are not as the schemas say, by name: those after this one, at most so many. They are
    /// known as far as the upkeep has come, where it does not migrate them at once.
    fn drift(&self, _after: Option<&str>, _limit: usize) -> Vec<Drift> {
        Vec::new()
    }

    /// Deletes the series that match a glob, at most so many, and yields their names; those that cannot be
    /// deleted are logged and left out. What is deleted is kept in the trash for a time.
    ///
    /// # Errors
    /// The pattern is not a glob. Nothing is deleted then.
    fn delete(&self, _pattern: &str, _limit: usize, _now: i64) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
    /// How long points may wait in memory from now on before they are written to files.
    fn set_write_after(&self, _write_after: Duration) {}

    /// How it is at `now`; nothing where points are not kept.
    fn status(&self, _now: i64) -> Option<StoreStatus> {
        None
    }

    /// Writes what waits in memory to where it stays, as far as the deadline allows. What comes later is
    /// stored all the same, but waits for another call of this.
    fn close(&self, _deadline: Duration) {}

    /// Whether points can be stored at this moment, as far as a small write tells.
    fn check(&self) -> io::Result<()> {
        Ok(())
    }

    /// Waits until all points that [`Store::write`] has counted as stored before this call are safe from
    /// the end of the process and of the machine. Whoever acknowledges points does so after this.
    ///
    /// # Errors
    /// They are not, or not yet: what [`Store::check`] tells.
    fn commit(&self) -> io::Result<()> {
        Ok(())
    }

    /// Whether points wait in memory up to the bound: whoever can make senders wait does so now.
    fn is_full(&self) -> bool {
        false
    }

    /// The points of a series that wait in memory, oldest first.
    fn waiting(&self, _series: &str) -> Vec<(i64, f64)> {
        Vec::new()
    }

    /// How a series' points are merged into coarser ones: `average`, `sum` …, as its file says.
    fn aggregation_method(&self, _series: &str) -> Option<&'static str> {
        None
    }

    /// The nodes that match a glob (`*`, `?`, `[a-c]`, `[!x]`, `{a,b}` per node), sorted by path, at
    /// most `limit`.
    fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError>;

    /// The names of the series with tags that fit all expressions, sorted, at most `limit`.
    ///
    /// # Errors
    /// All expressions fit a series that has none of their tags, or there are too many of them.
    fn find_tagged(
        &self,
        _expressions: &[TagExpression],
        _limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    /// The tags there are, sorted, at most `limit`: all, or those that a regular expression matches from
    /// their start on.
    ///
    /// # Errors
    /// The filter is no regular expression, or a too large one.
    fn tags(&self, _filter: Option<&str>, _limit: usize) -> Result<Vec<TagCount>, StoreError> {
        Ok(Vec::new())
    }

    /// The values of a tag, as [`Store::tags`] tells tags.
    ///
    /// # Errors
    /// The same.
    fn tag_values(
        &self,
        _tag: &str,
        _filter: Option<&str>,
        _limit: usize,
    ) -> Result<Vec<TagCount>, StoreError> {
        Ok(Vec::new())
    }

    /// The points of one series in `(from, until]`, from the finest archive that reaches back to
    /// `from`. `None`: there is no such series, or the range lies outside of what it keeps.
    fn fetch(
        &self,
        series: &str,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, StoreError>;
}
