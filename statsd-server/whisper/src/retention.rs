//! How long values are kept and how finely, as people write it: `10s:6h`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// Archives in one file. Each step is at least twice the one before it, so 32 bits hold no more.
pub const ARCHIVES_MAX: usize = 32;

/// One archive's resolution and length.
///
/// Written `STEP:LENGTH`. A plain number is seconds as the step and points as the length; with a
/// unit (a prefix of seconds, minutes, hours, days, weeks or years) both are durations.
///
/// ```
/// use statsd_whisper::Retention;
///
/// let six_hours = Retention { seconds_per_point: 10, points: 2160 };
/// assert_eq!("10:2160".parse::<Retention>()?, six_hours);
/// assert_eq!("10s:6h".parse::<Retention>()?, six_hours);
/// assert_eq!(six_hours.to_string(), "10:2160");
/// assert_eq!(six_hours.seconds(), 6 * 3_600);
/// # Ok::<(), statsd_whisper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Retention {
    /// Seconds that one value stands for.
    pub seconds_per_point: u32,
    /// Values kept.
    pub points: u32,
}

impl Retention {
    /// Seconds from the newest value to where the archive ends.
    pub fn seconds(self) -> u64 {
        u64::from(self.seconds_per_point) * u64::from(self.points)
    }
}

impl FromStr for Retention {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text.trim())
            .map_err(|problem| invalid_text(ErrorKind::InvalidRetention, text, problem))
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seconds_per_point, self.points)
    }
}

/// Parses a comma list of retentions, and answers it finest first.
///
/// # Errors
/// [`ErrorKind::InvalidRetention`] where an entry cannot be read, [`ErrorKind::InvalidArchives`]
/// where the entries make no file together: steps must be different and each divide the next, each
/// archive must reach farther back than the finer ones, and hold enough points for one of the next.
///
/// ```
/// let list = statsd_whisper::parse_retentions("10s:6h, 60:10080, 600:262974")?;
/// assert_eq!(list.len(), 3);
/// assert_eq!(list[0].to_string(), "10:2160");
///
/// let error = statsd_whisper::parse_retentions("10:60,25:600").unwrap_err();
/// assert_eq!(error.to_string(), r#""10:60,25:600": the step of 10:60 does not divide that of 25:600"#);
/// # Ok::<(), statsd_whisper::Error>(())
/// ```
pub fn parse_retentions(text: &str) -> Result<Vec<Retention>, Error> {
    let list = text.split(',').map(str::parse).collect::<Result<Vec<_>, _>>()?;
    finest_first(&list).map_err(|problem| invalid_text(ErrorKind::InvalidArchives, text, problem))
}

/// The list sorted by step, or what keeps it from being one file.
pub(crate) fn finest_first(list: &[Retention]) -> Result<Vec<Retention>, String> {
    let mut list = list.to_vec();
    list.sort_by_key(|retention| retention.seconds_per_point);
    if list.is_empty() {
        return Err("there must be at least one archive".to_owned());
    }
    if list.len() > ARCHIVES_MAX {
        return Err(format!("{} archives are more than {ARCHIVES_MAX}", list.len()));
    }
    list.iter().try_for_each(|retention| check_alone(*retention))?;
    for pair in list.windows(2) {
        if let [finer, coarser] = pair {
            check_neighbours(*finer, *coarser)?;
        }
    }
    Ok(list)
}

/// What every archive must be, in files from elsewhere too.
pub(crate) fn check_alone(retention: Retention) -> Result<(), String> {
    if retention.seconds_per_point == 0 {
        return Err(format!("{retention} has a step of 0 seconds"));
    }
    if retention.points == 0 {
        return Err(format!("{retention} keeps no points"));
    }
    if retention.seconds() > u64::from(u32::MAX) {
        return Err(format!("{retention} reaches back more than {} seconds", u32::MAX));
    }
    Ok(())
}

fn check_neighbours(finer: Retention, coarser: Retention) -> Result<(), String> {
    if finer.seconds_per_point == coarser.seconds_per_point {
        return Err(format!("{finer} and {coarser} have the same step"));
    }
    if !coarser.seconds_per_point.is_multiple_of(finer.seconds_per_point) {
        return Err(format!("the step of {finer} does not divide that of {coarser}"));
    }
    if coarser.seconds() <= finer.seconds() {
        return Err(format!("{coarser} reaches back no farther than {finer}"));
    }
    let ratio = coarser.seconds_per_point / finer.seconds_per_point;
    if finer.points < ratio {
        return Err(format!(
            "{finer} holds too few points for one of {coarser}, which takes {ratio}"
        ));
    }
    Ok(())
}

fn parse(text: &str) -> Result<Retention, String> {
    let (step, length) = text.split_once(':').ok_or("no colon between step and length")?;
    let step = match Amount::parse(step)? {
        Amount::Plain(seconds) | Amount::Seconds(seconds) => seconds,
    };
    if step == 0 {
        return Err("a step of 0 seconds".to_owned());
    }
    let points = match Amount::parse(length)? {
        Amount::Plain(points) => points,
        Amount::Seconds(seconds) => seconds / step,
    };
    let fits = |number: u64, what: &str| {
        u32::try_from(number).map_err(|_| format!("{number} {what} are more than {}", u32::MAX))
    };
    Ok(Retention { seconds_per_point: fits(step, "seconds")?, points: fits(points, "points")? })
}

/// A number alone, or a duration.
enum Amount {
    Plain(u64),
    Seconds(u64),
}

impl Amount {
    fn parse(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        if number.is_empty() {
            return Err(format!("{text:?} does not begin with a number"));
        }
        let too_large = || format!("{text:?} is too large");
        let number = number.parse::<u64>().map_err(|_| too_large())?;
        if unit.is_empty() {
            return Ok(Self::Plain(number));
        }
        let seconds = unit_seconds(unit)
            .ok_or_else(|| format!("{unit:?} is not a unit (s, m, h, d, w, y)"))?;
        number.checked_mul(seconds).map(Self::Seconds).ok_or_else(too_large)
    }
}

fn unit_seconds(unit: &str) -> Option<u64> {
    const DAY: u64 = 86_400;
    let units = [
        ("seconds", 1),
        ("minutes", 60),
        ("hours", 3_600),
        ("days", DAY),
        ("weeks", 7 * DAY),
        ("years", 365 * DAY),
    ];
    units.into_iter().find(|(name, _)| name.starts_with(unit)).map(|(_, seconds)| seconds)
}

fn invalid_text(kind: ErrorKind, text: &str, problem: String) -> Error {
    Error::new(kind, format_args!("{text:?}"), problem)
}

#[cfg(test)]
mod tests;
