//! What upkeep has come to, for `/status`.

/// What was seen and done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpkeepReport {
    /// Series that the pass under way has looked at.
    pub pass_looked: u64,
    /// Passes over all series that have ended.
    pub passes: u64,
    /// Files that were not as the rules say, in the last whole pass.
    pub drifted: u64,
    /// Series that nobody had written to for long enough, in the last whole pass.
    pub stale: u64,
    /// Files that were migrated since the start.
    pub migrated: u64,
    /// Series that were moved to the trash because they were stale.
    pub expired: u64,
    /// Series that were moved there because somebody said so.
    pub deleted: u64,
    /// Files that were removed from it.
    pub purged: u64,
    /// Attempts at any of this that failed.
    pub failed: u64,
}

impl UpkeepReport {
    /// Every number by its name.
    pub fn numbers(&self) -> [(&'static str, u64); 9] {
        [
            ("pass_looked", self.pass_looked),
            ("passes", self.passes),
            ("drifted", self.drifted),
            ("stale", self.stale),
            ("migrated", self.migrated),
            ("expired", self.expired),
            ("deleted", self.deleted),
            ("purged", self.purged),
            ("failed", self.failed),
        ]
    }
}

/// A file that is not as the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// Whose it is.
    pub series: String,
    /// What it is: `10:2160,60:10080 average 0.5`.
    pub from: String,
    /// What it would become.
    pub to: String,
}
