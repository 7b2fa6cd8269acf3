//! RRDtool's databases, as bytes → sources and rows → Whisper's archives. Pure: no clock, no file.
//! May not know the store, the configuration or the terminal. Data comes from `cli/`, which reads the
//! file, and goes back there as series to be written.
//!
//! A database is read in both of its forms: the native file as RRDtool writes it on 64-bit
//! little-endian machines (`native.rs`), and the XML of `rrdtool dump` (`xml.rs`, `dump.rs`), which is
//! the way for files of other machines. `series.rs` says what becomes of it as Whisper files.
//!
//! The stamps: RRDtool names a row by the *end* of what it covers, `(t - step, t]`, and Whisper by the
//! *start*. So the row that `rrdtool fetch` shows at t belongs to Whisper's interval t - step, which is
//! where Python's rrd2whisper puts it, too. The tests hold both forms against what `rrdtool fetch` prints.
//! (That tool writes coarse rows as updates, so that they fill gaps of the fine archive, and takes the
//! share that may be unknown for the one that must be known; here it is neither.)

mod dump;
mod native;
mod series;
mod xml;

use std::fmt;

use statsd_whisper::AggregationMethod;

pub use series::{Archive, Series, series};

/// What the native file begins with; no XML does.
const COOKIE: &[u8] = b"RRD\0";

/// A database: what is measured, and the rows of its archives.
#[derive(Debug, Clone, PartialEq)]
pub struct Database {
    /// Seconds since the epoch of the last update.
    pub updated: u32,
    /// What is measured, in the order of a row's values; at least one.
    pub sources: Vec<Source>,
    /// The archives that hold measured values.
    pub round_robins: Vec<RoundRobin>,
    /// What the others hold, by RRDtool's name of the function: `HWPREDICT`.
    pub skipped: Vec<String>,
}

/// A data source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name: `traffic_in`. Munin calls every source `42`.
    pub name: String,
    /// `GAUGE`, `COUNTER`, `DERIVE`, `ABSOLUTE` …; the rows of all of them hold values or rates as they
    /// are drawn.
    pub kind: String,
}

/// One archive of a database: a row for each step, with a value for each source.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundRobin {
    /// How a row was made of the values that it covers.
    pub function: Function,
    /// Seconds that a row covers, above 0.
    pub step: u32,
    /// The share of a row that may be unknown, 0..=1. Whisper's xFilesFactor is what must be known.
    pub may_be_unknown: f64,
    /// Row after row, oldest first, each with a value for each source; NaN where it is unknown.
    pub values: Vec<f64>,
}

impl RoundRobin {
    /// Where the newest row ends, seconds since the epoch.
    fn newest_end(&self, updated: u32) -> i64 {
        i64::from(updated - updated % self.step)
    }

    /// The known values of one of `sources`, oldest first, with the start of what each covers.
    pub(crate) fn known(
        &self,
        source: usize,
        sources: usize,
        updated: u32,
    ) -> impl Iterator<Item = (i64, f64)> {
        let step = i64::from(self.step);
        let rows = self.values.len() / sources.max(1);
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let first = self.newest_end(updated).saturating_sub(step.saturating_mul(rows));
        let values = self.values.iter().skip(source).step_by(sources.max(1));
        let starts = (0..).map(move |row: i64| first.saturating_add(step.saturating_mul(row)));
        // Interval 0 and those before it have no slot in Whisper.
        starts.zip(values.copied()).filter(|(start, value)| *start > 0 && value.is_finite())
    }
}

/// How the rows of an archive are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// The mean over the time that is known.
    Average,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The latest.
    Last,
}

impl Function {
    /// All that hold measured values.
    pub const ALL: [Self; 4] = [Self::Average, Self::Min, Self::Max, Self::Last];

    /// RRDtool's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Average => "AVERAGE",
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Last => "LAST",
        }
    }

    /// What Whisper calls it.
    pub fn method(self) -> AggregationMethod {
        match self {
            Self::Average => AggregationMethod::Average,
            Self::Min => AggregationMethod::Min,
            Self::Max => AggregationMethod::Max,
            Self::Last => AggregationMethod::Last,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why bytes are no database that can be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct RrdError {
    place: String,
    problem: String,
}

impl RrdError {
    fn new(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self { place: place.to_string(), problem: problem.to_string() }
    }
}

/// Reads a database, in whichever of the two forms.
///
/// Takes memory for the values alone, at most as much as `bytes`: counts are held against what is
/// there before anything is kept.
///
/// # Errors
/// The bytes are neither form, are cut off, or contradict themselves; the text says where.
pub fn read(bytes: &[u8]) -> Result<Database, RrdError> {
    if bytes.starts_with(COOKIE) {
        return native::read(bytes);
    }
    let begins = bytes.trim_ascii_start();
    let begins = begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begins);
    if !begins.starts_with(b"<") {
        let problem = "neither a file of RRDtool nor the XML of `rrdtool dump`";
        return Err(RrdError::new("byte 0", problem));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        RrdError::new(format_args!("byte {}", error.valid_up_to()), "not UTF-8")
    })?;
    dump::read(text)
}

/// Seconds of a row, of those of the base step and of how many make one.
fn row_seconds(step: u64, per_row: u64) -> Result<u32, String> {
    step.checked_mul(per_row)
        .and_then(|step| u32::try_from(step).ok())
        .filter(|step| *step > 0)
        .ok_or_else(|| {
            format!("rows of {per_row} steps of {step} s, where 1 to {} s can be", u32::MAX)
        })
}

/// Text of a stranger as it is shown in an error: short, and in one line.
fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    format!("{shown:?}")
}

#[cfg(test)]
mod tests;
