//! Points into one archive as they are: for those who bring whole archives from elsewhere.

use crate::error::{Error, ErrorKind};
use crate::file::Whisper;
use crate::layout::Slot;
use crate::update::Point;

impl Whisper {
    /// Writes points into the archive of this step and into no other: nothing is aggregated, and no
    /// archive is chosen by their age.
    ///
    /// For what was aggregated elsewhere, as the archives of another file or of another format. In any
    /// order; of several in one interval the last in `points` holds. Of intervals that share a slot the
    /// newest one holds, of those that stand in the file already, too. Answers how many it wrote.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchArchive`]; [`ErrorKind::InvalidTime`] for a timestamp whose interval the
    /// format cannot name (1 to 4,294,967,295); and the operating system's. Before the last of them
    /// nothing is written.
    pub fn place(&mut self, step: u32, points: &[Point]) -> Result<usize, Error> {
        let index = self.archive(step)?;
        let archive = self.header().archives()[index];
        let mut slots = Vec::with_capacity(points.len());
        for point in points {
            let interval = archive.interval(point.timestamp);
            let interval = u32::try_from(interval).ok().filter(|interval| *interval > 0);
            let interval = interval.ok_or_else(|| {
                let problem = format!("no interval of {step} s has a slot at {}", point.timestamp);
                self.error(ErrorKind::InvalidTime, problem)
            })?;
            slots.push(Slot { interval, value: point.value });
        }
        // Later ones first, so that they are the ones that are left of equals.
        slots.reverse();
        slots.sort_by_key(|slot| slot.interval);
        slots.dedup_by_key(|slot| slot.interval);
        let standing = self.points(step)?.last().map_or(0, |point| point.timestamp);
        let newest = slots.last().map_or(standing, |slot| standing.max(slot.interval.into()));
        slots.retain(|slot| i64::from(slot.interval) > newest - archive.seconds());

        let mut overlay = self.overlay();
        for run in slots.chunk_by(|a, b| b.interval - a.interval == step) {
            overlay.put_run(index, run)?;
        }
        overlay.flush()?;
        Ok(slots.len())
    }
}

#[cfg(test)]
mod tests;
