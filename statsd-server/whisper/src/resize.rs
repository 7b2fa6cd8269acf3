//! The points of a file into one of other archives, which takes its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::Archive;
use crate::create::{Allocation, NewFile};
use crate::error::Error;
use crate::fetch::{check_now, grid};
use crate::file::Whisper;
use crate::layout::{Header, Slot};
use crate::update::Point;

/// Points that are written between two calls of the progress callback.
const CHUNK_POINTS: usize = 8_192;

/// How a file is resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResizeOptions {
    /// How the new archives get their points.
    pub refill: Refill,
    /// Keeps the old file, with `.bak` after its name; one that is there already is replaced.
    pub keep_backup: bool,
    /// Waits until the new file and its name are on the disk before the old one is let go.
    pub sync: bool,
    /// What happens to the disk space of slots without a point.
    pub allocation: Allocation,
}

impl ResizeOptions {
    /// Without a backup, not synced, sparse.
    pub fn new(refill: Refill) -> Self {
        let allocation = Allocation::Sparse;
        Self { refill, keep_backup: false, sync: false, allocation }
    }
}

/// How the archives of a resized file get their points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refill {
    /// As Python's `whisper-resize` does: all points of each old archive, the coarsest first, as one
    /// batch of updates. Where a fine archive has a gap, or did not reach back to, one of its slots
    /// gets the coarse value of that time, and the coarse value is made anew of that.
    Python,
    /// A new archive with the step of an old one has that one's values and gaps, as far as it reaches.
    /// All else is as with [`Aggregate`](Self::Aggregate). Nothing that stood in the old file is made
    /// anew, and no coarse value stands where a fine one was missing.
    Exact,
    /// As `whisper-resize --aggregate`: each new value is made of all old ones of its interval, each
    /// time from the finest old archive that reaches back to it, where the share of known ones is at
    /// least the new xFilesFactor. Each archive is made for itself. The tool errs in three places: it
    /// writes coarse values into fine slots as well, so that sums count them twice; it leaves out the
    /// oldest slot of each old archive; and unless `now` begins a step, its intervals begin late.
    Aggregate,
}

/// How far a long operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Points that were looked at.
    pub done: u64,
    /// Points that there are to be looked at.
    pub total: u64,
}

impl Whisper {
    /// Gives the file other archives, another method or xFilesFactor, and keeps its points as far as
    /// those hold them.
    ///
    /// A new file is written beside the old one, with its permissions, and renamed over it: whatever
    /// happens, a whole one stands at the path. This one is the new file then; nobody else may write
    /// the old one meanwhile. If it was [opened with a lock](Self::open_locked), the new one is locked
    /// before it is renamed.
    ///
    /// Reads an archive at a time into memory, and calls `progress` after every few thousand points.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidTime`](crate::ErrorKind::InvalidTime), and the operating system's; the old
    /// file stands as it was then, unless only the last sync failed.
    ///
    /// ```
    /// use statsd_whisper::{
    ///     AggregationMethod, Header, Refill, ResizeOptions, Whisper, parse_retentions,
    /// };
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h")?;
    /// let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let _ = file.update(now, 2.0, now)?;
    ///
    /// let longer = Header::new(&parse_retentions("10s:2h,1m:1d")?, AggregationMethod::Sum, 0.0)?;
    /// let mut last = None;
    /// let options = ResizeOptions { keep_backup: true, ..ResizeOptions::new(Refill::Exact) };
    /// file.resize(&longer, options, now, |progress| last = Some(progress))?;
    /// assert_eq!(Whisper::open(&path)?.header(), &longer);
    /// assert_eq!(file.fetch_archive(60, now - 60, now, now)?.expect("in range").values, [Some(2.0)]);
    /// assert!(folder.path().join("a.wsp.bak").exists());
    /// assert!(last.is_some_and(|last| last.done == last.total));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resize(
        &mut self,
        header: &Header,
        options: ResizeOptions,
        now: i64,
        progress: impl FnMut(Progress),
    ) -> Result<(), Error> {
        let now = check_now(now, self.path())?;
        let mut new = NewFile::create(self.path(), header, options.allocation)?;
        self.copy_permissions(&new)?;
        let told = Progress { done: 0, total: 0 };
        let mut refilling = Refilling { old: self, new: &mut new.whisper, now, progress, told };
        match options.refill {
            Refill::Python => refilling.as_updates()?,
            Refill::Exact => refilling.each_archive(true)?,
            Refill::Aggregate => refilling.each_archive(false)?,
        }
        refilling.finish();
        if self.is_locked() {
            new.whisper.lock()?;
        }
        if options.keep_backup {
            keep_backup(self.path())
                .map_err(|source| self.disk().io("cannot keep it as .bak", source))?;
        }
        *self = new.rename(options.sync)?;
        Ok(())
    }

    fn copy_permissions(&self, new: &NewFile) -> Result<(), Error> {
        let copied = self
            .disk()
            .file()
            .metadata()
            .and_then(|old| new.whisper.disk().file().set_permissions(old.permissions()));
        copied.map_err(|source| self.disk().io("cannot copy its permissions", source))
    }
}

