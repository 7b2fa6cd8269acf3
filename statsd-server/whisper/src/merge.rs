//! Points of one file into another: all of a range, or those that it lacks.

use crate::archive::Archive;
use crate::error::{Error, ErrorKind};
use crate::fetch::{check_now, grid};
use crate::file::Whisper;
use crate::layout::Slot;
use crate::overlay::Overlay;
use crate::update::Point;

impl Whisper {
    /// Copies the points in `(from, until]` of another file of the same archives over those of this
    /// one, archive by archive, finest first, and brings the coarser ones up to date. How many points
    /// were copied.
    ///
    /// What the other file does not know changes nothing. Reads a range of each archive into memory,
    /// and writes all at the end.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArchives`] where the archives are not the same,
    /// [`ErrorKind::InvalidRange`], [`ErrorKind::InvalidTime`], and the operating system's; nothing
    /// was written then, but in the last case.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let create = |name: &str| {
    ///     Whisper::create(folder.path().join(name), &archives, AggregationMethod::Sum, 0.0)
    /// };
    /// let (mut ours, mut theirs) = (create("a.wsp")?, create("b.wsp")?);
    /// let now = 1_772_599_850;
    /// let _ = theirs.update(now, 2.0, now)?;
    /// assert_eq!(ours.merge(&theirs, 0, now, now)?, 2);
    /// assert_eq!(ours.points(10)?, theirs.points(10)?);
    /// assert_eq!(ours.points(60)?, theirs.points(60)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: &Self, from: i64, until: i64, now: i64) -> Result<usize, Error> {
        let now = check_now(now, self.path())?;
        if from > until {
            let problem = format!("the range ends at {until}, before it starts at {from}");
            return Err(self.error(ErrorKind::InvalidRange, problem));
        }
        self.check_same_archives(other)?;
        let mut overlay = self.overlay();
        let mut copied = 0;
        for (index, archive) in other.header().archives().iter().enumerate() {
            let oldest = now - archive.seconds();
            let (from, until) = (from.max(oldest), until.min(now));
            if until < oldest || from > until {
                continue;
            }
            let mut slots = other.slots_in(index, archive, from, until)?;
            copied += slots.len();
            overlay.expect(slots.iter().map(|slot| slot.interval.into()));
            overlay.write(index, &mut slots, now)?;
        }
        overlay.flush()?;
        Ok(copied)
    }

    /// Copies points of another file, whose archives may be others, into the gaps of this one, and
    /// brings coarser archives up to date. How many points were copied.
    ///
    /// A gap is two or more neighbouring intervals without a value (0.0 is one), in the finest archive
    /// that reaches back to them. Each gap is filled from the finest archive of the other file that
    /// reaches back to it; no value that stands in that archive is touched. Reads a range of each
    /// archive into memory, and writes all at the end.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidTime`], and the operating system's.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let archives = parse_retentions("10s:1h")?;
    /// let create = |name: &str| {
    ///     Whisper::create(folder.path().join(name), &archives, AggregationMethod::Sum, 0.0)
    /// };
    /// let (mut ours, mut theirs) = (create("a.wsp")?, create("b.wsp")?);
    /// let now = 1_772_599_850;
    /// for age in [0, 10, 20, 30] {
    ///     let _ = theirs.update(now - age, 2.0, now)?;
    /// }
    /// let _ = ours.update(now, 0.0, now)?;
    /// assert_eq!(ours.fill(&theirs, now)?, 3);
    /// assert_eq!(ours.value_at(now)?, Some(0.0));
    /// assert_eq!(ours.value_at(now - 30)?, Some(2.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fill(&mut self, other: &Self, now: i64) -> Result<usize, Error> {
        let now = check_now(now, self.path())?;
        let mut overlay = self.overlay();
        let mut copied = 0;
        let mut until = now;
        for (index, archive) in self.header().archives().iter().enumerate() {
            let from = now - archive.seconds();
            if from >= until {
                continue;
            }
            let mut points = Vec::new();
            for (first, last) in gaps(&mut overlay, index, archive, from, until)? {
                // A finer archive of ours is not to get any of them.
                let end = (last + archive.step() - 1).min(until);
                other.gather(first - 1, end, now, &mut points)?;
            }
            copied += points.len();
            let _ = overlay.update_many(&points, now)?;
            until = from;
        }
        overlay.flush()?;
        Ok(copied)
    }

    /// The known slots of an archive in `(from, until]`, oldest first.
    fn slots_in(
        &self,
        index: usize,
        archive: &Archive,
        from: i64,
        until: i64,
    ) -> Result<Vec<Slot>, Error> {
        let (start, count) = grid(archive, from, until);
        let values = self.overlay().values(index, start, count)?;
        let intervals = (0..).map(|i| start + i * archive.step());
        let slots = intervals.zip(values).filter_map(|(interval, value)| {
            // Where the ends of the range have one slot, the grid is the one after it.
            let interval = u32::try_from(interval).ok().filter(|_| interval <= until)?;
            Some(Slot { interval, value: value? })
        });
        Ok(slots.collect())
    }

    /// The points after `from` up to `until`, each part of the range from the finest archive that
    /// reaches back to it.
    fn gather(
        &self,
        from: i64,
        mut until: i64,
        now: i64,
        points: &mut Vec<Point>,
    ) -> Result<(), Error> {
        for (index, archive) in self.header().archives().iter().enumerate() {
            let oldest = now - archive.seconds();
            if until <= oldest {
                continue;
            }
            let begin = from.max(oldest);
            let slots = self.slots_in(index, archive, begin, until)?.into_iter();
            points.extend(slots.map(Slot::point));
            until = begin;
            if begin == from {
                break;
            }
        }
        Ok(())
    }
}

/// The first and the last interval of each run of two or more that are not known.
fn gaps(
    overlay: &mut Overlay<'_>,
    index: usize,
    archive: &Archive,
    from: i64,
    until: i64,
) -> Result<Vec<(i64, i64)>, Error> {
    let (start, count) = grid(archive, from, until);
    let values = overlay.values(index, start, count)?;
    let mut gaps = Vec::new();
    let mut at = start;
    for run in values.chunk_by(|a, b| a.is_some() == b.is_some()) {
        let end = at + archive.step() * i64::try_from(run.len()).unwrap_or(i64::MAX);
        if run[0].is_none() && run.len() > 1 {
            gaps.push((at, end - archive.step()));
        }
        at = end;
    }
    Ok(gaps)
}

#[cfg(test)]
mod tests;
