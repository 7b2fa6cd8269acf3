//! Lines → points. Pure; knows no sockets.

use memchr::{memchr, memchr_iter, memchr2};

use super::Points;
use super::bad::{Bad, Reason};
use super::number;
use super::open_metrics::in_carbons_form;
use crate::limits::CARBON_NAME_MAX_BYTES;

/// The latest time that a series can hold: Whisper's are 32 bits of seconds.
const TIME_MAX: f64 = u32::MAX as f64;

/// Digits of a time that are read as a whole number at once; it cannot overflow.
const TIME_DIGITS: usize = 10;

/// Reads lines of `name value time`, with blanks between, into `points`; `\r\n` ends a line, too, and an empty
/// one is none. A bad line is counted in `bad`, and the rest is read. Of a text that is not UTF-8, only
/// the lines are lost that are not.
///
/// A value is whatever the standard library reads as a number. A time may have a fraction, which is cut off;
/// -1 is `now`. Tags of a name may be in OpenMetrics' form.
///
/// ```
/// use statsd_server::carbon::{Bad, Points, Reason, read_lines};
///
/// let (mut points, mut bad) = (Points::default(), Bad::default());
/// let text = b"disk;host=web1 4 1700000000\ndisk{host=\"web2\"} 5 -1\ndisk{host=\"\"} 6 -1\n";
/// read_lines(text, 1_700_000_060, &mut points, &mut bad);
/// let names: Vec<&str> = points.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["disk;host=web1", "disk;host=web2"]);
/// assert_eq!(bad.count(Reason::Tags), 1);
/// ```
pub fn read_lines(text: &[u8], now: i64, points: &mut Points, bad: &mut Bad) {
    match str::from_utf8(text) {
        Ok(text) => {
            let mut start = 0;
            for end in memchr_iter(b'\n', text.as_bytes()) {
                read(&text[start..end], now, points, bad);
                start = end + 1;
            }
            read(&text[start..], now, points, bad);
        }
        Err(_) => {
            for line in text.split(|&byte| byte == b'\n') {
                match str::from_utf8(line) {
                    Ok(line) => read(line, now, points, bad),
                    Err(_) => bad.add(Reason::NotUtf8, line),
                }
            }
        }
    }
}

fn read(line: &str, now: i64, points: &mut Points, bad: &mut Bad) {
    let line = line.trim_ascii();
    if line.is_empty() {
        return;
    }
    let Some((name, rest)) = field(line) else { return bad.add(Reason::Fields, line.as_bytes()) };
    let Some((value, time)) = field(rest) else { return bad.add(Reason::Fields, line.as_bytes()) };
    let read = number::parse(value).ok_or(Reason::Value).and_then(|value| {
        let timestamp = timestamp(time, now)?;
        Ok((timestamp, value))
    });
    match read {
        Ok((timestamp, value)) => {
            if let Err(reason) = take(name, timestamp, value, points, bad) {
                bad.add(reason, line.as_bytes());
            }
        }
        // What is taken for a time may be several fields.
        Err(_) if memchr2(b' ', b'\t', time.as_bytes()).is_some() => {
            bad.add(Reason::Fields, line.as_bytes());
        }
        Err(reason) => bad.add(reason, line.as_bytes()),
    }
}

/// Adds a point whose parts have been read, whatever they were read from. A name with tags as OpenMetrics has
/// them becomes one of carbon's.
pub(super) fn take(
    name: &str,
    timestamp: i64,
    value: f64,
    points: &mut Points,
    bad: &mut Bad,
) -> Result<(), Reason> {
    if value.is_nan() {
        bad.not_a_number += 1;
        return Ok(());
    }
    if value.is_infinite() {
        return Err(Reason::Infinite);
    }
    if name.len() > CARBON_NAME_MAX_BYTES {
        return Err(Reason::NameTooLong);
    }
    points.push(&in_carbons_form(name)?, timestamp, value);
    Ok(())
}

/// The first field, and what stands behind the blanks after it.
fn field(text: &str) -> Option<(&str, &str)> {
    let end = match memchr(b' ', text.as_bytes()) {
        // Blanks are spaces nearly always.
        Some(end) => memchr(b'\t', &text.as_bytes()[..end]).unwrap_or(end),
        None => memchr(b'\t', text.as_bytes())?,
    };
    let (field, rest) = text.split_at(end);
    Some((field, rest.trim_ascii_start()))
}

fn timestamp(text: &str, now: i64) -> Result<i64, Reason> {
    let digits = text.as_bytes();
    if (1..=TIME_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
        let time = digits.iter().fold(0, |time, digit| time * 10 + i64::from(digit - b'0'));
        return if time <= i64::from(u32::MAX) { Ok(time) } else { Err(Reason::TimeRange) };
    }
    seconds(number::parse(text).ok_or(Reason::Time)?, now)
}

/// A time as a number of seconds: its fraction is cut off, and -1 is `now`.
pub(super) fn seconds(time: f64, now: i64) -> Result<i64, Reason> {
    if time == -1.0 {
        Ok(now)
    } else if time.is_nan() {
        Err(Reason::Time)
    } else if (0.0..=TIME_MAX).contains(&time) {
        #[expect(clippy::cast_possible_truncation, reason = "the fraction is to be cut off")]
        Ok(time as i64)
    } else {
        Err(Reason::TimeRange)
    }
}

#[cfg(test)]
mod tests;
