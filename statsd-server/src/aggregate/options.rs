//! What can be chosen about the aggregation, with etsy's names and defaults.

use std::time::Duration;

/// How samples add up. [`Options::default`] is etsy's default configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// `flushInterval`: the time by which rates are divided; above 0.
    pub interval: Duration,
    /// `percentThreshold`: the percentiles of timers; a negative one looks at the top.
    pub percent_thresholds: Vec<f64>,
    /// `prefixStats`: what the names of the server's own metrics begin with.
    pub prefix_stats: String,
    /// `deleteIdleStats` and its parts.
    pub delete_idle: DeleteIdle,
    /// Whether snapshots also hold [`Raw`](super::Raw) values.
    pub keep_raw: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            percent_thresholds: vec![90.0],
            prefix_stats: "statsd".to_owned(),
            delete_idle: DeleteIdle::default(),
            keep_raw: false,
        }
    }
}

/// Which kinds are forgotten once an interval passes without a sample, where they would otherwise be
/// sent as 0 (gauges: as their last value) for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent switches of etsy's")]
pub struct DeleteIdle {
    /// `deleteCounters`.
    pub counters: bool,
    /// `deleteTimers`.
    pub timers: bool,
    /// `deleteSets`.
    pub sets: bool,
    /// `deleteGauges`; a delta after the deletion starts from 0.
    pub gauges: bool,
}

impl DeleteIdle {
    /// All four, as `deleteIdleStats` sets them.
    pub const ALL: Self = Self { counters: true, timers: true, sets: true, gauges: true };
}
