//! A timer's samples → etsy's statistics of them (`lib/process_metrics.js`).

use super::interval::TimerSamples;
use super::options::{Histogram, Options};
use super::snapshot::TimerStats;

/// The statistics of all samples.
const WHOLE: [&str; 9] =
    ["std", "upper", "lower", "count", "count_ps", "sum", "sum_squares", "mean", "median"];

/// Which statistics are made of a timer.
#[derive(Debug)]
pub(super) struct Statistics {
    thresholds: Vec<Threshold>,
    /// Of [`WHOLE`], those that are filtered out.
    unwanted: Vec<&'static str>,
    /// Whose bins are wanted.
    histograms: Vec<Histogram>,
    interval: f64,
}

/// A percentile, and what its statistics are called; `None` is not wanted.
#[derive(Debug)]
struct Threshold {
    percent: f64,
    count: Option<String>,
    mean: Option<String>,
    /// `upper_90`, or `lower_top10`.
    bound: Option<String>,
    sum: Option<String>,
    sum_squares: Option<String>,
}

impl Statistics {
    pub(super) fn new(options: &Options) -> Self {
        let filter = Filter(&options.timer_metrics);
        let mut thresholds: Vec<Threshold> = Vec::new();
        for &percent in &options.percent_thresholds {
            // One that is there twice would send every number twice.
            if thresholds.iter().all(|threshold| threshold.percent != percent) {
                thresholds.push(Threshold::new(percent, &filter));
            }
        }
        let histograms =
            if filter.wants("histogram") { options.histograms.clone() } else { Vec::new() };
        Self {
            thresholds,
            unwanted: WHOLE.into_iter().filter(|stat| !filter.wants(stat)).collect(),
            histograms,
            interval: options.interval.as_secs_f64(),
        }
    }

    /// The statistics of a timer, whose samples are sorted for it, and how many of them were left out
    /// because they are not finite. An idle timer has only its count.
    pub(super) fn of(&self, name: &str, samples: &mut TimerSamples) -> (TimerStats, u64) {
        let mut list = List::default();
        let count_ps = samples.count / self.interval;
        if samples.values.is_empty() {
            self.push_whole([("count_ps", count_ps), ("count", samples.count)], &mut list);
        } else {
            samples.values.sort_unstable_by(f64::total_cmp);
            for threshold in &self.thresholds {
                threshold.push(&samples.values, &mut list);
            }
            self.push_whole(whole(&samples.values, samples.count, count_ps), &mut list);
            self.push_bins(name, &samples.values, &mut list);
        }
        (TimerStats { stats: list.stats }, list.not_finite)
    }

