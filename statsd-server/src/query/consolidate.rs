//! Fewer points for a picture that has no room for more.

use super::Series;

/// Averages neighbouring values until no series holds more than about `max_points`.
///
/// The limit applies to the time that all series cover together, as Graphite has it. Buckets sit at
/// multiples of their own length, so that a graph that is loaded again a moment later shows the same
/// buckets: for that, values before the first edge are dropped and a bucket bears the stamp one step
/// after its first value. Nulls do not count; a bucket of nulls is null.
///
/// ```
/// use statsd_server::query::{Series, consolidate};
///
/// let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(Some).to_vec();
/// let mut series = [Series { name: "a".into(), start: 60, step: 60, values }];
/// consolidate(&mut series, 3);
/// assert_eq!((series[0].start, series[0].step), (120, 120));
/// assert_eq!(series[0].values, [Some(1.5), Some(3.5), Some(5.5)]);
/// ```
pub fn consolidate(series: &mut [Series], max_points: usize) {
    let Some(start) = series.iter().map(|one| one.start).min() else { return };
    let end = series.iter().map(Series::end).max().unwrap_or(start);
    let max_points = i64::try_from(max_points.max(1)).unwrap_or(i64::MAX);
    for one in series {
        if max_points == 1 {
            one.step = one.step.saturating_mul(i64::try_from(one.values.len()).unwrap_or(i64::MAX));
            one.values = vec![average(&one.values)];
        } else {
            let per_bucket = ceil_div(ceil_div(end - start, one.step), max_points);
            shrink(one, per_bucket);
        }
    }
}

fn shrink(series: &mut Series, per_bucket: i64) {
    if per_bucket <= 1 {
        return;
    }
    let bucket = series.step.saturating_mul(per_bucket);
    let nudge = bucket - series.start.rem_euclid(bucket) + series.start.rem_euclid(series.step);
    let lost = usize::try_from(nudge / series.step - 1).unwrap_or(0).min(series.values.len());
    let size = usize::try_from(per_bucket).unwrap_or(usize::MAX);
    series.values = series.values[lost..].chunks(size).map(average).collect();
    series.start += nudge;
    series.step = bucket;
}

fn average(values: &[Option<f64>]) -> Option<f64> {
    let (sum, known) =
        values.iter().flatten().fold((0.0, 0_u32), |(sum, known), value| (sum + value, known + 1));
    (known > 0).then(|| sum / f64::from(known))
}

fn ceil_div(whole: i64, part: i64) -> i64 {
    whole / part + i64::from(whole % part > 0)
}

#[cfg(test)]
mod tests;
