//! Graphite's times (`-1h`, `now-30min`, `noon_yesterday`, `20260304`) → seconds since the epoch.
//!
//! A time is all digits (an epoch, or YYYYMMDD where it looks like one), or a reference with an offset
//! after its first `+` or `-`. The reference is empty or `now`, or a time of day followed by a day:
//! `HH:MM[am|pm]`, `9am`, `noon`, `midnight`, `teatime` (16:00), else 00:00; then `today`, `yesterday`,
//! `tomorrow`, `MM/DD/YY[YY]`, YYYYMMDD, `jan8`, or a weekday, the most recent one and today's
//! included. The offset is a sign and pairs of number and unit: s, min, h, d, w, mon (30 days), y (365).
//! Case, blanks, `_` and `,` mean nothing.
//!
//! A local time that the clocks skip or repeat is taken in standard time, and an offset is added as
//! elapsed time, both as Graphite does. Where this differs, it is on purpose:
//!
//! - `12am` is midnight and `12pm` noon. graphite-web has them the other way round, which nobody means.
//! - Hours above 23, minutes above 59, days that a month does not have and names that only begin like
//!   a weekday or month (`mondoy`) are errors; Python raises or guesses, depending on the place.
//! - A sign without number and unit behind it is an error; graphite-web reads `now-` as `now`.
//! - Times before 1970 are 1970 and nothing is earlier: `-100years` asks for everything.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::limits::TIME_MAX_BYTES;

/// The last second of the year 9999, UTC, beyond which calendars do not go.
const LATEST: i64 = 253_402_207_200;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time: {reason}")]
pub struct TimeError {
    /// The text, cut where it is absurdly long.
    pub text: String,
    /// What is wrong, naming the part.
    pub reason: String,
}

/// Reads a time as of `now`, with days and clock times of `zone`. Pure.
///
/// ```
/// use jiff::tz::TimeZone;
/// use statsd_server::query::attime::parse;
///
/// let now = 1_772_600_000; // 2026-03-04 04:53:20 UTC
/// assert_eq!(parse("-1h", now, &TimeZone::UTC), Ok(now - 3_600));
/// assert_eq!(parse("noon_yesterday", now, &TimeZone::UTC), Ok(1_772_539_200));
/// assert!(parse("1h", now, &TimeZone::UTC).unwrap_err().reason.contains("unknown day"));
/// ```
pub fn parse(text: &str, now: i64, zone: &TimeZone) -> Result<i64, TimeError> {
    read(text, now, zone)
        .map(|seconds| seconds.max(0))
        .map_err(|reason| TimeError { text: text.chars().take(TIME_MAX_BYTES).collect(), reason })
}

fn read(text: &str, now: i64, zone: &TimeZone) -> Result<i64, String> {
    if text.len() > TIME_MAX_BYTES {
        return Err(format!("longer than {TIME_MAX_BYTES} bytes"));
    }
    if !text.is_ascii() {
        return Err("not ASCII".into());
    }
    let plain: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && !"_,".contains(*c))
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if is_digits(&plain) && !looks_like_a_date(&plain) {
        return plain
            .parse()
            .ok()
            .filter(|seconds| *seconds <= LATEST)
            .ok_or_else(|| "later than the year 9999".to_owned());
    }
    let offset_at = plain.find(['+', '-']).unwrap_or(plain.len());
    let (reference, offset) = plain.split_at(offset_at);
    reference_seconds(reference, now, zone)?
        .checked_add(offset_seconds(offset)?)
        .filter(|seconds| *seconds <= LATEST)
        .ok_or_else(|| "later than the year 9999".to_owned())
}

fn reference_seconds(reference: &str, now: i64, zone: &TimeZone) -> Result<i64, String> {
    if reference.is_empty() || reference == "now" {
        return Ok(now);
    }
    let today = Timestamp::from_second(now)
        .map_err(|_| "now is beyond the calendar".to_owned())?
        .to_zoned(zone.clone())
        .date();
    let (time, day) = time_of_day(reference)?;
    seconds_of(date(day, today)?.to_datetime(time), zone)
}

/// `later` means standard time both where clocks skip an hour and where they repeat one.
fn seconds_of(local: DateTime, zone: &TimeZone) -> Result<i64, String> {
    zone.to_ambiguous_timestamp(local)
        .later()
        .map(Timestamp::as_second)
        .map_err(|_| "beyond the calendar".to_owned())
}

