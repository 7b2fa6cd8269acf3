//! A rule's pattern, with its text.

use std::fmt;
use std::str::FromStr;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::python_regex::pattern;

/// A regular expression in Python's syntax that is searched for in names, as `re.search` does.
///
/// Where the same text means something else to the `regex` crate (`\Z`, `\<`, braces that count nothing,
/// brackets within brackets), it is rewritten. What that crate cannot do, so that no pattern takes more than
/// linear time, is refused: look-around, back references, atomic groups and possessive counts.
///
/// ```
/// use statsd_server::config::Pattern;
///
/// let pattern: Pattern = r"\.(max|upper(_\d+)?)$".parse()?;
/// assert!(pattern.regex().is_match("stats.timers.web.upper_90"));
/// assert!(r"^(?!stats\.)".parse::<Pattern>().unwrap_err().contains("look-ahead"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let regex = pattern(text).map_err(|why| format!("{text:?}: {why}"))?;
        Ok(Self { text: text.to_owned(), regex })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