/// A second name for the file, so that at no time none stands at its own.
fn keep_backup(path: &Path) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".bak");
    let backup = PathBuf::from(name);
    match fs::remove_file(&backup) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Not every file system has links; a copy does as well.
    fs::hard_link(path, &backup).or_else(|_| fs::copy(path, &backup).map(drop))
}

struct Refilling<'a, P> {
    old: &'a Whisper,
    new: &'a mut Whisper,
    now: i64,
    progress: P,
    told: Progress,
}

/// A value of an old archive, or the lack of one, and its interval.
type Known = (i64, Option<f64>);

impl<P: FnMut(Progress)> Refilling<'_, P> {
    /// Writes the points of the old archives, the coarsest first, as updates do.
    fn as_updates(&mut self) -> Result<(), Error> {
        self.expect(self.old.header());
        for (index, archive) in self.old.header().archives().iter().enumerate().rev() {
            let values = self.old_values(index, self.now - archive.seconds(), self.now)?;
            for values in values.chunks(CHUNK_POINTS) {
                let known = values
                    .iter()
                    .filter_map(|&(timestamp, value)| Some(Point { timestamp, value: value? }));
                let _ = self.new.update_many(&known.collect::<Vec<_>>(), self.now)?;
                self.tell(values.len());
            }
        }
        Ok(())
    }

    /// Makes each new archive for itself: of the old one of the same step as far as that reaches,
    /// where that is to hold, else of all values of an interval, each time from the finest archive
    /// that reaches back to it.
    fn each_archive(&mut self, same_step_holds: bool) -> Result<(), Error> {
        let timeline = self.timeline()?;
        let (old, header) = (self.old.header(), self.new.header().clone());
        self.expect(&header);
        for (index, archive) in header.archives().iter().enumerate() {
            let same_step = |(_, old): &(usize, &Archive)| old.step() == archive.step();
            let same =
                old.archives().iter().enumerate().find(same_step).filter(|_| same_step_holds);
            let oldest = archive.oldest(self.now);
            let held_from = same.map_or(i64::MAX, |(_, same)| same.oldest(self.now).max(oldest));
            let [begin, end] = [oldest, held_from.max(oldest)]
                .map(|limit| timeline.partition_point(|(timestamp, _)| *timestamp < limit));
            let mut values = aggregated(&header, archive, &timeline[begin..end]);
            if let Some((same, _)) = same {
                // The range begins after its start.
                values.extend(self.old_values(same, held_from - archive.step(), self.now)?);
            }
            let slots: Vec<Slot> = values
                .into_iter()
                .filter_map(|(interval, value)| {
                    Some(Slot { interval: u32::try_from(interval).ok()?, value: value? })
                })
                .collect();
            for slots in slots.chunks(CHUNK_POINTS) {
                let mut overlay = self.new.overlay();
                overlay.put_runs(index, archive, slots)?;
                overlay.flush()?;
                self.tell(slots.len());
            }
        }
        Ok(())
    }

    /// All times that the old file reaches back to, each from the finest archive that does.
    fn timeline(&self) -> Result<Vec<Known>, Error> {
        let mut parts = Vec::new();
        let mut until = self.now;
        for (index, archive) in self.old.header().archives().iter().enumerate() {
            let from = self.now - archive.seconds();
            if from < until {
                parts.push(self.old_values(index, from, until)?);
                until = from;
            }
        }
        Ok(parts.into_iter().rev().flatten().collect())
    }

    /// What stands in an old archive in `(from, until]`, known or not.
    fn old_values(&self, index: usize, from: i64, until: i64) -> Result<Vec<Known>, Error> {
        let archive = &self.old.header().archives()[index];
        let (start, count) = grid(archive, from, until);
        let values = self.old.overlay().values(index, start, count)?;
        let intervals = (0..).map(|i| start + i * archive.step());
        // Where the ends of the range have one slot, the grid is the one after it.
        Ok(intervals.zip(values).filter(|(interval, _)| *interval <= until).collect())
    }

    fn expect(&mut self, header: &Header) {
        let points = header.archives().iter().map(|a| u64::from(a.retention().points));
        self.told.total = points.sum();
        self.tell(0);
    }

    fn tell(&mut self, points: usize) {
        self.told.done = self.told.total.min(self.told.done + points as u64);
        (self.progress)(self.told);
    }

    fn finish(mut self) {
        self.told.done = self.told.total;
        (self.progress)(self.told);
    }
}

/// One value for each interval of an archive that enough is known of.
fn aggregated(header: &Header, archive: &Archive, values: &[Known]) -> Vec<Known> {
    let same_interval = |a: &Known, b: &Known| archive.interval(a.0) == archive.interval(b.0);
    let values = values.chunk_by(same_interval).map(|values| {
        let known: Vec<f64> = values.iter().filter_map(|(_, value)| *value).collect();
        let share = known.len() as f64 / values.len() as f64;
        let enough = share >= f64::from(header.x_files_factor());
        let value = header.method().aggregate(&known, values.len()).filter(|_| enough);
        (archive.interval(values[0].0), value)
    });
    values.collect()
}

#[cfg(test)]
mod tests;
