//! Values out of slots.

use crate::archive::Archive;
use crate::error::{Error, ErrorKind};
use crate::file::Whisper;
use crate::layout::decode_slots;
use crate::update::Point;

/// Values on a regular grid: that of `start + i * step` is `values[i]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The interval of the first value, seconds since the epoch.
    pub start: i64,
    /// Seconds between values.
    pub step: i64,
    /// The values; `None` where nothing was written.
    pub values: Vec<Option<f64>>,
}

impl Fetched {
    /// The interval after the last value, seconds since the epoch.
    pub fn end(&self) -> i64 {
        let count = i64::try_from(self.values.len()).unwrap_or(i64::MAX);
        self.start.saturating_add(self.step.saturating_mul(count))
    }
}

impl Whisper {
    /// The values in `(from, until]`, from the finest archive that reaches back to `from`.
    ///
    /// The grid begins one step after the slot of `from` and ends with the slot of `until`; where
    /// both are the same slot, it is the one after them. `from` is brought forward to where the file
    /// begins and `until` back to `now`; `None` where the range lies outside of both. Costs two
    /// system calls, three where the archive wraps within the range.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRange`] where `until` is before `from`, [`ErrorKind::InvalidTime`] for a
    /// `now` outside of 32 bits, and the operating system's.
    pub fn fetch(&self, from: i64, until: i64, now: i64) -> Result<Option<Fetched>, Error> {
        let Some((from, until)) = self.clamp(from, until, now)? else { return Ok(None) };
        let archives = self.header().archives();
        let Some(archive) = archives.iter().find(|archive| from >= now - archive.seconds()) else {
            return Ok(None);
        };
        self.grid(archive, from, until).map(Some)
    }

    /// The values in `(from, until]` from the archive of this step. A range longer than the archive
    /// is cut to the archive's length at its end.
    ///
    /// # Errors
    /// As [`Whisper::fetch`], and [`ErrorKind::NoSuchArchive`].
    pub fn fetch_archive(
        &self,
        step: u32,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, Error> {
        let Some((from, until)) = self.clamp(from, until, now)? else { return Ok(None) };
        self.grid(self.archive(step)?, from, until).map(Some)
    }

    /// What stands in the finest archive's slot of a timestamp, if it was written for it.
    pub fn value_at(&self, timestamp: i64) -> Result<Option<f64>, Error> {
        let Some(finest) = self.header().archives().first() else { return Ok(None) };
        if u32::try_from(timestamp).is_err() {
            return Ok(None);
        }
        let Some(base) = self.base(finest)? else { return Ok(None) };
        self.read_slot(finest, base, finest.interval(timestamp))
    }

    /// All points that stand in the archive of this step, however old, in order of time. Reads the
    /// whole archive into memory.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchArchive`], and the operating system's.
    pub fn points(&self, step: u32) -> Result<Vec<Point>, Error> {
        let archive = self.archive(step)?;
        let slots = self.read_slots(archive, 0, 0, archive.retention().points as usize)?;
        let mut points: Vec<Point> = decode_slots(&slots)
            .filter(|slot| slot.interval != 0)
            .map(|slot| Point { timestamp: slot.interval.into(), value: slot.value })
            .collect();
        points.sort_by_key(|point| point.timestamp);
        Ok(points)
    }

    pub(crate) fn read_slot(
        &self,
        archive: &Archive,
        base: u32,
        interval: i64,
    ) -> Result<Option<f64>, Error> {
        let slot = self.read_slots(archive, base, interval, 1)?;
        Ok(values(&slot, interval, archive.step()).next().flatten())
    }

    fn archive(&self, step: u32) -> Result<&Archive, Error> {
        let archives = self.header().archives();
        archives.iter().find(|archive| archive.retention().seconds_per_point == step).ok_or_else(
            || {
                let steps: Vec<_> =
                    archives.iter().map(|archive| archive.step().to_string()).collect();
                let problem =
                    format!("no archive has a step of {step} s, but {}", steps.join(", "));
                self.error(ErrorKind::NoSuchArchive, problem)
            },
        )
    }

    /// The part of the range that the file can know of.
    fn clamp(&self, from: i64, until: i64, now: i64) -> Result<Option<(i64, i64)>, Error> {
        let now = self.check_now(now)?;
        if from > until {
            let problem = format!("the range ends at {until}, before it starts at {from}");
            return Err(self.error(ErrorKind::InvalidRange, problem));
        }
        let longest = self.header().archives().iter().map(Archive::seconds).max();
        let oldest = now - longest.unwrap_or_default();
        if from > now || until < oldest {
            return Ok(None);
        }
        Ok(Some((from.max(oldest), until.min(now))))
    }

    fn grid(&self, archive: &Archive, from: i64, until: i64) -> Result<Fetched, Error> {
        let step = archive.step();
        let after_from = archive.interval(from) + step;
        let last = archive.interval(until).max(after_from);
        let start = after_from.max(last - archive.seconds() + step);
        let count = usize::try_from((last - start) / step + 1)
            .expect("the last slot is not before the first");
        let values = match self.base(archive)? {
            Some(base) => {
                values(&self.read_slots(archive, base, start, count)?, start, step).collect()
            }
            None => vec![None; count],
        };
        Ok(Fetched { start, step, values })
    }
}

/// The values of slots that follow each other in time; those written for another interval are none.
fn values(slots: &[u8], start: i64, step: i64) -> impl Iterator<Item = Option<f64>> {
    let mut expected = start;
    decode_slots(slots).map(move |slot| {
        // 0 is what an empty slot says, and an interval that a clock near the epoch could ask for.
        let known = slot.interval != 0 && i64::from(slot.interval) == expected;
        expected += step;
        known.then_some(slot.value)
    })
}

#[cfg(test)]
mod tests;
