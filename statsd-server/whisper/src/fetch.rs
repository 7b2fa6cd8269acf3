//! Values out of slots.

use std::path::Path;

use crate::archive::Archive;
use crate::deferred::Pending;
use crate::error::{Error, ErrorKind};
use crate::file::Whisper;
use crate::layout::{Header, NO_FILE};
use crate::overlay::Overlay;
use crate::update::Accepted;

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
    /// begins and `until` back to `now`; `None` where the range lies outside of both. Costs one
    /// system call for 4,096 points, one more where the archive wraps within the range.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRange`] where `until` is before `from`, [`ErrorKind::InvalidTime`] for a
    /// `now` outside of 32 bits, and the operating system's.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let _ = file.update(now, 2.0, now)?;
    /// let fetched = file.fetch(now - 20, now, now)?.expect("within what the file keeps");
    /// assert_eq!((fetched.start, fetched.step, fetched.end()), (now - 10, 10, now + 10));
    /// assert_eq!(fetched.values, [None, Some(2.0)]);
    /// assert_eq!(file.fetch(now + 1, now + 2, now)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fetch(&self, from: i64, until: i64, now: i64) -> Result<Option<Fetched>, Error> {
        self.fetch_with(Pending::default(), from, until, now)
    }

    /// What [`fetch`](Self::fetch) would answer if these points were written first, by
    /// [`update_accepted`](Self::update_accepted) in this order. The file stays as it is.
    ///
    /// The same code makes both answers, on memory instead of the file, so that it never shows
    /// whether points were written already. Costs what `fetch` does where no point touches the
    /// range, and about what writing the points would where one does, without the writes.
    ///
    /// # Errors
    /// As [`Whisper::fetch`].
    ///
    /// ```
    /// use statsd_whisper::{Accepted, AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let _ = file.update(now - 10, 1.0, now)?;
    /// let waiting = [Accepted { timestamp: 1_772_599_850, at: 1_772_599_850, value: 2.0 }];
    ///
    /// let fetched = file.fetch_with(&waiting, now - 20, now, now)?.expect("in range");
    /// assert_eq!(fetched.values, [Some(1.0), Some(2.0)]);
    /// let minute = file.fetch_archive_with(&waiting, 60, now - 60, now, now)?.expect("in range");
    /// assert_eq!(minute.values, [Some(3.0)]);
    /// assert_eq!(file.value_at_with(&waiting, now)?, Some(2.0));
    /// assert_eq!(file.value_at(now)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fetch_with<'p>(
        &self,
        pending: impl Into<Pending<'p>>,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, Error> {
        self.overlay().fetch(pending.into(), from, until, now, self.path())
    }

    /// The values in `(from, until]` from the archive of this step. A range longer than the archive
    /// is cut to the archive's length at its end.
    ///
    /// # Errors
    /// As [`Whisper::fetch`], and [`ErrorKind::NoSuchArchive`].
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let _ = file.update(now, 2.0, now)?;
    /// assert_eq!(file.fetch_archive(60, now - 60, now, now)?.expect("in range").values, [Some(2.0)]);
    /// assert!(file.fetch_archive(30, now - 60, now, now).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fetch_archive(
        &self,
        step: u32,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, Error> {
        self.fetch_archive_with(Pending::default(), step, from, until, now)
    }

    /// What [`fetch_archive`](Self::fetch_archive) would answer if these points were written first.
    /// See [`fetch_with`](Self::fetch_with).
    ///
    /// # Errors
    /// As [`Whisper::fetch_archive`].
    pub fn fetch_archive_with<'p>(
        &self,
        pending: impl Into<Pending<'p>>,
        step: u32,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, Error> {
        let Some((from, until)) = self.header().clamp(from, until, now, self.path())? else {
            return Ok(None);
        };
        self.overlay().grid(pending.into(), self.archive(step)?, from, until).map(Some)
    }

    /// What stands in the finest archive's slot of a timestamp, if it was written for it. Costs one
    /// system call; two where the archive was empty when it was last used.
    pub fn value_at(&self, timestamp: i64) -> Result<Option<f64>, Error> {
        self.value_at_with(Pending::default(), timestamp)
    }

    /// What [`value_at`](Self::value_at) would answer if these points were written first. See
    /// [`fetch_with`](Self::fetch_with).
    pub fn value_at_with<'p>(
        &self,
        pending: impl Into<Pending<'p>>,
        timestamp: i64,
    ) -> Result<Option<f64>, Error> {
        let Some(finest) = self.header().archives().first() else { return Ok(None) };
        if u32::try_from(timestamp).is_err() {
            return Ok(None);
        }
        let interval = finest.interval(timestamp);
        let mut overlay = self.overlay();
        let pending = pending.into();
        if touched(pending.timestamps(), finest, interval, 1) {
            overlay.put_pending(pending)?;
        }
        overlay.value_at(0, interval)
    }

    /// Which archive has this step.
    pub(crate) fn archive(&self, step: u32) -> Result<usize, Error> {
        let archives = self.header().archives();
        let found =
            archives.iter().position(|archive| archive.retention().seconds_per_point == step);
        found.ok_or_else(|| {
            let steps: Vec<_> = archives.iter().map(|archive| archive.step().to_string()).collect();
            let problem = format!("no archive has a step of {step} s, but {}", steps.join(", "));
            self.error(ErrorKind::NoSuchArchive, problem)
        })
    }
}

