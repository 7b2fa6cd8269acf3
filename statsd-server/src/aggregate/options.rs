//! What can be chosen about the aggregation, with etsy's names and defaults.

use std::time::Duration;

use super::gathering::Exact;

/// How samples add up. [`Options::default`] is etsy's default configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// `flushInterval`: the time by which rates are divided; above 0.
    pub interval: Duration,
    /// `percentThreshold`: the percentiles of timers; a negative one looks at the top.
    pub percent_thresholds: Vec<f64>,
    /// `calculatedTimerMetrics`: the statistics of timers that are wanted, all of them if it is empty.
    /// `upper_percent` stands for `upper_90`, `lower_percent` for `lower_top10`, `histogram` for all bins.
    pub timer_metrics: Vec<String>,
    /// `histogram`: for each timer the first entry whose `metric` is a part of its name.
    pub histograms: Vec<Histogram>,
    /// `prefixStats`: what the names of the server's own metrics begin with.
    pub prefix_stats: String,
    /// `deleteIdleStats` and its parts.
    pub delete_idle: DeleteIdle,
    /// `gaugesMaxTTL`: flushes that see a gauge of which nothing is heard, where `delete_idle` deletes
    /// gauges; 0 is 1.
    pub gauges_max_ttl: u32,
    /// How much of a timer and of a set is kept as it came.
    pub exact: Exact,
    /// How long a silent name is kept, whatever `delete_idle` says.
    pub ttl: Ttl,
    /// Whether snapshots also hold [`Raw`](super::Raw) values.
    pub keep_raw: bool,
}

/// Timers whose samples are counted by size.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// What the timer's name holds, anywhere; an empty text is in every name.
    pub metric: String,
    /// The bins in etsy's order: each takes the samples below its limit that none before it took. Those
    /// at or above the last limit are in none. No bins: no histogram, whatever later entries say.
    pub bins: Vec<Bin>,
}

/// A bin of a [`Histogram`].
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    pub(super) limit: f64,
    /// `histogram.bin_10`.
    pub(super) stat: String,
}

impl Bin {
    /// Samples below `limit`, a number of milliseconds where the timer is a time. The bin's series is
    /// called as JavaScript writes the number, its point replaced: `histogram.bin_0_5`.
    pub fn below(limit: f64) -> Self {
        let text = ryu_js::Buffer::new().format(limit).replacen('.', "_", 1);
        Self { limit, stat: format!("histogram.bin_{text}") }
    }

    /// All samples that are left, etsy's `'inf'`: `histogram.bin_inf`.
    pub fn rest() -> Self {
        Self { limit: f64::INFINITY, stat: "histogram.bin_inf".to_owned() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            percent_thresholds: vec![90.0],
            timer_metrics: Vec::new(),
            histograms: Vec::new(),
            prefix_stats: "statsd".to_owned(),
            delete_idle: DeleteIdle::default(),
            exact: Exact::default(),
            ttl: Ttl::default(),
            keep_raw: false,
            gauges_max_ttl: 1,
        }
    }
}

/// For how long nothing is heard of a name, kind by kind, until it is forgotten: a time to live. None: for
/// ever, which is etsy's default.
///
/// The silence is counted in whole intervals without a sample, and the flush at which they come to the
/// time is the last to have the name. A time that is shorter than the interval counts as one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ttl {
    /// Of counters; not of the server's own.
    pub counters: Option<Duration>,
    /// Of timers.
    pub timers: Option<Duration>,
    /// Of sets.
    pub sets: Option<Duration>,
    /// Of gauges; a delta after it starts from 0.
    pub gauges: Option<Duration>,
}

impl Ttl {
    /// Silent flushes, the one that saw the name included, with which a name is forgotten.
    pub(super) fn flushes(ttl: Option<Duration>, interval: Duration) -> u32 {
        let Some(ttl) = ttl else { return u32::MAX };
        let intervals = ttl.as_nanos().div_ceil(interval.as_nanos().max(1));
        u32::try_from(intervals).map_or(u32::MAX, |intervals| intervals.max(1).saturating_add(1))
    }
}

/// Which kinds are forgotten once an interval passes without a sample, where they would otherwise be
/// sent as 0 (gauges: as their last value) for ever. Gauges are kept for
/// [`Options::gauges_max_ttl`] flushes.
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

    /// etsy's precedence: a kind's own setting, where there is one, overrides `all`, which is
    /// `deleteIdleStats`.
    ///
    /// ```
    /// use statsd_server::aggregate::DeleteIdle;
    ///
    /// let idle = DeleteIdle::of(true, Some(false), None, None, None);
    /// assert_eq!(idle, DeleteIdle { counters: false, ..DeleteIdle::ALL });
    /// ```
    pub fn of(
        all: bool,
        counters: Option<bool>,
        timers: Option<bool>,
        sets: Option<bool>,
        gauges: Option<bool>,
    ) -> Self {
        Self {
            counters: counters.unwrap_or(all),
            timers: timers.unwrap_or(all),
            sets: sets.unwrap_or(all),
            gauges: gauges.unwrap_or(all),
        }
    }
}
