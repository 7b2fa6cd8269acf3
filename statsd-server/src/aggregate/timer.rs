//! A timer's samples → etsy's statistics of them (`lib/process_metrics.js`).

use std::mem;

use super::options::{Histogram, Options};
use super::samples::TimerSamples;
use super::sketch::Sketch;
use super::snapshot::TimerStats;
use super::sorted::Sorted;

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
    /// Where samples are sorted.
    sorted: Sorted,
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
            sorted: Sorted::default(),
        }
    }

    /// The statistics of a timer, and how many of them were left out because they are not finite. An
    /// idle timer has only its count.
    pub(super) fn of(&mut self, name: &str, timer: &TimerSamples) -> (TimerStats, u64) {
        let mut list = List::default();
        let count_ps = timer.count / self.interval;
        if let Some(sketch) = &timer.sketch {
            self.push_all(name, &**sketch, timer.count, &mut list);
        } else if timer.samples.is_empty() {
            self.push_whole([("count_ps", count_ps), ("count", timer.count)], &mut list);
        } else {
            let mut sorted = mem::take(&mut self.sorted);
            self.push_all(name, sorted.sort(&timer.samples), timer.count, &mut list);
            self.sorted = sorted;
        }
        (TimerStats { stats: list.stats }, list.not_finite)
    }

    fn push_all(&self, name: &str, samples: &(impl Ranked + ?Sized), count: f64, list: &mut List) {
        for threshold in &self.thresholds {
            threshold.push(samples, list);
        }
        self.push_whole(whole(samples, count, count / self.interval), list);
        self.push_bins(name, samples, list);
    }

    fn push_whole<const N: usize>(&self, stats: [(&'static str, f64); N], list: &mut List) {
        for (stat, value) in stats {
            if !self.unwanted.contains(&stat) {
                list.push(stat, value);
            }
        }
    }

    fn push_bins(&self, name: &str, samples: &(impl Ranked + ?Sized), list: &mut List) {
        let Some(histogram) = self.histograms.iter().find(|entry| name.contains(&entry.metric))
        else {
            return;
        };
        let mut taken = 0;
        let mut bins: Vec<(&str, usize)> = Vec::with_capacity(histogram.bins.len());
        for bin in &histogram.bins {
            let below = samples.below(bin.limit).saturating_sub(taken);
            taken += below;
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

/// Samples of which can be told which is the how-manieth from below: sorted, or in a sketch.
trait Ranked {
    fn count(&self) -> usize;

    /// The sample of that rank, from 0.
    fn at(&self, rank: usize) -> f64;

    /// Sum, and sum of squares, of the lowest `n`, added from the smallest up.
    fn sums_of_lowest(&self, n: usize) -> (f64, f64);

    /// The mean of the squares of what lies between a sample and `mean`.
    fn variance(&self, mean: f64) -> f64;

    /// How many are below `limit`.
    fn below(&self, limit: f64) -> usize;
}

impl Ranked for [f64] {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, rank: usize) -> f64 {
        self[rank]
    }

    fn sums_of_lowest(&self, n: usize) -> (f64, f64) {
        let add = |(sum, squares), value: &f64| (sum + value, squares + value * value);
        self[..n].iter().fold((0.0, 0.0), add)
    }

    fn variance(&self, mean: f64) -> f64 {
        let deviations: f64 = self.iter().map(|value| (value - mean) * (value - mean)).sum();
        deviations / self.len() as f64
    }

    fn below(&self, limit: f64) -> usize {
        self.partition_point(|value| *value < limit)
    }
}

impl Ranked for Sketch {
    fn count(&self) -> usize {
        usize::try_from(self.count()).unwrap_or(usize::MAX)
    }

    fn at(&self, rank: usize) -> f64 {
        self.at(rank as u64)
    }

    fn sums_of_lowest(&self, n: usize) -> (f64, f64) {
        self.sums_of_lowest(n as u64)
    }

    fn variance(&self, mean: f64) -> f64 {
        let (_, squares) = self.sums();
        // What is rounded off may leave less than nothing.
        (squares / self.count() as f64 - mean * mean).max(0.0)
    }

    fn below(&self, limit: f64) -> usize {
        usize::try_from(self.below(limit)).unwrap_or(usize::MAX)
    }
}

/// The statistics of all samples, in etsy's order.
fn whole(samples: &(impl Ranked + ?Sized), count: f64, count_ps: f64) -> [(&'static str, f64); 9] {
    let n = samples.count();
    let (sum, sum_squares) = samples.sums_of_lowest(n);
    let mean = sum / n as f64;
    let median = if n.is_multiple_of(2) {
        f64::midpoint(samples.at(n / 2 - 1), samples.at(n / 2))
    } else {
        samples.at(n / 2)
    };
    [
        ("std", samples.variance(mean).sqrt()),
        ("upper", samples.at(n - 1)),
        ("lower", samples.at(0)),
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
    fn push(&self, samples: &(impl Ranked + ?Sized), list: &mut List) {
        let n = samples.count();
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
            (samples.at(kept - 1), samples.sums_of_lowest(kept))
        } else {
            // A difference of two running sums, as etsy takes it, for the same last digits.
            let (all, below) = (samples.sums_of_lowest(n), samples.sums_of_lowest(n - kept));
            (samples.at(n - kept), (all.0 - below.0, all.1 - below.1))
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