/// Splits what names a time of day from the day behind it.
fn time_of_day(text: &str) -> Result<(Time, &str), String> {
    for (name, hour) in [("noon", 12), ("midnight", 0), ("teatime", 16)] {
        if let Some(day) = text.strip_prefix(name) {
            return Ok((Time::constant(hour, 0, 0, 0), day));
        }
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return Ok((Time::midnight(), text));
    }
    let (hour, rest) = text.split_at(digits);
    let (minute, rest) = match rest.strip_prefix(':') {
        None if rest.starts_with("am") || rest.starts_with("pm") => ("0", rest),
        None => return Ok((Time::midnight(), text)),
        Some(rest) => rest
            .split_at_checked(2)
            .filter(|(minute, _)| is_digits(minute))
            .ok_or_else(|| format!("{text:?} needs two digits of minutes"))?,
    };
    let wrong = || format!("{:?} is no time of day", &text[..text.len() - rest.len()]);
    let hour: i8 = hour.parse().map_err(|_| wrong())?;
    let minute = minute.parse().map_err(|_| wrong())?;
    let (hour, day) = match (rest.strip_prefix("am"), rest.strip_prefix("pm")) {
        (None, None) => (hour, rest),
        _ if !(1..=12).contains(&hour) => return Err(wrong()),
        (Some(day), _) => (hour % 12, day),
        (_, Some(day)) => (hour % 12 + 12, day),
    };
    Time::new(hour, minute, 0, 0).map(|time| (time, day)).map_err(|_| wrong())
}

fn date(day: &str, today: Date) -> Result<Date, String> {
    let beyond = |_| "beyond the calendar".to_owned();
    match day {
        "" | "today" => return Ok(today),
        "yesterday" => return today.yesterday().map_err(beyond),
        "tomorrow" => return today.tomorrow().map_err(beyond),
        _ => {}
    }
    let parts = match day.split('/').collect::<Vec<_>>()[..] {
        [month, day, year] => Some((full_year(year), number(month), number(day))),
        [_] if day.len() == 8 && is_digits(day) => {
            Some((number(&day[..4]), number(&day[4..6]), number(&day[6..])))
        }
        _ => month_and_day(day).map(|(month, day)| (Some(today.year()), Some(month), day)),
    };
    if let Some((year, month, number)) = parts {
        return (|| Date::new(year?, i8::try_from(month?).ok()?, i8::try_from(number?).ok()?).ok())()
            .ok_or_else(|| format!("{day:?} is no date"));
    }
    let weekday = position(&WEEKDAYS, day).ok_or_else(|| format!("unknown day {day:?}"))?;
    let since = (i64::from(today.weekday().to_monday_zero_offset()) - weekday).rem_euclid(7);
    today.checked_sub(jiff::Span::new().days(since)).map_err(|_| "beyond the calendar".to_owned())
}

/// `jan8`: the month, and the day where digits follow it.
fn month_and_day(text: &str) -> Option<(i16, Option<i16>)> {
    let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let month = position(&MONTHS, &text[..digits])?;
    Some((i16::try_from(month).ok()? + 1, number(&text[digits..])))
}

/// Which of the names is meant, given in full or by three letters and more.
fn position(names: &[&str], text: &str) -> Option<i64> {
    let found = names.iter().position(|name| text.len() >= 3 && name.starts_with(text))?;
    i64::try_from(found).ok()
}

/// Two digits mean 1970 to 2069.
fn full_year(text: &str) -> Option<i16> {
    match number(text)? {
        year @ 0..70 => Some(2000 + year),
        year @ 70..100 => Some(1900 + year),
        year => Some(year),
    }
}

fn offset_seconds(offset: &str) -> Result<i64, String> {
    let (sign, mut rest) = match offset.split_at_checked(1) {
        None => return Ok(0),
        Some(("-", rest)) => (-1, rest),
        Some((_, rest)) => (1, rest),
    };
    let mut sum: i64 = 0;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, behind) = rest.split_at(digits);
        let letters = behind.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, behind) = behind.split_at(letters);
        if count.is_empty() || unit.is_empty() {
            return Err(format!("offset {offset:?} needs a number and a unit at {rest:?}"));
        }
        sum = count
            .parse::<i64>()
            .ok()
            .and_then(|count| count.checked_mul(unit_seconds(unit)?))
            .and_then(|seconds| sum.checked_add(seconds))
            .ok_or_else(|| offset_fault(offset, unit))?;
        rest = behind;
        if rest.is_empty() {
            return Ok(sign * sum);
        }
    }
}

fn offset_fault(offset: &str, unit: &str) -> String {
    match (unit, unit_seconds(unit)) {
        ("m", _) => format!("unit \"m\" of {offset:?} is min or mon"),
        (_, None) => format!("unknown unit {unit:?}; there are s, min, h, d, w, mon, y"),
        (_, Some(_)) => format!("offset {offset:?} is too large"),
    }
}

fn unit_seconds(unit: &str) -> Option<i64> {
    let units = [
        ("s", 1),
        ("min", MINUTE),
        ("h", HOUR),
        ("d", DAY),
        ("w", 7 * DAY),
        ("mon", 30 * DAY),
        ("y", 365 * DAY),
    ];
    units.iter().find(|(prefix, _)| unit.starts_with(prefix)).map(|(_, seconds)| *seconds)
}

/// Eight digits that could be a day of the calendar are one and no second of 1970.
fn looks_like_a_date(digits: &str) -> bool {
    digits.len() == 8
        && number(&digits[..4]).is_some_and(|year| year > 1900)
        && number(&digits[4..6]).is_some_and(|month| month < 13)
        && number(&digits[6..]).is_some_and(|day| day < 32)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<i16> {
    is_digits(text).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests;