    fn push_whole<const N: usize>(&self, stats: [(&'static str, f64); N], list: &mut List) {
        for (stat, value) in stats {
            if !self.unwanted.contains(&stat) {
                list.push(stat, value);
            }
        }
    }

    fn push_bins(&self, name: &str, sorted: &[f64], list: &mut List) {
        let Some(histogram) = self.histograms.iter().find(|entry| name.contains(&entry.metric))
        else {
            return;
        };
        let mut rest = sorted;
        let mut bins: Vec<(&str, usize)> = Vec::with_capacity(histogram.bins.len());
        for bin in &histogram.bins {
            let below = rest.partition_point(|value| *value < bin.limit);
            rest = &rest[below..];
            // Of two bins of one name etsy's object keeps the place of the first, the count of the last.
            match bins.iter_mut().find(|(stat, _)| *stat == bin.stat) {
                Some((_, samples)) => *samples = below,
                None => bins.push((&bin.stat, below)),
            }
        }
        for (stat, samples) in bins {
            list.push(stat, samples as f64);
        }
    }
}

/// The statistics of all samples, in etsy's order.
fn whole(sorted: &[f64], count: f64, count_ps: f64) -> [(&'static str, f64); 9] {
    let n = sorted.len();
    let (sum, sum_squares) = sums(sorted);
    let mean = sum / n as f64;
    let deviations: f64 = sorted.iter().map(|value| (value - mean) * (value - mean)).sum();
    let median = if n.is_multiple_of(2) {
        f64::midpoint(sorted[n / 2 - 1], sorted[n / 2])
    } else {
        sorted[n / 2]
    };
    [
        ("std", (deviations / n as f64).sqrt()),
        ("upper", sorted[n - 1]),
        ("lower", sorted[0]),
        ("count", count),
        ("count_ps", count_ps),
        ("sum", sum),
        ("sum_squares", sum_squares),
        ("mean", mean),
        ("median", median),
    ]
}

impl Threshold {
    fn new(percent: f64, filter: &Filter<'_>) -> Self {
        let text = ryu_js::Buffer::new().format(percent).replacen('.', "_", 1);
        let suffix = text.replacen('-', "top", 1);
        let wanted =
            |stat: &str| Some(format!("{stat}_{suffix}")).filter(|name| filter.wants(name));
        Self {
            percent,
            count: wanted("count"),
            mean: wanted("mean"),
            bound: wanted(if percent > 0.0 { "upper" } else { "lower" }),
            sum: wanted("sum"),
            sum_squares: wanted("sum_squares"),
        }
    }

    /// The statistics of the lowest `percent` of the samples, or of the highest where it is negative.
    fn push(&self, sorted: &[f64], list: &mut List) {
        let n = sorted.len();
        let kept = self.kept(n);
        if kept == 0 {
            return;
        }
        let mut push = |name: &Option<String>, value| {
            if let Some(name) = name {
                list.push(name, value);
            }
        };
        push(&self.count, kept as f64);
        if kept > n {
            return;
        }
        let (bound, (sum, sum_squares)) = if self.percent > 0.0 {
            (sorted[kept - 1], sums(&sorted[..kept]))
        } else {
            // A difference of two running sums, as etsy takes it, for the same last digits.
            let (all, below) = (sums(sorted), sums(&sorted[..n - kept]));
            (sorted[n - kept], (all.0 - below.0, all.1 - below.1))
        };
        push(&self.mean, sum / kept as f64);
        push(&self.bound, bound);
        push(&self.sum, sum);
        push(&self.sum_squares, sum_squares);
    }

    /// How many of `n` samples the threshold looks at; more than `n` for thresholds above 100.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of at least 0; a cast from f64 saturates, and NaN becomes 0"
    )]
    fn kept(&self, n: usize) -> usize {
        if n == 1 {
            return 1;
        }
        js_round(self.percent.abs() / 100.0 * n as f64) as usize
    }
}

/// JavaScript's `Math.round`, for numbers of at least 0: what is half goes up.
fn js_round(number: f64) -> f64 {
    let below = number.floor();
    // Not `floor(number + 0.5)`: that sum is itself rounded, so that 0.49999999999999994 became 1.
    if number - below >= 0.5 { below + 1.0 } else { below }
}

/// Sum and sum of squares, added from the smallest up.
fn sums(sorted: &[f64]) -> (f64, f64) {
    sorted.iter().fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value))
}

/// `calculatedTimerMetrics`.
struct Filter<'a>(&'a [String]);

impl Filter<'_> {
    /// Whether the list holds the statistic, its last number read as `percent`: `upper_percent` is
    /// `upper_90`, but of 99.9 only `upper_99_percent` is `upper_99_9`. That is etsy's rule.
    fn wants(&self, stat: &str) -> bool {
        let digits = stat.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = digits.strip_suffix("top").unwrap_or(digits);
        let general = match name.strip_suffix('_') {
            Some(name) if digits.len() < stat.len() => format!("{name}_percent"),
            _ => stat.to_owned(),
        };
        self.0.is_empty() || self.0.contains(&general)
    }
}

#[derive(Default)]
struct List {
    stats: Vec<(String, f64)>,
    not_finite: u64,
}

impl List {
    fn push(&mut self, stat: &str, value: f64) {
        if value.is_finite() {
            self.stats.push((stat.to_owned(), value));
        } else {
            self.not_finite += 1;
        }
    }
}

#[cfg(test)]
mod tests;
