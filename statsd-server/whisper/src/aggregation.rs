//! How several fine values become one coarse value.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// How the known values of a coarse interval are made into one.
///
/// The names are those of the Python library and of `storage-aggregation.conf`:
///
/// ```
/// use statsd_whisper::AggregationMethod;
///
/// assert_eq!("avg_zero".parse::<AggregationMethod>()?, AggregationMethod::AvgZero);
/// assert_eq!(AggregationMethod::AbsMax.to_string(), "absmax");
/// # Ok::<(), statsd_whisper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregationMethod {
    /// The mean of the known values.
    Average,
    /// Their sum.
    Sum,
    /// The latest of them.
    Last,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// The mean over all slots, where an unknown one counts as 0.
    AvgZero,
    /// The one farthest from 0, with its sign.
    AbsMax,
    /// The one nearest to 0, with its sign.
    AbsMin,
}

impl AggregationMethod {
    /// Every method, in the order of the codes that stand for them in a file.
    pub const ALL: [Self; 8] = [
        Self::Average,
        Self::Sum,
        Self::Last,
        Self::Max,
        Self::Min,
        Self::AvgZero,
        Self::AbsMax,
        Self::AbsMin,
    ];

    /// The name, as configuration files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Average => "average",
            Self::Sum => "sum",
            Self::Last => "last",
            Self::Max => "max",
            Self::Min => "min",
            Self::AvgZero => "avg_zero",
            Self::AbsMax => "absmax",
            Self::AbsMin => "absmin",
        }
    }

    /// What go-whisper takes this method for when it reads it from a file: it gives three of the codes
    /// other meanings. A file written there with one of those is read as the method of the code here.
    ///
    /// ```
    /// use statsd_whisper::AggregationMethod;
    ///
    /// assert_eq!(AggregationMethod::Sum.go_whisper_name(), "sum");
    /// assert_eq!(AggregationMethod::AvgZero.go_whisper_name(), "first");
    /// ```
    pub fn go_whisper_name(self) -> &'static str {
        match self {
            Self::AvgZero => "first",
            Self::AbsMax => "mix",
            Self::AbsMin => "percentile",
            other => other.name(),
        }
    }

    pub(crate) fn code(self) -> u32 {
        match self {
            Self::Average => 1,
            Self::Sum => 2,
            Self::Last => 3,
            Self::Max => 4,
            Self::Min => 5,
            Self::AvgZero => 6,
            Self::AbsMax => 7,
            Self::AbsMin => 8,
        }
    }

    pub(crate) fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.code() == code)
    }

    /// One value for the `known` ones, oldest first, out of `slots` slots; nothing where nothing is
    /// known.
    pub(crate) fn aggregate(self, known: &[f64], slots: usize) -> Option<f64> {
        // From 0.0 on, not by `Iterator::sum`, which keeps the sign of a lone -0.0; Python does not.
        let sum = || known.iter().fold(0.0, |sum, value| sum + value);
        // Of equals the earlier stays, and NaN is never better: what Python's max() and min() do.
        let pick = |better: fn(f64, f64) -> bool| {
            known
                .iter()
                .copied()
                .reduce(|best, value| if better(value, best) { value } else { best })
        };
        let last = *known.last()?;
        match self {
            Self::Average => Some(sum() / known.len() as f64),
            Self::Sum => Some(sum()),
            Self::Last => Some(last),
            Self::Max => pick(|a, b| a > b),
            Self::Min => pick(|a, b| a < b),
            Self::AvgZero => Some(sum() / slots as f64),
            Self::AbsMax => pick(|a, b| a.abs() > b.abs()),
            Self::AbsMin => pick(|a, b| a.abs() < b.abs()),
        }
    }
}

impl FromStr for AggregationMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|method| method.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(
                ErrorKind::InvalidAggregationMethod,
                format_args!("{text:?}"),
                format!("not an aggregation method ({names})"),
            )
        })
    }
}

impl fmt::Display for AggregationMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests;
