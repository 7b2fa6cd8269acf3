//! Fine values into coarse ones.

use crate::archive::Archive;
use crate::error::Error;
use crate::file::Whisper;
use crate::layout::{Header, decode_slots, encode_slots};

/// What the fine archive knows of one coarse interval.
struct Window {
    /// The values, oldest first.
    known: Vec<f64>,
    /// Slots, known or not.
    slots: usize,
    /// Some slots hold newer intervals already: what stood there is gone, and `known` is the rest.
    lapped: bool,
}

impl Whisper {
    /// Makes those coarse values anew that the `changed` intervals (oldest first) of an archive are
    /// part of, archive by archive, until nothing changes any more.
    pub(crate) fn propagate(
        &self,
        index: usize,
        base: u32,
        mut changed: Vec<u32>,
        now: i64,
    ) -> Result<(), Error> {
        let archives = &self.header().archives()[index..];
        let mut base = base;
        for pair in archives.windows(2) {
            let [finer, coarser] = pair else { break };
            let Some(ratio) = ratio(finer, coarser) else { break };
            for interval in &mut changed {
                *interval -= *interval % coarser.retention().seconds_per_point;
            }
            changed.dedup();
            // The one before the oldest shares its slot with the newest: it may not be written.
            changed.retain(|interval| i64::from(*interval) >= coarser.oldest(now));

            let mut coarser_base = self.base(coarser)?;
            let mut written = Vec::with_capacity(changed.len());
            for interval in changed {
                let window = self.window(finer, base, interval, ratio)?;
                let Some(value) = window.value(self.header()) else { continue };
                if let Some(base) = coarser_base
                    && window.lapped
                    && self.read_slot(coarser, base, interval.into())?.is_some()
                {
                    // What stands there was made of more than is left.
                    continue;
                }
                let base = *coarser_base.get_or_insert(interval);
                let slot = encode_slots([(interval, value)].into_iter());
                self.write_slots(coarser, base, interval, &slot)?;
                written.push(interval);
            }
            let (Some(next), false) = (coarser_base, written.is_empty()) else { break };
            (base, changed) = (next, written);
        }
        Ok(())
    }

    fn window(
        &self,
        finer: &Archive,
        base: u32,
        interval: u32,
        slots: usize,
    ) -> Result<Window, Error> {
        let bytes = self.read_slots(finer, base, interval.into(), slots)?;
        let mut window = Window { known: Vec::with_capacity(slots), slots, lapped: false };
        let mut expected = i64::from(interval);
        for (stored, value) in decode_slots(&bytes) {
            if i64::from(stored) == expected {
                window.known.push(value);
            }
            window.lapped |= i64::from(stored) > expected;
            expected += finer.step();
        }
        Ok(window)
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
