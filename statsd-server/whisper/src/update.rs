//! Points into slots, and on into the coarser archives.

use std::cmp::Reverse;

use crate::archive::Archive;
use crate::error::Error;
use crate::file::Whisper;
use crate::layout::Slot;

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
    /// A point too late for a finer archive *replaces* what stands in the coarser one's slot. Costs
    /// two system calls for the archive written, and three for each coarser one.
    ///
    /// # Errors
    /// The operating system's, and [`ErrorKind::InvalidTime`](crate::ErrorKind::InvalidTime) for a
    /// `now` outside of 32 bits.
    pub fn update(&mut self, timestamp: i64, value: f64, now: i64) -> Result<Outcome, Error> {
        let now = self.check_now(now)?;
        if timestamp > now {
            return Ok(Outcome::Future);
        }
        let reaches = |archive: &Archive| timestamp >= archive.oldest(now);
        let Some(index) = self.header().archives().iter().position(reaches) else {
            return Ok(Outcome::TooOld);
        };
        let slot = slot(&self.header().archives()[index], Point { timestamp, value });
        self.write(index, vec![slot], now)?;
        Ok(Outcome::Written)
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
        let now = self.check_now(now)?;
        let archives = self.header().archives().to_vec();
        let mut newest_first = points.to_vec();
        newest_first.sort_by_key(|point| Reverse(point.timestamp));

        let end = archives.first().map_or(now, |finest| finest.interval(now) + finest.step());
        let future = newest_first.partition_point(|point| point.timestamp >= end);
        let mut rest = newest_first.split_off(future);
        let mut counts = Counts { future, ..Counts::default() };
        for (index, archive) in archives.iter().enumerate() {
            let reached = rest.partition_point(|point| point.timestamp >= archive.oldest(now));
            let older = rest.split_off(reached);
            let mut slots: Vec<Slot> = rest.iter().map(|point| slot(archive, *point)).collect();
            slots.dedup_by_key(|slot| slot.interval);
            slots.reverse();
            counts.written += slots.len();
            counts.superseded += rest.len() - slots.len();
            self.write(index, slots, now)?;
            rest = older;
        }
        counts.too_old = rest.len();
        Ok(counts)
    }

    /// Writes points as updates in their order would, each at the time at which it was accepted.
    ///
    /// # Errors
    /// As [`Whisper::update`]. What was written before an error stays.
    pub fn update_accepted(&mut self, points: &[Accepted]) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for point in points {
            match self.update(point.timestamp.into(), point.value, point.at.into())? {
                Outcome::Written => counts.written += 1,
                Outcome::Future => counts.future += 1,
                Outcome::TooOld => counts.too_old += 1,
            }
        }
        Ok(counts)
    }

    /// Writes slots of one archive, oldest first, and what they make of the coarser ones.
    fn write(&self, index: usize, mut slots: Vec<Slot>, now: i64) -> Result<(), Error> {
        let mut archives = self.header().archives()[index..].iter().peekable();
        while let (Some(archive), Some(first)) = (archives.next(), slots.first()) {
            let base = self.base(archive)?;
            let first = first.interval;
            let coarse = match archives.peek() {
                Some(coarser) => self.propagate(archive, base, &slots, coarser, now)?,
                None => Vec::new(),
            };
            let step = archive.retention().seconds_per_point;
            for run in slots.chunk_by(|a, b| b.interval - a.interval == step) {
                self.write_run(archive, base.unwrap_or(first), run)?;
            }
            slots = coarse;
        }
        Ok(())
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
