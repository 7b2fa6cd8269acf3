//! Settings that are one of a few words, in files and in the environment alike.

use super::Output;
use crate::builder::Aggregation;
use crate::protocol::{Cardinality, Dialect};

/// A setting with a word for each of its values.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// Every word that is understood; the first one of a value is how it is written.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word, whatever its case.
    fn from_word(text: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text))
            .map(|&(_, value)| value)
    }

    /// The word of a value; of one that has none, nothing.
    #[cfg(any(test, feature = "serde"))]
    fn word(self) -> Option<&'static str> {
        Self::WORDS.iter().find(|&&(_, value)| value == self).map(|&(word, _)| word)
    }

    /// What an error says is wanted: `one of statsd, dogstatsd`.
    fn wanted() -> String {
        let words: Vec<_> = Self::WORDS.iter().map(|&(word, _)| word).collect();
        format!("one of {}", words.join(", "))
    }
}

impl Word for bool {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("true", true),
        ("false", false),
        ("1", true),
        ("0", false),
        ("yes", true),
        ("no", false),
        ("on", true),
        ("off", false),
        ("t", true),
        ("f", false),
        ("y", true),
        ("n", false),
    ];
}

impl Word for Aggregation {
    const WORDS: &'static [(&'static str, Self)] = &[("on", Self::On), ("off", Self::Off)];
}

impl Word for Output {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("send", Self::Send),
        ("log", Self::Log),
        ("capture", Self::Capture),
        ("null", Self::Null),
    ];
}

impl Word for Dialect {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("statsd", Self::Etsy),
        ("etsy", Self::Etsy),
        ("dogstatsd", Self::DogStatsd),
        ("datadog", Self::DogStatsd),
        ("influx", Self::Influx),
        ("telegraf", Self::Influx),
        ("graphite", Self::Graphite),
        ("signalfx", Self::SignalFx),
        ("librato", Self::Librato),
        ("okmeter", Self::Okmeter),
    ];
}

impl Word for Cardinality {
    const WORDS: &'static [(&'static str, Self)] = &[
        (Self::None.as_str(), Self::None),
        (Self::Low.as_str(), Self::Low),
        (Self::Orchestrator.as_str(), Self::Orchestrator),
        (Self::High.as_str(), Self::High),
    ];
}
