//! What an interval counted besides the metrics themselves.

use std::collections::BTreeMap;

use statsd_client::protocol::Reason;

/// How much arrived in an interval, and what of it did not become a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Packets, the empty ones included.
    pub packets: u64,
    /// Lines, the bad ones included.
    pub lines: u64,
    /// Values recorded.
    pub samples: u64,
    /// Values that could not be read, by reason. A line may hold several.
    pub bad: BTreeMap<Reason, u64>,
    /// Values dropped because their name is longer than any series may be.
    pub names_too_long: u64,
    /// Values dropped because too many names are known. Where only the merge of the shards finds
    /// that out, a name and its interval count as one.
    pub contexts_over_limit: u64,
    /// Values dropped because their timer or set, or the interval, holds as many as it may.
    pub samples_over_limit: u64,
    /// Results left out because they are infinite or not a number.
    pub results_not_finite: u64,
}

impl Counts {
    /// All bad values, whatever the reason.
    pub fn bad_lines(&self) -> u64 {
        self.bad.values().sum()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.lines += other.lines;
        self.samples += other.samples;
        for (reason, n) in other.bad {
            *self.bad.entry(reason).or_default() += n;
        }
        self.names_too_long += other.names_too_long;
        self.contexts_over_limit += other.contexts_over_limit;
        self.samples_over_limit += other.samples_over_limit;
        self.results_not_finite += other.results_not_finite;
    }
}
