//! The values of rules, checked where they are read, so that an error names the line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use statsd_whisper::{AggregationMethod, Retention, parse_retentions};

/// The archives of a file, finest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retentions(pub Vec<Retention>);

impl FromStr for Retentions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_retentions(text).map(Self).map_err(|error| error.to_string())
    }
}

impl fmt::Display for Retentions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, retention) in self.0.iter().enumerate() {
            write!(f, "{}{retention}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Retentions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Retentions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How fine values become a coarse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(pub AggregationMethod);

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: statsd_whisper::Error| error.to_string())
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A share between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct XFilesFactor(f64);

impl XFilesFactor {
    /// What a file has without a rule of carbon's: half of the values must be known.
    pub(super) const CARBONS: Self = Self(0.5);

    /// The number, as a file holds it.
    #[expect(clippy::cast_possible_truncation, reason = "a file has 32 bits for it")]
    pub fn get(self) -> f32 {
        self.0 as f32
    }
}

impl TryFrom<f64> for XFilesFactor {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("the xFilesFactor {number} is not within 0 and 1"))
        }
    }
}

impl FromStr for XFilesFactor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<f64>().map_err(|_| format!("{text:?} is not a number"))?.try_into()
    }
}

impl<'de> Deserialize<'de> for XFilesFactor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl Serialize for XFilesFactor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}
