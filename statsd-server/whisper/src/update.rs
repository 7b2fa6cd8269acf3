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
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Outcome, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// assert_eq!(file.update(now - 20, 1.5, now)?, Outcome::Written);
    /// assert_eq!(file.update(now + 20, 1.5, now)?, Outcome::Future);
    /// assert_eq!(file.update(now - 90_000, 1.5, now)?, Outcome::TooOld);
    /// assert_eq!(file.value_at(now - 20)?, Some(1.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Counts, Point, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let points = [(0, 1.0), (10, 2.0), (11, 3.0), (90_000, 4.0), (-60, 5.0)]
    ///     .map(|(age, value)| Point { timestamp: now - age, value });
    /// let counts = file.update_many(&points, now)?;
    /// assert_eq!(counts, Counts { written: 3, superseded: 0, too_old: 1, future: 1 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// use statsd_whisper::{Accepted, AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// // Accepted two hours ago, when there was still a slot of ten seconds for each.
    /// let points = [1_772_592_650, 1_772_592_660]
    ///     .map(|timestamp| Accepted { timestamp, at: timestamp, value: 2.0 });
    /// assert_eq!(file.update_accepted(&points)?.written, 2);
    /// assert_eq!(file.points(10)?.len(), 2);
    /// assert_eq!(file.points(60)?[0].value, 2.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        let mut rest = points;
        while !rest.is_empty() {
            let (mut alone, after) = rest.split_at(self.together(rest));
            rest = after;
            if let [_, .., last] = alone
                && self.write_together(self.merged(alone), last.at.into())?
            {
                counts.written += alone.len();
                alone = &[];
            }
            for Accepted { timestamp, at, value } in alone.iter().copied() {
                match self.put(Point { timestamp: timestamp.into(), value }, at.into())? {
                    Outcome::Written => counts.written += 1,
                    Outcome::Future => counts.future += 1,
                    Outcome::TooOld => counts.too_old += 1,
                }
            }
        }
        Ok(counts)
    }

    /// How many of the first points (at least one) can be written at once, at the time of the last of
    /// them: they are in order of time, none is too late for any archive even then, and none takes
    /// a slot that the coarse interval of another one is made of.
    fn together(&self, points: &[Accepted]) -> usize {
        let first = i64::from(points[0].timestamp);
        let archives = self.archives();
        let fits = |pair: &[Accepted]| {
            let [before, point] = [pair[0], pair[1]];
            let (timestamp, at) = (i64::from(point.timestamp), i64::from(point.at));
            before.timestamp <= point.timestamp
                && before.at <= point.at
                && timestamp <= at
                && archives.iter().enumerate().all(|(index, archive)| {
                    let next = archives.get(index + 1).unwrap_or(archive);
                    let whole = next.interval(timestamp) + next.step() - next.interval(first);
                    whole <= archive.seconds() && archive.interval(first) >= archive.oldest(at)
                })
        };
        let fit = |point: &Accepted| point.timestamp <= point.at;
        if archives.is_empty() || !fit(&points[0]) {
            return 1;
        }
        1 + points.windows(2).take_while(|pair| fits(pair)).count()
    }

    /// The slots of points in order of time, the last point's where several have the same.
    fn merged(&self, points: &[Accepted]) -> Vec<Slot> {
        let mut slots: Vec<Slot> = Vec::with_capacity(points.len());
        for Accepted { timestamp, value, .. } in points.iter().copied() {
            let slot = slot(&self.archives()[0], Point { timestamp: timestamp.into(), value });
            match slots.last_mut() {
                Some(last) if last.interval == slot.interval => *last = slot,
                _ => slots.push(slot),
            }
        }
        slots
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

    pub(crate) fn update_many(&mut self, points: &[Point], now: i64) -> Result<Counts, Error> {
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
