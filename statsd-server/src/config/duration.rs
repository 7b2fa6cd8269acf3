//! Durations as people write them: `10s`, `200ms`, `5min`, `1h`.

use std::time::Duration;

use serde::Deserialize;

/// Reads a number with a unit: `ms`, `s`, `m` or `min`, `h`.
///
/// ```
/// use statsd_server::config::parse_duration;
///
/// assert_eq!(parse_duration("1.5s").unwrap().as_millis(), 1500);
/// assert_eq!(parse_duration("10").unwrap_err(), "\"10\" has no unit: write 10s, 500ms, 5m or 1h");
/// ```
///
/// # Errors
/// What is wrong with the text, in words.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "" => return Err(format!("{text:?} has no unit: write 10s, 500ms, 5m or 1h")),
        unit => {
            return Err(format!(
                "{text:?} has the unknown unit {unit:?}: ms, s, m and h are known"
            ));
        }
    };
    let number: f64 = digits.trim().parse().map_err(|_| format!("{text:?} is not a duration"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| format!("{text:?} is not a duration"))
}

pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}
