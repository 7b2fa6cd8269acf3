//! Fine values into coarse ones.

use std::mem;

use crate::archive::Archive;
use crate::error::Error;
use crate::layout::Slot;
use crate::overlay::Overlay;

impl<'a> Overlay<'a> {
    /// Writes slots of one archive, oldest first, and what they make of the coarser ones. Empties
    /// the list.
    pub(crate) fn write(
        &mut self,
        index: usize,
        slots: &mut Vec<Slot>,
        now: i64,
    ) -> Result<(), Error> {
        let archives = self.archives();
        let mut coarse = Vec::new();
        for (index, archive) in archives.iter().enumerate().skip(index) {
            // Before they are put: the last of a long run take the slots of older values that belong
            // to the coarse interval of the first.
            self.propagate(index, slots, now, &mut coarse)?;
            self.put_runs(index, archive, slots)?;
            slots.clear();
            mem::swap(slots, &mut coarse);
            if slots.is_empty() {
                break;
            }
        }
        slots.clear();
        Ok(())
    }

    /// Writes slots of the finest archive, oldest first, and what they make of the coarser ones,
    /// unless what they make may depend on whether they come together: some slots next to them hold
    /// newer intervals. Whether they were written.
    pub(crate) fn write_together(&mut self, slots: Vec<Slot>, now: i64) -> Result<bool, Error> {
        let archives = self.archives();
        let mut made = vec![slots];
        for index in 0..archives.len() {
            let mut coarse = Vec::new();
            if self.propagate(index, &made[index], now, &mut coarse)? {
                return Ok(false);
            }
            if coarse.is_empty() {
                break;
            }
            made.push(coarse);
        }
        for (index, (archive, slots)) in archives.iter().zip(&made).enumerate() {
            self.put_runs(index, archive, slots)?;
        }
        Ok(true)
    }

    /// Puts slots of an archive, oldest first.
    pub(crate) fn put_runs(
        &mut self,
        index: usize,
        archive: &Archive,
        slots: &[Slot],
    ) -> Result<(), Error> {
        let step = archive.retention().seconds_per_point;
        let mut runs = slots.chunk_by(|a, b| b.interval - a.interval == step);
        runs.try_for_each(|run| self.put_run(index, run))
    }

    /// The slots of the next coarser archive that `new` ones of an archive make. Whether one of them
    /// is made of what newer intervals have left.
    fn propagate(
        &mut self,
        index: usize,
        new: &[Slot],
        now: i64,
        coarse: &mut Vec<Slot>,
    ) -> Result<bool, Error> {
        let Some((coarser, ratio)) = self.next_coarser(index) else { return Ok(false) };
        let mut any_lapped = false;
        let step = coarser.retention().seconds_per_point;
        for new in new.chunk_by(|a, b| a.interval / step == b.interval / step) {
            let interval = new[0].interval - new[0].interval % step;
            // The one before the oldest shares its slot with the newest: it may not be written.
            if i64::from(interval) < coarser.oldest(now) {
                continue;
            }
            let lapped = self.gather(index, interval, new, ratio)?;
            any_lapped |= lapped;
            let Some(value) = self.value(ratio) else { continue };
            // What stands there was made of more than is left.
            let keep = lapped && self.value_at(index + 1, interval.into())?.is_some();
            if !keep {
                coarse.push(Slot { interval, value });
            }
        }
        Ok(any_lapped)
    }

    /// What the finest archive makes of these intervals of the next one.
    pub(crate) fn rolled_up(&mut self, intervals: &[u32]) -> Result<Vec<Slot>, Error> {
        let Some((_, ratio)) = self.next_coarser(0) else { return Ok(Vec::new()) };
        let mut made = Vec::with_capacity(intervals.len());
        for &interval in intervals {
            let lapped = self.gather(0, interval, &[], ratio)?;
            let Some(value) = self.value(ratio) else { continue };
            // As with points: what stands there was made of more than is left.
            if !lapped || self.value_at(1, interval.into())?.is_none() {
                made.push(Slot { interval, value });
            }
        }
        Ok(made)
    }

    /// The next coarser archive and how many slots make one of it, if it is written.
    fn next_coarser(&self, index: usize) -> Option<(&'a Archive, usize)> {
        let archives = self.archives();
        let (finer, coarser) = (archives.get(index)?, archives.get(index + 1)?);
        Some((coarser, ratio(finer, coarser)?))
    }

    /// Gathers what is known of a coarse interval, oldest first, as it will be when the `new` slots
    /// are written. Whether some slots hold newer intervals already: what stood there is gone, and
    /// what is known is the rest.
    fn gather(
        &mut self,
        index: usize,
        interval: u32,
        new: &[Slot],
        slots: usize,
    ) -> Result<bool, Error> {
        let mut known = mem::take(&mut self.known);
        known.clear();
        let mut lapped = false;
        let base = if new.len() < slots { self.base(index)? } else { None };
        if let Some(base) = base {
            let mut new = new.iter().peekable();
            let mut expected = i64::from(interval);
            let step = self.archives()[index].step();
            self.each_slot(index, base, interval.into(), slots, |stored| {
                if let Some(slot) = new.next_if(|slot| i64::from(slot.interval) == expected) {
                    known.push(slot.value);
                } else if i64::from(stored.interval) == expected {
                    known.push(stored.value);
                } else {
                    lapped |= i64::from(stored.interval) > expected;
                }
                expected += step;
            })?;
        } else {
            // Nothing is written yet, or all of it is new.
            known.extend(new.iter().map(|slot| slot.value));
        }
        self.known = known;
        Ok(lapped)
    }

    /// The coarse value of what was gathered, where enough is known for one.
    fn value(&self, slots: usize) -> Option<f64> {
        let share = self.known.len() as f64 / slots as f64;
        let enough = share >= f64::from(self.header().x_files_factor());
        enough.then(|| self.header().method().aggregate(&self.known, slots))?
    }
}

/// How many fine slots make a coarse one. None where the archives do not fit together, as in files
/// of writers that did not check.
fn ratio(finer: &Archive, coarser: &Archive) -> Option<usize> {
    let (finer, coarser) = (finer.retention(), coarser.retention());
    let ratio = coarser.seconds_per_point / finer.seconds_per_point;
    let fits =
        coarser.seconds_per_point.is_multiple_of(finer.seconds_per_point) && ratio <= finer.points;
    fits.then_some(ratio as usize)
}

#[cfg(test)]
mod tests;
