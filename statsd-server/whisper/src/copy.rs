//! The points of one file in another one, whose archives may be others.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::archive::{Archive, SLOT_BYTES};
use crate::error::Error;
use crate::fetch::check_now;
use crate::file::Whisper;
use crate::layout::{Header, Slot, encode_slot};

/// How far ahead of the caller's time a file's newest point may lie and still be the newest one: clocks of
/// machines differ.
const AHEAD_MAX_SECONDS: i64 = 60;

impl Whisper {
    /// Writes what this file holds at `now` to a new one that looks as `header` says, and waits until it
    /// is on the disk. This file stays as it is, so that the other can take its place in one rename.
    ///
    /// An archive of a step that this file has, too, keeps its values, as long as the method is the same;
    /// other values are made of the finest points that reach back so far, where the xFilesFactor allows it.
    /// Where there are only coarser points, each stands in the slot of its own time. Reads all points into
    /// memory; empty slots take no room on the disk.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Header, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let (path, other) = (folder.path().join("a.wsp"), folder.path().join("b.wsp"));
    /// let now = 1_772_599_850;
    /// let mut file = Whisper::create(path, &parse_retentions("10s:1h")?, AggregationMethod::Sum, 0.0)?;
    /// for age in [0, 10, 20] {
    ///     let _written = file.update(now - age, 1.0, now)?;
    /// }
    /// let longer = Header::new(&parse_retentions("10s:6h,1m:7d")?, AggregationMethod::Sum, 0.0)?;
    /// file.copy_to(&other, &longer, now)?;
    /// let copy = Whisper::open(&other)?;
    /// assert_eq!(copy.points(10)?, file.points(10)?);
    /// assert_eq!(copy.points(60)?.iter().map(|point| point.value).sum::<f64>(), 3.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidTime`](crate::ErrorKind::InvalidTime) for a `now` outside of 32 bits, and the
    /// operating system's, also where something stands at `path`. What was written before an error is
    /// the caller's to remove.
    pub fn copy_to(&self, path: impl AsRef<Path>, header: &Header, now: i64) -> Result<(), Error> {
        let path = path.as_ref();
        let now = check_now(now, self.path())?;
        let sources = self.sources(now)?;
        let newest = sources.first().and_then(|finest| finest.points.last_key_value());
        let now = newest.map_or(now, |(newest, _)| now.max(*newest));
        let io = |source| Error::io(path.display(), "cannot write a copy", source);
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(io)?;
        file.write_all_at(&header.to_bytes(), 0).map_err(io)?;
        file.set_len(header.file_bytes()).map_err(io)?;
        for archive in header.archives() {
            let slots = self.slots_of(archive, header, &sources, now);
            write(&file, archive, &slots).map_err(io)?;
        }
        file.sync_all().map_err(io)
    }

    /// What each archive holds of the time that it covers, finest first.
    fn sources(&self, now: i64) -> Result<Vec<Source>, Error> {
        let archives = self.header().archives();
        let mut sources = Vec::with_capacity(archives.len());
        for archive in archives {
            let (oldest, newest) = (archive.oldest(now), archive.interval(now + AHEAD_MAX_SECONDS));
            let points = self.points(archive.retention().seconds_per_point)?;
            let points = points.into_iter().map(|point| (point.timestamp, point.value));
            let points = points.filter(|(at, _)| (oldest..=newest).contains(at)).collect();
            sources.push(Source { step: archive.step(), oldest, points });
        }
        Ok(sources)
    }

    fn slots_of(
        &self,
        archive: &Archive,
        header: &Header,
        sources: &[Source],
        now: i64,
    ) -> Vec<Slot> {
        let window = archive.oldest(now)..=archive.interval(now);
        let step = archive.step();
        let mut buckets: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        let parts = parts(sources, step, archive.interval(now) + step);
        // Coarser points are older ones, and so they come in order of time.
        for part in parts.iter().rev() {
            for (at, value) in part.source.points.range(part.from..part.to) {
                buckets.entry(archive.interval(*at)).or_default().push(*value);
            }
        }
        let factor = f64::from(header.x_files_factor());
        let aggregated = |(interval, known): (i64, Vec<f64>)| {
            let slots: usize = parts.iter().map(|part| part.slots(interval, interval + step)).sum();
            let slots = slots.max(known.len());
            let enough = known.len() as f64 / slots as f64 >= factor;
            let value = header.method().aggregate(&known, slots).filter(|_| enough)?;
            Some((interval, value))
        };
        let mut values: BTreeMap<i64, f64> = buckets.into_iter().filter_map(aggregated).collect();
        let has_same_method = header.method() == self.header().method();
        let same_step = sources.iter().position(|source| source.step == step);
        if let Some(at) = same_step.filter(|at| has_same_method || *at == 0) {
            values.extend(sources[at].points.iter().map(|(at, value)| (*at, *value)));
        }
        let slot = |(interval, value)| {
            let interval = u32::try_from(interval).ok().filter(|interval| *interval != 0)?;
            Some(Slot { interval, value })
        };
        values.into_iter().filter(|(at, _)| window.contains(at)).filter_map(slot).collect()
    }
}

/// What an archive holds.
struct Source {
    step: i64,
    /// The oldest interval that it can hold.
    oldest: i64,
    points: BTreeMap<i64, f64>,
}

/// The time for which an archive's points are the finest.
struct Part<'a> {
    source: &'a Source,
    from: i64,
    to: i64,
}

/// Every archive's part of the past up to `end`, finest first, for slots of this step.
fn parts(sources: &[Source], step: i64, end: i64) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(sources.len());
    for source in sources {
        let to = parts.last().map_or(end, |finer| finer.from);
        parts.push(Part { source, from: source.oldest, to });
        // A coarse point that begins before the finer ones stands for the first of them, too: where both
        // would come to the same slot, it alone counts.
        if let [.., finer, coarser] = &mut parts[..]
            && step >= source.step
        {
            let whole = to + (-to).rem_euclid(source.step);
            (finer.from, coarser.to) = (whole.min(finer.to), whole.min(finer.to));
        }
    }
    parts
}

impl Part<'_> {
    /// Points that it could hold within a range.
    fn slots(&self, from: i64, to: i64) -> usize {
        let (from, to) = (from.max(self.from), to.min(self.to));
        let up = |at: i64| at.div_euclid(self.source.step) + i64::from(at % self.source.step != 0);
        usize::try_from(up(to) - up(from)).unwrap_or_default()
    }
}

/// Writes slots of an empty archive, oldest first, in as few calls as they have gaps.
fn write(file: &File, archive: &Archive, slots: &[Slot]) -> io::Result<()> {
    let Some(base) = slots.first().map(|slot| slot.interval) else { return Ok(()) };
    let step = archive.retention().seconds_per_point;
    let mut bytes = Vec::new();
    for run in slots.chunk_by(|a, b| b.interval - a.interval == step) {
        bytes.clear();
        for slot in run {
            let mut one = [0; SLOT_BYTES];
            encode_slot(*slot, &mut one);
            bytes.extend(one);
        }
        let first = run.first().map_or(base, |slot| slot.interval);
        file.write_all_at(&bytes, archive.byte_of(archive.slot(first.into(), base)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
