//! What holds where nobody said anything else: archives for StatsD's intervals, and methods by what
//! etsy's names say.

use std::time::Duration;

use statsd_whisper::{AggregationMethod, Retention};

use super::Schema;

/// Ten seconds for six hours, a minute for a week, ten minutes for five years.
const RETENTIONS: [Retention; 3] = [
    Retention { seconds_per_point: 10, points: 2_160 },
    Retention { seconds_per_point: 60, points: 10_080 },
    Retention { seconds_per_point: 600, points: 262_974 },
];

/// Steps of the archive in front of those, coarsest first; each divides 10.
const FINE_STEPS_SECONDS: [u32; 3] = [5, 2, 1];

/// How far back that archive reaches.
const FINE_SECONDS: u32 = 3_600;

/// What aggregates how; the first rule that fits holds, and what none fits is averaged.
///
/// The rules about where a name begins come first: there the server chose the node itself, while a
/// last node may be any application's word. A gauge called `jobs.count` is still a gauge.
const RULES: [(Rule, AggregationMethod); 11] = [
    // Over ten minutes, a queue's mean depth says more than the depth that happened to be last.
    (Rule::Below("stats.gauges."), AggregationMethod::Average),
    // Members of two intervals may be the same ones: their sum would count these twice.
    (Rule::Below("stats.sets."), AggregationMethod::Max),
    (Rule::Below("stats_counts."), AggregationMethod::Sum),
    // `stats.NAME` is a rate per second, whatever NAME ends in.
    (Rule::Rate, AggregationMethod::Average),
    (Rule::Statistic("lower"), AggregationMethod::Min),
    (Rule::Statistic("min"), AggregationMethod::Min),
    (Rule::Statistic("upper"), AggregationMethod::Max),
    (Rule::Statistic("max"), AggregationMethod::Max),
    (Rule::Statistic("count"), AggregationMethod::Sum),
    (Rule::Statistic("sum"), AggregationMethod::Sum),
    (Rule::Statistic("sum_squares"), AggregationMethod::Sum),
];

/// Which names a method is for.
#[derive(Debug)]
enum Rule {
    /// Names that begin so.
    Below(&'static str),
    /// A counter's rate: below `stats.`, and not among the kinds that have a branch there.
    Rate,
    /// Names whose last node is this, or this and a percentile: `upper_90`, `upper_99_9`, `upper_top5`.
    Statistic(&'static str),
}

/// The schema of a series, by its name and the interval in which points come.
///
/// The xFilesFactor is 0 everywhere: most StatsD series are sparse (an error counter says something
/// twice a day), and with any other factor their few points would vanish with the finest archive.
pub(super) fn schema(series: &str, flush_interval: Duration) -> Schema {
    let rule = RULES.iter().find(|(rule, _)| rule.fits(series));
    let method = rule.map_or(AggregationMethod::Average, |(_, method)| *method);
    Schema { archives: archives(flush_interval), method, x_files_factor: 0.0 }
}

/// Where points come more often than every 10 s, an hour is kept at the largest step that still has
/// a slot for each of them.
fn archives(flush_interval: Duration) -> Vec<Retention> {
    let mut archives = Vec::with_capacity(1 + RETENTIONS.len());
    if flush_interval < seconds(RETENTIONS[0].seconds_per_point) {
        let fits = |step: &u32| seconds(*step) <= flush_interval;
        let seconds_per_point = FINE_STEPS_SECONDS.into_iter().find(fits).unwrap_or(1);
        archives.push(Retention { seconds_per_point, points: FINE_SECONDS / seconds_per_point });
    }
    archives.extend(RETENTIONS);
    archives
}

fn seconds(step: u32) -> Duration {
    Duration::from_secs(step.into())
}

impl Rule {
    fn fits(&self, series: &str) -> bool {
        match self {
            Self::Below(prefix) => series.starts_with(prefix),
            Self::Rate => series
                .strip_prefix("stats.")
                .is_some_and(|name| !name.starts_with("timers.") && !name.starts_with("counters.")),
            Self::Statistic(statistic) => {
                let last = series.rsplit('.').next().unwrap_or(series);
                match last.strip_prefix(statistic) {
                    Some("") => true,
                    Some(rest) => rest.strip_prefix('_').is_some_and(is_percentile),
                    None => false,
                }
            }
        }
    }
}

/// `90`, `99_9`, `top5`.
fn is_percentile(text: &str) -> bool {
    let digits = text.strip_prefix("top").unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests;
