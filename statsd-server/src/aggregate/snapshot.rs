//! What a flush yields. Every list is in the order in which its names came.

use super::names::Named;

/// Everything that one interval added up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// End of the interval, seconds since the epoch: the timestamp of every point.
    pub timestamp: i64,
    /// The configured interval in seconds, by which rates are divided.
    pub interval: f64,
    /// What the names of the server's own metrics begin with.
    pub prefix_stats: String,
    /// Name → sum of the interval.
    pub counters: Named<f64>,
    /// Name → statistics of the interval.
    pub timers: Named<TimerStats>,
    /// Name → last value.
    pub gauges: Named<f64>,
    /// Name → number of distinct members.
    pub sets: Named<usize>,
    /// For how long each of these names was silent.
    pub silence: Silence,
    /// What it took to make this, milliseconds: etsy's `processing_time`. The flush measures it.
    pub processing_millis: u64,
    /// What statistics and sizes were made of, where [`Options::keep_raw`](super::Options::keep_raw)
    /// asks for it.
    pub raw: Option<Raw>,
}

/// For how many flushes each name has been silent, in the order of the snapshot's lists: 0 where this
/// interval saw it, 1 where the one before did and this one not. Who keeps a snapshot over a restart
/// needs it, so that names are forgotten when they would have been.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Silence {
    /// Of [`Snapshot::counters`].
    pub counters: Vec<u32>,
    /// Of [`Snapshot::timers`].
    pub timers: Vec<u32>,
    /// Of [`Snapshot::gauges`].
    pub gauges: Vec<u32>,
    /// Of [`Snapshot::sets`].
    pub sets: Vec<u32>,
}

/// Samples and members themselves, for an output that prints them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Raw {
    /// Timer → its samples, the smallest first.
    pub samples: Named<First<f64>>,
    /// Set → its members, sorted.
    pub members: Named<First<Vec<u8>>>,
}

/// The first [`RAW_VALUES_MAX`](crate::limits::RAW_VALUES_MAX) of some values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct First<T> {
    /// These.
    pub values: Vec<T>,
    /// How many there are in all.
    pub total: usize,
}

impl Snapshot {
    /// etsy's `numStats`: how many counters, timers, gauges and sets there are.
    pub fn len(&self) -> usize {
        self.counters.len() + self.timers.len() + self.gauges.len() + self.sets.len()
    }

    /// Whether nothing was ever received.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A timer's statistics, in etsy's order and by etsy's names: (`upper_90`, 12.5).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimerStats {
    /// Statistic → value, milliseconds where it is a time.
    pub stats: Vec<(String, f64)>,
}

impl TimerStats {
    /// The statistic of that name.
    pub fn get(&self, stat: &str) -> Option<f64> {
        self.stats.iter().find(|(name, _)| name == stat).map(|(_, value)| *value)
    }
}
