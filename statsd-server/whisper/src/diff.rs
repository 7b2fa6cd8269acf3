//! Where two files differ.

use crate::error::{Error, ErrorKind};
use crate::fetch::{check_now, grid};
use crate::file::Whisper;

/// What two files say of one archive.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiveDiff {
    /// Seconds between two points of the archive.
    pub step: i64,
    /// Points that were compared.
    pub compared: usize,
    /// Those that are not the same, in order of time.
    pub differences: Vec<Difference>,
}

/// One interval of which two files say different things.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The interval, seconds since the epoch.
    pub timestamp: i64,
    /// What the file that was asked says.
    pub ours: Option<f64>,
    /// What the other one says.
    pub theirs: Option<f64>,
}

impl Whisper {
    /// Compares what two files of the same archives say up to `until`, archive by archive, finest
    /// first. Each is asked for what no finer one reaches back to. With `ignore_empty`, only
    /// intervals that both know are compared; else those that one of them knows. NaN is NaN.
    ///
    /// Reads both files' archives into memory, one at a time.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArchives`] where the archives are not the same,
    /// [`ErrorKind::InvalidTime`], and the operating system's.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Difference, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let archives = parse_retentions("10s:1h,1m:1d")?;
    /// let create = |name: &str| {
    ///     Whisper::create(folder.path().join(name), &archives, AggregationMethod::Sum, 0.5)
    /// };
    /// let (mut ours, theirs) = (create("a.wsp")?, create("b.wsp")?);
    /// let now = 1_772_599_850;
    /// let _ = ours.update(now, 2.0, now)?;
    ///
    /// let diffs = ours.diff(&theirs, false, now, now)?;
    /// let lacks = Difference { timestamp: now, ours: Some(2.0), theirs: None };
    /// assert_eq!(diffs[0].differences, [lacks]);
    /// assert_eq!((diffs[1].compared, diffs[1].differences.len()), (0, 0));
    /// assert_eq!(ours.diff(&theirs, true, now, now)?[0].compared, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn diff(
        &self,
        other: &Self,
        ignore_empty: bool,
        until: i64,
        now: i64,
    ) -> Result<Vec<ArchiveDiff>, Error> {
        let now = check_now(now, self.path())?;
        self.check_same_archives(other)?;
        let mut until = until.min(now);
        let mut diffs = Vec::new();
        for (index, archive) in self.header().archives().iter().enumerate() {
            let from = now - archive.seconds();
            let step = archive.step();
            let mut diff = ArchiveDiff { step, compared: 0, differences: Vec::new() };
            if until > from {
                let (start, count) = grid(archive, from, until);
                let ours = self.overlay().values(index, start, count)?;
                let theirs = other.overlay().values(index, start, count)?;
                let mut timestamp = start;
                for (ours, theirs) in ours.into_iter().zip(theirs) {
                    let known = [ours, theirs].iter().flatten().count();
                    if known == 2 || known == 1 && !ignore_empty {
                        diff.compared += 1;
                        if !same(ours, theirs) {
                            diff.differences.push(Difference { timestamp, ours, theirs });
                        }
                    }
                    timestamp += step;
                }
            }
            diffs.push(diff);
            until = until.min(from);
        }
        Ok(diffs)
    }

    /// Two files between which slots can be compared and copied.
    pub(crate) fn check_same_archives(&self, other: &Self) -> Result<(), Error> {
        let retentions = |file: &Self| -> Vec<String> {
            file.header().archives().iter().map(|a| a.retention().to_string()).collect()
        };
        let (ours, theirs) = (retentions(self), retentions(other));
        if ours == theirs {
            return Ok(());
        }
        let (ours, theirs) = (ours.join(","), theirs.join(","));
        let other = other.path().display();
        let problem = format!("its archives {ours} are not those of {other}, {theirs}");
        Err(self.error(ErrorKind::InvalidArchives, problem))
    }
}

fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => ours == theirs || ours.is_nan() && theirs.is_nan(),
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    }
}

#[cfg(test)]
mod tests;
