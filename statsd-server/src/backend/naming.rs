//! Snapshot → series: the names under which etsy's graphite backend sends each number, and how two
//! values of one slot merge.
//!
//! | | legacy (etsy's default) | not legacy |
//! |---|---|---|
//! | counter | `stats.K` (rate), `stats_counts.K` (count) | `stats.counters.K.rate`, `.count` |
//! | timer | `stats.timers.K.STAT` | `stats.timers.K.STAT` |
//! | gauge | `stats.gauges.K` | `stats.gauges.K` |
//! | set | `stats.sets.K.count` | `stats.sets.K.count` |
//! | how many | `statsd.numStats` | `stats.statsd.numStats` |
//! | about itself | `stats.statsd.X` | `stats.statsd.X` |
//!
//! The tags of a name stand at the very end: `stats.counters.K.rate;plan=pro`.

use crate::aggregate::{Snapshot, push_clean_name};
use crate::store::Merge;

/// etsy's `graphite` section, and `prefixStats`. [`NamingOptions::default`] is etsy's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingOptions {
    /// `legacyNamespace`: the old names, for which the prefixes below do not hold.
    pub legacy: bool,
    /// `globalPrefix`. An empty prefix is left out together with its dot.
    pub global_prefix: String,
    /// `prefixCounter`.
    pub prefix_counter: String,
    /// `prefixTimer`.
    pub prefix_timer: String,
    /// `prefixGauge`.
    pub prefix_gauge: String,
    /// `prefixSet`.
    pub prefix_set: String,
    /// `globalSuffix`: appended to every name with a dot, even where it is empty.
    pub global_suffix: Option<String>,
    /// `prefixStats`: what the names of the server's own metrics begin with.
    pub prefix_stats: String,
    /// `flush_counts`: whether counters are sent as counts besides their rates.
    pub flush_counts: bool,
    /// Whether the metrics' names come as they were sent (`keyNameSanitize: false`): then what stands
    /// before the tags is cleaned here, as etsy's graphite backend does.
    pub raw_names: bool,
}

impl Default for NamingOptions {
    fn default() -> Self {
        Self {
            legacy: true,
            global_prefix: "stats".to_owned(),
            prefix_counter: "counters".to_owned(),
            prefix_timer: "timers".to_owned(),
            prefix_gauge: "gauges".to_owned(),
            prefix_set: "sets".to_owned(),
            global_suffix: None,
            prefix_stats: "statsd".to_owned(),
            flush_counts: true,
            raw_names: false,
        }
    }
}

/// Which of a metric's numbers a series holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A counter's events per second.
    CounterRate,
    /// A counter's events in the interval.
    CounterCount,
    /// One of a timer's statistics, by its name.
    Timer(&'a str),
    /// A gauge's value.
    Gauge,
    /// A set's number of distinct members.
    Set,
}

/// Names series.
///
/// ```
/// use statsd_server::backend::{Naming, Part};
///
/// let naming = Naming::default();
/// assert_eq!(naming.series("users.new", Part::CounterCount), "stats_counts.users.new");
/// assert_eq!(naming.series("render;page=home", Part::Timer("mean")), "stats.timers.render.mean;page=home");
/// ```
#[derive(Debug, Clone)]
pub struct Naming {
    rate: Affixes,
    count: Affixes,
    timer: Affixes,
    gauge: Affixes,
    set: Affixes,
    num_stats: String,
    own: Affixes,
    flush_counts: bool,
    raw_names: bool,
}

/// What stands around a metric's name.
#[derive(Debug, Clone)]
struct Affixes {
    prefix: String,
    ending: String,
}

impl Default for Naming {
    fn default() -> Self {
        Self::new(&NamingOptions::default())
    }
}

