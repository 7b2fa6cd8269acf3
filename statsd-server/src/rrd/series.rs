//! What becomes of a database as Whisper files: a series for each source and function.
//!
//! RRDtool's archives need not fit each other; Whisper's must: each step divides the next, each archive
//! reaches farther back than the finer ones and holds enough points for one of the next. The archives
//! of a function are taken finest first:
//!
//! - One whose step is no multiple of the one before it is resampled to the next multiple, by how long
//!   each row lies in the new interval.
//! - One that reaches no farther back than the finer ones is left out: they hold the same, and finer.
//! - One that holds too few points for one of the next is lengthened; what is added is empty.

use statsd_whisper::{ARCHIVES_MAX, Point, Retention};

use super::{Database, Function, RoundRobin};
use crate::limits::RRD_LENGTHENED_POINTS_MAX;

/// What part of an interval must be known where the database does not say.
const X_FILES_FACTOR: f64 = 0.5;

/// One source by one function: what one Whisper file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The source, by its place in the database.
    pub source: usize,
    /// What its rows are made by.
    pub function: Function,
    /// The share that must be known.
    pub x_files_factor: f32,
    /// Finest first; they fit each other.
    pub archives: Vec<Archive>,
    /// What differs from the database, a line each.
    pub notes: Vec<String>,
}

/// One archive of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archive {
    /// Its step and points.
    pub retention: Retention,
    /// The archive of the database that it is made of.
    round_robin: usize,
}

/// The series of a database: source by source, and of each the functions in the order of
/// [`Function::ALL`].
pub fn series(database: &Database) -> Vec<Series> {
    let functions = Function::ALL.map(|function| plan(database, function));
    let functions: Vec<_> = functions.into_iter().flatten().collect();
    let sources = 0..database.sources.len();
    sources
        .flat_map(|source| functions.iter().map(move |series| Series { source, ..series.clone() }))
        .collect()
}

impl Series {
    /// The points of one of its archives, oldest first, each with the start of its interval.
    pub fn points(&self, database: &Database, archive: &Archive) -> Vec<Point> {
        let Some(round_robin) = database.round_robins.get(archive.round_robin) else {
            return Vec::new();
        };
        let known = round_robin.known(self.source, database.sources.len(), database.updated);
        let step = archive.retention.seconds_per_point;
        let mut points: Vec<Point> = if step == round_robin.step {
            known.map(|(timestamp, value)| Point { timestamp, value }).collect()
        } else {
            resampled(known, round_robin, step.into(), self.x_files_factor)
        };
        // An archive that is resampled may begin within an interval, which is one too many then.
        let kept = i64::from(archive.retention.points).saturating_mul(step.into());
        let newest = points.last().map_or(0, |newest| newest.timestamp);
        points.retain(|point| point.timestamp > newest.saturating_sub(kept));
        points
    }
}

/// The archives of a function, which are the same for every source; none where there are none.
fn plan(database: &Database, function: Function) -> Option<Series> {
    let of_function = |(_, round_robin): &(usize, &RoundRobin)| round_robin.function == function;
    let mut candidates: Vec<(usize, &RoundRobin)> =
        database.round_robins.iter().enumerate().filter(of_function).collect();
    // Of two with the same step the longer one comes first, and is taken.
    candidates.sort_by_key(|(_, found)| (found.step, std::cmp::Reverse(found.values.len())));
    let mut series = Series {
        source: 0,
        function,
        x_files_factor: x_files_factor(&candidates),
        archives: Vec::new(),
        notes: Vec::new(),
    };
    for (at, candidate) in candidates {
        let rows = candidate.values.len() / database.sources.len().max(1);
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        if let Err(why) = series.take(at, candidate.step, rows) {
            series.notes.push(format!("{}:{rows} is left out: {why}", candidate.step));
        }
    }
    (!series.archives.is_empty()).then_some(series)
}

