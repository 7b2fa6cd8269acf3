//! A value meets the one that already stands in its slot. Pure.

use std::time::Duration;

use statsd_whisper::{Accepted, Header, Retention};

use super::Merge;

/// What of a file's archives says where a point goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    finest: Retention,
    coarsest: Retention,
}

/// What points that wait leave in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing<T> {
    /// None of them goes there: what the file holds stands.
    InFile,
    /// The last of them that goes there, if it is of the slot's interval.
    Waiting(Option<T>),
}

/// Shapes by number, so that a series remembers two bytes.
#[derive(Debug, Default)]
pub(super) struct Shapes(Vec<Shape>);

impl Shapes {
    /// The shape of a number; none for 0.
    pub(super) fn get(&self, number: u16) -> Option<Shape> {
        self.0.get(usize::from(number.checked_sub(1)?)).copied()
    }

    /// The number of a shape; 0 where there are more than 16 bits count.
    pub(super) fn number(&mut self, shape: Shape) -> u16 {
        let at = self.0.iter().position(|known| *known == shape).unwrap_or_else(|| {
            if self.0.len() < usize::from(u16::MAX) {
                self.0.push(shape);
            }
            self.0.len() - 1
        });
        let is_known = self.0.get(at) == Some(&shape);
        if is_known { u16::try_from(at + 1).unwrap_or_default() } else { 0 }
    }
}

impl Shape {
    /// That of a file.
    pub(super) fn of(header: &Header) -> Self {
        Self::new(header.archives().iter().map(statsd_whisper::Archive::retention))
    }

    /// That of archives, finest first; of none it keeps nothing.
    pub(super) fn new(archives: impl Iterator<Item = Retention> + Clone) -> Self {
        let nothing = Retention { seconds_per_point: 1, points: 0 };
        let by_reach = |retention: &Retention| retention.seconds();
        Self {
            finest: archives.clone().next().unwrap_or(nothing),
            coarsest: archives.max_by_key(by_reach).unwrap_or(nothing),
        }
    }

    /// Whether a point that is accepted at `at` has a slot.
    pub(super) fn keeps(self, timestamp: u32, at: u32) -> bool {
        i64::from(timestamp) >= oldest(self.coarsest, at)
    }

    /// The start of the finest interval that a timestamp lies in.
    pub(super) fn interval(self, timestamp: u32) -> u32 {
        timestamp - timestamp % self.finest.seconds_per_point
    }

    /// What the points that wait leave in the finest slot of a timestamp.
    pub(super) fn standing(
        self,
        waiting: impl Iterator<Item = Accepted>,
        timestamp: u32,
    ) -> Standing<f64> {
        let interval = i64::from(self.interval(timestamp));
        let turn = i64::try_from(self.finest.seconds()).unwrap_or(i64::MAX).max(1);
        let mut standing = Standing::InFile;
        for point in waiting {
            let other = i64::from(self.interval(point.timestamp));
            let is_fine = i64::from(point.timestamp) >= oldest(self.finest, point.at);
            if is_fine && (other - interval) % turn == 0 {
                standing = Standing::Waiting((other == interval).then_some(point.value));
            }
        }
        standing
    }

    /// How much of a slot a flush interval covers; all of it where the file was made for the interval.
    fn share(self, flush_interval: Duration) -> f64 {
        (flush_interval.as_secs_f64() / f64::from(self.finest.seconds_per_point)).min(1.0)
    }

    /// The value that holds in a slot.
    pub(super) fn merged(
        self,
        merge: Merge,
        standing: Option<f64>,
        value: f64,
        flush_interval: Duration,
    ) -> f64 {
        let new = match merge {
            Merge::AddRate => value * self.share(flush_interval),
            Merge::Replace | Merge::Add | Merge::Min | Merge::Max => value,
        };
        // Files from elsewhere may hold NaN, which would spoil every later sum.
        match (standing.filter(|standing| standing.is_finite()), merge) {
            (None, _) | (_, Merge::Replace) => new,
            (Some(standing), Merge::Add | Merge::AddRate) => standing + new,
            (Some(standing), Merge::Min) => standing.min(new),
            (Some(standing), Merge::Max) => standing.max(new),
        }
    }
}

/// The oldest interval of an archive that has a slot of its own at a time, as Whisper has it.
fn oldest(retention: Retention, at: u32) -> i64 {
    let step = i64::from(retention.seconds_per_point);
    let length = i64::try_from(retention.seconds()).unwrap_or(i64::MAX);
    let at = i64::from(at);
    (at - at % step - length + step).max(step)
}
