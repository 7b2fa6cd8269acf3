//! Points into slots, and on into the coarser archives.

use std::cmp::Reverse;
use std::{iter, mem};

use crate::archive::Archive;
use crate::error::Error;
use crate::fetch::check_now;
use crate::file::Whisper;
use crate::layout::Slot;
use crate::overlay::Overlay;

/// A value and its time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Seconds since the epoch.
    pub timestamp: i64,
    /// Any value, NaN and the infinities included.
    pub value: f64,
}

/// A point with the time at which it was accepted, which may be long ago when it is written: what it
/// changes in a file is what an update at that time would have changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted {
    /// Seconds since the epoch.
    pub timestamp: u32,
    /// What time it was when the point was accepted, in seconds since the epoch.
    pub at: u32,
    /// Any value, NaN and the infinities included.
    pub value: f64,
}

/// What became of one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "a point may be refused without being an error"]
pub enum Outcome {
    /// It stands in the file.
    Written,
    /// It is older than all that the file keeps.
    TooOld,
    /// It lies in the future.
    Future,
}

/// What became of many points. The four add up to the points given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[must_use = "points may be refused without being an error"]
pub struct Counts {
    /// They stand in the file.
    pub written: usize,
    /// Another point of the same call had the same slot and holds.
    pub superseded: usize,
    /// They are older than all that the file keeps.
    pub too_old: usize,
    /// They lie in the future.
    pub future: usize,
}

impl Whisper {
    /// Writes one point to the finest archive that reaches back to it, and brings the coarser ones
    /// up to date.
    ///
    /// Refused are points after `now`, and those whose interval has no slot of its own any more.
    /// A point too late for a finer archive *replaces* what stands in the coarser one's slot. Costs a
    /// write for each archive, and a read for each but the coarsest; one read more for each that is
    /// used for the first time since the file was opened, or is empty.
    ///
    /// # Errors
    /// The operating system's, and [`ErrorKind::InvalidTime`](crate::ErrorKind::InvalidTime) for a
    /// `now` outside of 32 bits.
    pub fn update(&mut self, timestamp: i64, value: f64, now: i64) -> Result<Outcome, Error> {
        let now = check_now(now, self.path())?;
        let mut overlay = self.overlay();
        let outcome = overlay.update(Point { timestamp, value }, now)?;
        overlay.flush()?;
        Ok(outcome)
    }

    /// Writes many points, in any order, for little more than the price of one.
    ///
    /// Each goes to the finest archive that reaches back to it; of several in one slot the latest
    /// holds, and of those with the same timestamp the first in `points`. Points in the slot of `now`
    /// are not in the future, even where their timestamp is after it. Neighbours share a system
    /// call, and each coarse value is made once. Copies the points to sort them.
    ///
    /// # Errors
    /// As [`Whisper::update`]. What was written before an error stays.
    pub fn update_many(&mut self, points: &[Point], now: i64) -> Result<Counts, Error> {
        let now = check_now(now, self.path())?;
        let mut overlay = self.overlay();
        let counts = overlay.update_many(points, now)?;
        overlay.flush()?;
        Ok(counts)
    }

    /// Writes points as updates in their order would, each at the time at which it was accepted, for
    /// little more than the price of one: slots are read and written once for all of them, and
    /// neighbours at once.
    ///
    /// For points that were accepted in the order of their time, costs what [`update`](Self::update)
    /// costs; of an archive that wraps among them, or where some are missing, a call more for each
    /// stretch. The coarsest archive is written first: after an error, or a crash, the same points
    /// can be written again.
    ///
    /// # Errors
    /// As [`Whisper::update`]. What was written before an error stays.
    pub fn update_accepted(&mut self, points: &[Accepted]) -> Result<Counts, Error> {
        let mut overlay = self.overlay();
        let counts = overlay.update_accepted(points)?;
        overlay.flush()?;
        Ok(counts)
    }
}

impl Overlay<'_> {
    pub(crate) fn update_accepted(&mut self, points: &[Accepted]) -> Result<Counts, Error> {
        self.expect(points.iter().map(|point| point.timestamp.into()));
        let mut counts = Counts::default();
        for point in points {
            let Accepted { timestamp, at, value } = *point;
            match self.put(Point { timestamp: timestamp.into(), value }, at.into())? {
                Outcome::Written => counts.written += 1,
                Outcome::Future => counts.future += 1,
                Outcome::TooOld => counts.too_old += 1,
            }
        }
        Ok(counts)
    }

    fn update(&mut self, point: Point, now: i64) -> Result<Outcome, Error> {
        if (0..=now).contains(&point.timestamp) {
            self.expect(iter::once(point.timestamp));
        }
        self.put(point, now)
    }

    fn put(&mut self, point: Point, now: i64) -> Result<Outcome, Error> {
        if point.timestamp > now {
            return Ok(Outcome::Future);
        }
        let reaches = |archive: &Archive| point.timestamp >= archive.oldest(now);
        let Some(index) = self.header().archives().iter().position(reaches) else {
            return Ok(Outcome::TooOld);
        };
        let mut slots = mem::take(&mut self.slots);
        slots.push(slot(&self.header().archives()[index], point));
        self.write(index, &mut slots, now)?;
        self.slots = slots;
        Ok(Outcome::Written)
    }

    fn update_many(&mut self, points: &[Point], now: i64) -> Result<Counts, Error> {
        let archives = self.archives();
        let mut newest_first = points.to_vec();
        newest_first.sort_by_key(|point| Reverse(point.timestamp));

        let end = archives.first().map_or(now, |finest| finest.interval(now) + finest.step());
        let future = newest_first.partition_point(|point| point.timestamp >= end);
        let mut rest = &newest_first[future..];
        let mut counts = Counts { future, ..Counts::default() };
        let mut slots = Vec::new();
        for (index, archive) in archives.iter().enumerate() {
            let reached = rest.partition_point(|point| point.timestamp >= archive.oldest(now));
            let (reached, older) = rest.split_at(reached);
            self.expect(reached.iter().map(|point| point.timestamp));
            slots.extend(reached.iter().map(|point| slot(archive, *point)));
            slots.dedup_by_key(|slot| slot.interval);
            slots.reverse();
            counts.written += slots.len();
            counts.superseded += reached.len() - slots.len();
            self.write(index, &mut slots, now)?;
            rest = older;
        }
        counts.too_old = rest.len();
        Ok(counts)
    }
}

/// The slot of a point that the archive reaches back to.
fn slot(archive: &Archive, point: Point) -> Slot {
    let interval = u32::try_from(archive.interval(point.timestamp))
        .expect("between the oldest interval and that of now, which fit");
    Slot { interval, value: point.value }
}

#[cfg(test)]
mod tests;
