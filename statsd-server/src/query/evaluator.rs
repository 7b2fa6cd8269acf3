//! Expressions + a store → series, within the limits of one request.

use super::{Expr, Series};
use crate::limits::{FIND_RESULTS_MAX, RENDER_POINTS_MAX, RENDER_SERIES_MAX};
use crate::store::{Node, Store, StoreError};

/// The time that a request asks about, seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Points later than this…
    pub from: i64,
    /// …up to and including this.
    pub until: i64,
    /// What counts as now: it decides which archive reaches back far enough.
    pub now: i64,
}

/// What a request came to.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// Series in the order of their targets, those of one glob by name.
    pub series: Vec<Series>,
    /// Series that exist and could not be read. One broken file must not blank a whole graph.
    pub unreadable: Vec<StoreError>,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The store does not take the pattern, or cannot list.
    #[error(transparent)]
    Find(#[from] StoreError),
    /// The targets match more series than one request may read.
    #[error("{pattern:?} brings the request above {RENDER_SERIES_MAX} series; narrow it")]
    TooManySeries {
        /// The glob that went over.
        pattern: String,
    },
    /// The series hold more points than one request may read.
    #[error("{series:?} brings the request above {RENDER_POINTS_MAX} points; ask for less time")]
    TooManyPoints {
        /// The series that went over.
        series: String,
    },
}

/// Reads what the expressions ask for. Blocks on the store: one find per path, one fetch per series.
pub fn evaluate(
    store: &dyn Store,
    targets: &[Expr],
    range: Range,
) -> Result<Evaluation, QueryError> {
    let mut done = Evaluation::default();
    let mut room = Room { series: RENDER_SERIES_MAX, points: RENDER_POINTS_MAX };
    for target in targets {
        match target {
            Expr::Path(pattern) => read_path(store, pattern, range, &mut room, &mut done)?,
        }
    }
    Ok(done)
}

/// What the request may still read.
struct Room {
    series: usize,
    points: usize,
}

fn read_path(
    store: &dyn Store,
    pattern: &str,
    range: Range,
    room: &mut Room,
    done: &mut Evaluation,
) -> Result<(), QueryError> {
    let nodes = store.find(pattern, FIND_RESULTS_MAX + 1)?;
    let cut = nodes.len() > FIND_RESULTS_MAX;
    let names: Vec<_> =
        nodes.into_iter().filter(|node| node.leaf).map(|Node { path, .. }| path).collect();
    if cut || names.len() > room.series {
        return Err(QueryError::TooManySeries { pattern: pattern.to_owned() });
    }
    room.series -= names.len();
    for name in names {
        match store.fetch(&name, range.from, range.until, range.now) {
            Ok(Some(found)) if found.values.len() > room.points => {
                return Err(QueryError::TooManyPoints { series: name });
            }
            Ok(Some(found)) => {
                room.points -= found.values.len();
                let (start, step, values) = (found.start, found.step, found.values);
                done.series.push(Series { name, start, step, values });
            }
            Ok(None) => {}
            Err(error) => done.unreadable.push(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