impl Series {
    /// Adds an archive of so many rows, or says why not.
    fn take(&mut self, round_robin: usize, step: u32, rows: u64) -> Result<(), String> {
        if self.archives.len() >= ARCHIVES_MAX {
            return Err(format!("a file holds {ARCHIVES_MAX} archives at most"));
        }
        let Some(finer) = self.archives.last().map(|archive| archive.retention) else {
            let retention = retention(step.into(), rows)?;
            self.archives.push(Archive { retention, round_robin });
            return Ok(());
        };
        if finer.seconds_per_point == step {
            return Err(format!("{finer} has the same step and is longer"));
        }
        let ratio = u64::from(step.div_ceil(finer.seconds_per_point));
        let new_step = ratio.saturating_mul(finer.seconds_per_point.into());
        let points = rows.saturating_mul(step.into()).div_ceil(new_step);
        if points.saturating_mul(new_step) <= finer.seconds() {
            return Err(format!("it reaches no farther back than {finer}"));
        }
        let lengthened = u64::from(finer.points) < ratio;
        if lengthened && ratio > RRD_LENGTHENED_POINTS_MAX {
            return Err(format!("{finer} holds too few points for one of it, which takes {ratio}"));
        }
        // What the finer one reaches back to is one interval of this one then.
        let points = if lengthened { points.max(2) } else { points };
        let retention = retention(new_step, points)?;
        if lengthened && let Some(last) = self.archives.last_mut() {
            // It is above the points that it has, and so within 32 bits if the coarser step is.
            last.retention.points = u32::try_from(ratio).unwrap_or(finer.points);
            self.notes.push(format!(
                "{finer} is lengthened to {}, which make one of the next",
                last.retention
            ));
        }
        if new_step != u64::from(step) {
            self.notes.push(format!(
                "{step}:{rows} is resampled to {retention}: {} does not divide {step}",
                finer.seconds_per_point
            ));
        }
        self.archives.push(Archive { retention, round_robin });
        Ok(())
    }
}

fn retention(step: u64, points: u64) -> Result<Retention, String> {
    let too_long = || format!("{step}:{points} reaches back more than {} s", u32::MAX);
    let fits = |number: u64| u32::try_from(number).map_err(|_| too_long());
    fits(step.saturating_mul(points))?;
    Ok(Retention { seconds_per_point: fits(step)?, points: fits(points)? })
}

/// What must be known of an interval. A database has one share for each archive, Whisper one for all;
/// the first archive that is made of several values says it.
fn x_files_factor(finest_first: &[(usize, &RoundRobin)]) -> f32 {
    let finest = finest_first.first();
    let says = finest
        .and_then(|(_, finest)| finest_first.iter().find(|(_, found)| found.step > finest.step))
        .or(finest);
    let may_be_unknown = says.map_or(f64::NAN, |(_, found)| found.may_be_unknown);
    let known =
        if (0.0..=1.0).contains(&may_be_unknown) { 1.0 - may_be_unknown } else { X_FILES_FACTOR };
    // 1 - 0.9 is to be 0.1 again.
    #[expect(clippy::cast_possible_truncation, reason = "of 0..=1, to what a file holds")]
    let known = ((known * 1e6).round() / 1e6) as f32;
    known
}

/// Values of longer intervals: of what is known, weighed by how long it lies in each.
fn resampled(
    known: impl Iterator<Item = (i64, f64)>,
    from: &RoundRobin,
    step: i64,
    x_files_factor: f32,
) -> Vec<Point> {
    let row = i64::from(from.step);
    let mut points = Vec::new();
    let mut open: Option<Open> = None;
    let enough = |open: Open| {
        let share = open.seconds as f64 / step as f64;
        (share >= f64::from(x_files_factor))
            .then_some(Point { timestamp: open.start, value: open.value(from.function) })
    };
    for (start, value) in known {
        let mut interval = start - start.rem_euclid(step);
        // A row is shorter than an interval, so it lies in two at most.
        while interval < start + row {
            let seconds = (start + row).min(interval + step) - start.max(interval);
            if open.as_ref().is_none_or(|open| open.start != interval) {
                points.extend(open.take().and_then(enough));
            }
            let open = open.get_or_insert(Open::new(interval));
            open.add(value, seconds);
            interval += step;
        }
    }
    points.extend(open.and_then(enough));
    // Interval 0 has no slot, and a sum of huge rates is no number.
    points.retain(|point| point.timestamp > 0 && point.value.is_finite());
    points
}

/// An interval that is being filled.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: i64,
    /// Seconds that are known.
    seconds: i64,
    weighed: f64,
    min: f64,
    max: f64,
    last: f64,
}

impl Open {
    fn new(start: i64) -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { start, seconds: 0, weighed: 0.0, min, max, last: 0.0 }
    }

    fn add(&mut self, value: f64, seconds: i64) {
        self.seconds += seconds;
        self.weighed += value * seconds as f64;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.last = value;
    }

    fn value(&self, function: Function) -> f64 {
        match function {
            Function::Average => self.weighed / self.seconds as f64,
            Function::Min => self.min,
            Function::Max => self.max,
            Function::Last => self.last,
        }
    }
}

#[cfg(test)]
mod tests;
