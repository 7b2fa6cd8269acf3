//! Durations as people write them: `10s`, `200ms`, `5min`, `1h`, `30d`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

/// Reads a number with a unit: `ms`, `s`, `m` or `min`, `h`, `d`, `w`.
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
        "d" => 86_400.0,
        "w" => 604_800.0,
        "" => return Err(format!("{text:?} has no unit: write 10s, 500ms, 5m or 1h")),
        unit => {
            return Err(format!(
                "{text:?} has the unknown unit {unit:?}: ms, s, m, h, d and w are known"
            ));
        }
    };
    let number: f64 = digits.trim().parse().map_err(|_| format!("{text:?} is not a duration"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| format!("{text:?} is not a duration"))
}

/// The shortest text that [`parse_duration`] reads as exactly this (up to some weeks).
pub(super) fn format_duration(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_nanos()) {
        (seconds, 0) if seconds > 0 && seconds.is_multiple_of(3600) => {
            format!("{}h", seconds / 3600)
        }
        (seconds, 0) if seconds > 0 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        (seconds, 0) => format!("{seconds}s"),
        (_, nanos) => {
            let fraction = format!("{:06}", nanos % 1_000_000);
            let text = format!("{}.{fraction}", duration.as_millis());
            format!("{}ms", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

pub(super) fn serialize<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format_duration(*duration))
}

/// A duration that may be missing.
pub(super) mod optional {
    use super::{Deserializer, Duration, Serializer};

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::deserialize(deserializer).map(Some)
    }

    #[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
    pub(in crate::config) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => super::serialize(duration, serializer),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let texts = ["0s", "1s", "90s", "1m", "2h", "200ms", "1500ms", "333.3333ms", "0.000001ms"];
        for text in texts {
            let duration = parse_duration(text).unwrap();
            assert_eq!(format_duration(duration), text);
        }
        assert_eq!(format_duration(parse_duration("3600s").unwrap()), "1h");
    }
}