impl Header {
    /// What [`Whisper::fetch_with`] would answer from a file with this header that has no points
    /// yet, so that a series can be read before its file is made. Costs no system call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRange`] and [`ErrorKind::InvalidTime`], as [`Whisper::fetch`].
    ///
    /// ```
    /// use statsd_whisper::{Accepted, AggregationMethod, Header, parse_retentions};
    ///
    /// let header = Header::new(&parse_retentions("10s:1h,1m:1d")?, AggregationMethod::Sum, 0.0)?;
    /// let now = 1_772_599_850;
    /// let waiting = [Accepted { timestamp: 1_772_599_850, at: 1_772_599_850, value: 2.0 }];
    /// let fetched = header.fetch_pending(&waiting, now - 20, now, now)?.expect("in range");
    /// assert_eq!(fetched.values, [None, Some(2.0)]);
    /// # Ok::<(), statsd_whisper::Error>(())
    /// ```
    pub fn fetch_pending(
        &self,
        pending: &[Accepted],
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, Error> {
        Overlay::new(self, None).fetch(pending.into(), from, until, now, Path::new(NO_FILE))
    }

    /// The part of the range that a file with this header can know of.
    fn clamp(
        &self,
        from: i64,
        until: i64,
        now: i64,
        path: &Path,
    ) -> Result<Option<(i64, i64)>, Error> {
        let now = check_now(now, path)?;
        if from > until {
            let problem = format!("the range ends at {until}, before it starts at {from}");
            return Err(Error::new(ErrorKind::InvalidRange, path.display(), problem));
        }
        let longest = self.archives().iter().map(Archive::seconds).max();
        let oldest = now - longest.unwrap_or_default();
        if from > now || until < oldest {
            return Ok(None);
        }
        Ok(Some((from.max(oldest), until.min(now))))
    }
}

impl Overlay<'_> {
    fn fetch(
        self,
        pending: Pending<'_>,
        from: i64,
        until: i64,
        now: i64,
        path: &Path,
    ) -> Result<Option<Fetched>, Error> {
        let Some((from, until)) = self.header().clamp(from, until, now, path)? else {
            return Ok(None);
        };
        let mut archives = self.header().archives().iter();
        let Some(index) = archives.position(|archive| from >= now - archive.seconds()) else {
            return Ok(None);
        };
        self.grid(pending, index, from, until).map(Some)
    }

    fn grid(
        self,
        pending: Pending<'_>,
        index: usize,
        from: i64,
        until: i64,
    ) -> Result<Fetched, Error> {
        let (start, count) = grid(&self.header().archives()[index], from, until);
        let archive = &self.header().archives()[index];
        // All archives, also those coarser than the one that is asked: how points are written together depends
        // on each of them.
        let mut overlay = self;
        // Where nothing counts from slot 0, the first point that is written changes what all slots mean.
        let begins = !pending.is_empty() && overlay.base(index)?.is_none();
        let deferred = pending.deferred.filter(|_| index > 0);
        let deferred = deferred.map(|deferred| deferred.timestamps(overlay.header()));
        if begins
            || touched(pending.timestamps(), archive, start, count)
            || deferred.is_some_and(|made| touched(made, archive, start, count))
        {
            overlay.put_pending(pending)?;
        }
        let values = overlay.values(index, start, count)?;
        Ok(Fetched { start, step: archive.step(), values })
    }
}

/// The first interval of a range in an archive, and how many there are.
pub(crate) fn grid(archive: &Archive, from: i64, until: i64) -> (i64, usize) {
    let step = archive.step();
    let after_from = archive.interval(from) + step;
    let last = archive.interval(until).max(after_from);
    let start = after_from.max(last - archive.seconds() + step);
    let count =
        usize::try_from((last - start) / step + 1).expect("the last slot is not before the first");
    (start, count)
}

/// `now` as a time that the format can name. Below it, sums of times stay far from overflow.
pub(crate) fn check_now(now: i64, path: &Path) -> Result<i64, Error> {
    u32::try_from(now).map(i64::from).map_err(|_| {
        let problem = format!("now = {now} is not in 0..={} seconds", u32::MAX);
        Error::new(ErrorKind::InvalidTime, path.display(), problem)
    })
}

/// Whether what is written for one of these timestamps, in whichever archive first, may change the slots
/// of this range.
fn touched(
    mut timestamps: impl Iterator<Item = i64>,
    archive: &Archive,
    start: i64,
    count: usize,
) -> bool {
    let range = archive.step() * i64::try_from(count).unwrap_or(i64::MAX);
    // The slot of an interval is that of all intervals a number of rounds away.
    let slot = |interval: i64| (interval - start).rem_euclid(archive.seconds());
    timestamps.any(|timestamp| slot(archive.interval(timestamp)) < range)
}

#[cfg(test)]
mod tests;
