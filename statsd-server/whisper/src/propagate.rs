//! Fine values into coarse ones.

use crate::archive::{Archive, SLOT_BYTES};
use crate::error::Error;
use crate::file::Whisper;
use crate::layout::{Header, Slot, decode_slots};

/// What is known of one coarse interval.
struct Window {
    /// The values, oldest first.
    known: Vec<f64>,
    /// Slots, known or not.
    slots: usize,
    /// Some slots hold newer intervals already: what stood there is gone, and `known` is the rest.
    lapped: bool,
}

impl Whisper {
    /// The slots of the next coarser archive that `new` ones of an archive (oldest first) make.
    ///
    /// To be asked before those are written: the last of a long run take the slots of older values
    /// that belong to the coarse interval of the first.
    pub(crate) fn propagate(
        &self,
        finer: &Archive,
        base: Option<u32>,
        new: &[Slot],
        coarser: &Archive,
        now: i64,
    ) -> Result<Vec<Slot>, Error> {
        let Some(ratio) = ratio(finer, coarser) else { return Ok(Vec::new()) };
        let step = coarser.retention().seconds_per_point;
        let mut coarse = Vec::new();
        for new in new.chunk_by(|a, b| a.interval / step == b.interval / step) {
            let interval = new[0].interval - new[0].interval % step;
            // The one before the oldest shares its slot with the newest: it may not be written.
            if i64::from(interval) < coarser.oldest(now) {
                continue;
            }
            let window = self.window(finer, base, interval, new, ratio)?;
            let Some(value) = window.value(self.header()) else { continue };
            // What stands there was made of more than is left.
            let keep = window.lapped && self.stands(coarser, interval)?;
            if !keep {
                coarse.push(Slot { interval, value });
            }
        }
        Ok(coarse)
    }

    /// The fine slots of a coarse interval as they will be when the `new` ones are written.
    fn window(
        &self,
        finer: &Archive,
        base: Option<u32>,
        interval: u32,
        new: &[Slot],
        slots: usize,
    ) -> Result<Window, Error> {
        let stored = match base {
            Some(base) if new.len() < slots => {
                self.read_slots(finer, base, interval.into(), slots)?
            }
            // Nothing is written yet, or all of it is new.
            _ => vec![0; slots * SLOT_BYTES],
        };
        let mut window = Window { known: Vec::with_capacity(slots), slots, lapped: false };
        let mut new = new.iter().peekable();
        let mut expected = i64::from(interval);
        for stored in decode_slots(&stored) {
            if let Some(slot) = new.next_if(|slot| i64::from(slot.interval) == expected) {
                window.known.push(slot.value);
            } else if i64::from(stored.interval) == expected {
                window.known.push(stored.value);
            } else {
                window.lapped |= i64::from(stored.interval) > expected;
            }
            expected += finer.step();
        }
        Ok(window)
    }

    fn stands(&self, archive: &Archive, interval: u32) -> Result<bool, Error> {
        match self.base(archive)? {
            Some(base) => Ok(self.read_slot(archive, base, interval.into())?.is_some()),
            None => Ok(false),
        }
    }
}

impl Window {
    /// The coarse value, where enough is known for one.
    fn value(&self, header: &Header) -> Option<f64> {
        let share = self.known.len() as f64 / self.slots as f64;
        let enough = share >= f64::from(header.x_files_factor());
        enough.then(|| header.method().aggregate(&self.known, self.slots))?
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
