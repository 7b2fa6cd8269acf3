//! A timer's samples → etsy's statistics of them (`lib/process_metrics.js`).

use std::time::Duration;

use super::interval::TimerSamples;
use super::snapshot::TimerStats;

/// Which statistics are made of a timer.
#[derive(Debug)]
pub(super) struct Statistics {
    thresholds: Vec<Threshold>,
    interval: f64,
}

/// A percentile, and how its statistics' names end.
#[derive(Debug)]
struct Threshold {
    percent: f64,
    suffix: String,
}

impl Statistics {
    pub(super) fn new(percent_thresholds: &[f64], interval: Duration) -> Self {
        let thresholds = percent_thresholds
            .iter()
            .map(|&percent| {
                let suffix = percent.to_string().replacen('.', "_", 1).replacen('-', "top", 1);
                Threshold { percent, suffix }
            })
            .collect();
        Self { thresholds, interval: interval.as_secs_f64() }
    }

    /// The statistics of a timer, whose samples are sorted for it, and how many of them were left out
    /// because they are not finite. An idle timer has only its count.
    pub(super) fn of(&self, samples: &mut TimerSamples) -> (TimerStats, u64) {
        let mut list = List::default();
        if samples.values.is_empty() {
            list.push("count_ps", samples.count / self.interval);
            list.push("count", samples.count);
        } else {
            samples.values.sort_unstable_by(f64::total_cmp);
            for threshold in &self.thresholds {
                threshold.push(&samples.values, &mut list);
            }
            self.push_whole(&samples.values, samples.count, &mut list);
        }
        (TimerStats { stats: list.stats }, list.not_finite)
    }

    fn push_whole(&self, sorted: &[f64], count: f64, list: &mut List) {
        let n = sorted.len();
        let (sum, sum_squares) = sums(sorted);
        let mean = sum / n as f64;
        let deviations: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
        let median = if n.is_multiple_of(2) {
            f64::midpoint(sorted[n / 2 - 1], sorted[n / 2])
        } else {
            sorted[n / 2]
        };
        list.push("std", (deviations / n as f64).sqrt());
        list.push("upper", sorted[n - 1]);
        list.push("lower", sorted[0]);
        list.push("count", count);
        list.push("count_ps", count / self.interval);
        list.push("sum", sum);
        list.push("sum_squares", sum_squares);
        list.push("mean", mean);
        list.push("median", median);
    }
}

impl Threshold {
    /// The statistics of the lowest `percent` of the samples, or of the highest where it is negative.
    fn push(&self, sorted: &[f64], list: &mut List) {
        let n = sorted.len();
        let kept = self.kept(n);
        if kept == 0 {
            return;
        }
        let mut push = |stat: &str, value| list.push(&format!("{stat}_{}", self.suffix), value);
        push("count", kept as f64);
        if kept > n {
            return;
        }
        let (bound, upto, (sum, sum_squares)) = if self.percent > 0.0 {
            ("upper", sorted[kept - 1], sums(&sorted[..kept]))
        } else {
            // A difference of two running sums, as etsy takes it, for the same last digits.
            let (all, below) = (sums(sorted), sums(&sorted[..n - kept]));
            ("lower", sorted[n - kept], (all.0 - below.0, all.1 - below.1))
        };
        push("mean", sum / kept as f64);
        push(bound, upto);
        push("sum", sum);
        push("sum_squares", sum_squares);
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
        (self.percent.abs() / 100.0 * n as f64 + 0.5).floor() as usize
    }
}

/// Sum and sum of squares, added from the smallest up.
fn sums(sorted: &[f64]) -> (f64, f64) {
    sorted.iter().fold((0.0, 0.0), |(sum, squares), value| (sum + value, squares + value * value))
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