impl Naming {
    /// Prepares the parts of the names.
    pub fn new(options: &NamingOptions) -> Self {
        let suffix = options.global_suffix.as_ref().map(|suffix| format!(".{suffix}"));
        let suffix = suffix.unwrap_or_default();
        let affixes =
            |prefix: String, ending: &str| Affixes { prefix, ending: format!("{ending}{suffix}") };
        let below = |prefix: &str| dotted(&options.global_prefix) + &dotted(prefix);
        let num_stats = format!("{}.numStats{suffix}", options.prefix_stats);
        let own = |global: &str| affixes(format!("{global}{}.", options.prefix_stats), "");
        let flush_counts = options.flush_counts;
        if options.legacy {
            return Self {
                rate: affixes("stats.".to_owned(), ""),
                count: affixes("stats_counts.".to_owned(), ""),
                timer: affixes("stats.timers.".to_owned(), ""),
                gauge: affixes("stats.gauges.".to_owned(), ""),
                set: affixes("stats.sets.".to_owned(), ".count"),
                num_stats,
                own: own("stats."),
                flush_counts,
                raw_names: options.raw_names,
            };
        }
        Self {
            rate: affixes(below(&options.prefix_counter), ".rate"),
            count: affixes(below(&options.prefix_counter), ".count"),
            timer: affixes(below(&options.prefix_timer), ""),
            gauge: affixes(below(&options.prefix_gauge), ""),
            set: affixes(below(&options.prefix_set), ".count"),
            num_stats: dotted(&options.global_prefix) + &num_stats,
            own: own(&dotted(&options.global_prefix)),
            flush_counts,
            raw_names: options.raw_names,
        }
    }

    /// The series of one number of a metric.
    pub fn series(&self, metric: &str, part: Part<'_>) -> String {
        let mut name = String::new();
        self.write(metric, part, &mut name);
        name
    }

    /// The series of one of the server's own numbers, which are no metrics: `processing_time`.
    ///
    /// ```
    /// use statsd_server::backend::Naming;
    ///
    /// assert_eq!(Naming::default().own("processing_time"), "stats.statsd.processing_time");
    /// ```
    pub fn own(&self, number: &str) -> String {
        format!("{}{number}{}", self.own.prefix, self.own.ending)
    }

    /// Calls `emit` with every number of the snapshot: its series, its value, and how it merges.
    /// Yields how many were left out because they are not finite (rates of enormous counters).
    ///
    /// All names are written into one buffer: nothing is allocated for each.
    pub fn for_each(&self, snapshot: &Snapshot, mut emit: impl FnMut(&str, f64, Merge)) -> u64 {
        let mut name = String::new();
        let mut not_finite = 0;
        let mut number = |metric: &str, part: Part<'_>, value: f64| {
            if value.is_finite() {
                name.clear();
                self.write(metric, part, &mut name);
                emit(&name, value, part.merge());
            } else {
                not_finite += 1;
            }
        };
        for (metric, count) in snapshot.counters.iter() {
            number(metric, Part::CounterRate, count / snapshot.interval);
            if self.flush_counts {
                number(metric, Part::CounterCount, *count);
            }
        }
        for (metric, timer) in snapshot.timers.iter() {
            for (stat, value) in &timer.stats {
                number(metric, Part::Timer(stat), *value);
            }
        }
        for (metric, value) in snapshot.gauges.iter() {
            number(metric, Part::Gauge, *value);
        }
        for (metric, members) in snapshot.sets.iter() {
            number(metric, Part::Set, *members as f64);
        }
        emit(&self.num_stats, snapshot.len() as f64, Merge::Replace);
        not_finite
    }

    fn write(&self, metric: &str, part: Part<'_>, out: &mut String) {
        let affixes = match part {
            Part::CounterRate => &self.rate,
            Part::CounterCount => &self.count,
            Part::Timer(_) => &self.timer,
            Part::Gauge => &self.gauge,
            Part::Set => &self.set,
        };
        let (name, tags) =
            metric.split_at(memchr::memchr(b';', metric.as_bytes()).unwrap_or(metric.len()));
        out.push_str(&affixes.prefix);
        if self.raw_names {
            push_clean_name(out, name);
        } else {
            out.push_str(name);
        }
        if let Part::Timer(stat) = part {
            out.push('.');
            out.push_str(stat);
        }
        out.push_str(&affixes.ending);
        out.push_str(tags);
    }
}

impl Part<'_> {
    /// How two values of one slot, from before and after a restart, become one.
    pub fn merge(self) -> Merge {
        match self {
            Self::CounterRate | Self::Timer("count_ps") => Merge::AddRate,
            Self::CounterCount => Merge::Add,
            Self::Timer(stat) if starts_with_any(stat, &["count", "sum", "histogram"]) => {
                Merge::Add
            }
            Self::Timer(stat) if stat.starts_with("lower") => Merge::Min,
            Self::Timer(stat) if stat.starts_with("upper") => Merge::Max,
            Self::Timer(_) | Self::Gauge => Merge::Replace,
            // Members of both halves may be the same, so the sum could count them twice.
            Self::Set => Merge::Max,
        }
    }
}

fn starts_with_any(text: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| text.starts_with(beginning))
}

/// A prefix and its dot; an empty one is left out with it.
fn dotted(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{prefix}.") }
}

#[cfg(test)]
mod tests;
