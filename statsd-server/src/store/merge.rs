//! A value meets the one that already stands in its slot.

use std::time::Duration;

use statsd_whisper::{Outcome, Whisper};

use super::{Merge, Write};

/// Writes a point as its [`Merge`] says.
pub(super) fn update(
    file: &mut Whisper,
    write: &Write<'_>,
    flush_interval: Duration,
    now: i64,
) -> Result<Outcome, statsd_whisper::Error> {
    let new = match write.merge {
        Merge::AddRate => write.value * share(file, flush_interval),
        Merge::Replace | Merge::Add | Merge::Min | Merge::Max => write.value,
    };
    let standing = match write.merge {
        Merge::Replace => None,
        Merge::Add | Merge::AddRate | Merge::Min | Merge::Max => {
            // Files from elsewhere may hold NaN, which would spoil every later sum.
            file.value_at(write.timestamp)?.filter(|value| value.is_finite())
        }
    };
    let value = match (standing, write.merge) {
        (None, _) | (_, Merge::Replace) => new,
        (Some(standing), Merge::Add | Merge::AddRate) => standing + new,
        (Some(standing), Merge::Min) => standing.min(new),
        (Some(standing), Merge::Max) => standing.max(new),
    };
    file.update(write.timestamp, value, now)
}

/// How much of a slot a flush interval covers; all of it where the file was made for the interval.
fn share(file: &Whisper, flush_interval: Duration) -> f64 {
    let step =
        file.header().archives().first().map_or(1, |finest| finest.retention().seconds_per_point);
    (flush_interval.as_secs_f64() / f64::from(step)).min(1.0)
}
