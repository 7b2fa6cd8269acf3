//! How settings are written in a configuration file, where serde's own way is not the readable one.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds of each unit, the largest first: a duration is written in the first that divides it.
const UNITS: [(&str, u128); 4] =
    [("s", NANOS_PER_SECOND), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// A setting that is one of a few words.
pub(super) mod word {
    use super::{Deserialize, Deserializer, Error, Serializer, Unexpected};
    use crate::config::Word;

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub(in crate::config) fn serialize<T: Word, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value.and_then(Word::word) {
            Some(word) => serializer.serialize_some(word),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::config) fn deserialize<'de, T: Word, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        match T::from_word(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(D::Error::invalid_value(Unexpected::Str(&text), &T::wanted().as_str())),
        }
    }
}

/// A duration: `"200ms"`, or a number of seconds.
pub(crate) mod duration {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Written(*duration).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        Written::deserialize(deserializer).map(|written| written.0)
    }
}

/// A duration that may be left out.
pub(super) mod optional_duration {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer, Written};

    #[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
    pub(in crate::config) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(Written).serialize(serializer)
    }

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Written>::deserialize(deserializer)?.map(|written| written.0))
    }
}

/// Tags as a table, in the order in which they stand there.
pub(super) mod tags {
    use super::{Deserializer, Pairs, Serializer};

    pub(in crate::config) fn serialize<S: Serializer>(
        tags: &[(String, String)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(tags.iter().map(|(key, value)| (key, value)))
    }

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, String)>, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

/// A duration as a file has it.
struct Written(Duration);

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = self.0.as_nanos();
        let unit = UNITS.iter().find(|(_, unit)| nanos.is_multiple_of(*unit));
        let (name, unit) = unit.expect("every whole number is a multiple of 1");
        serializer.collect_str(&format_args!("{}{name}", nanos / unit))
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self(Duration::ZERO))
    }
}

impl Visitor<'_> for Written {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration, such as \"200ms\", \"1.5s\" or a number of seconds")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self, E> {
        let duration = duration_of(text);
        duration.map(Self).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self, E> {
        Ok(Self(Duration::from_secs(seconds)))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self, E> {
        let duration = u64::try_from(seconds).map(Duration::from_secs);
        duration.map(Self).map_err(|_| E::invalid_value(Unexpected::Signed(seconds), &self))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self, E> {
        let duration = Duration::try_from_secs_f64(seconds);
        duration.map(Self).map_err(|_| E::invalid_value(Unexpected::Float(seconds), &self))
    }
}

/// Whole numbers of a unit are exact; fractions are rounded to a nanosecond.
fn duration_of(text: &str) -> Option<Duration> {
    let number = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(number);
    let &(_, unit) = UNITS.iter().find(|&&(name, _)| name == unit.trim_start())?;
    let Ok(whole) = number.parse::<u128>() else {
        let units = number.parse::<f64>().ok()?;
        return Duration::try_from_secs_f64(units * unit as f64 / NANOS_PER_SECOND as f64).ok();
    };
    let nanos = whole.checked_mul(unit)?;
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND).ok()?;
    Some(Duration::new(seconds, u32::try_from(nanos % NANOS_PER_SECOND).ok()?))
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of tags")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Self::Value, A::Error> {
        let mut tags = Vec::new();
        while let Some(tag) = table.next_entry()? {
            tags.push(tag);
        }
        Ok(tags)
    }
}
