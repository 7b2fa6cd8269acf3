//! The nouns of the protocol.

/// Which StatsD a line is written for, or read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// etsy's original: `name:value|type|@rate`. It has no tags: the client folds them into the name.
    #[default]
    Etsy,
    /// Datadog's: tags after `|#`, histograms, distributions, several values in one line.
    DogStatsd,
}

/// What kind of number a sample is, and so how the server adds it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MetricType {
    /// `c`: adds up; the flush yields a sum and a rate per second.
    Counter,
    /// `g`: the last value holds.
    Gauge,
    /// `ms`: a duration in milliseconds; the flush yields mean, bounds and percentiles.
    Timer,
    /// `h` (DogStatsD).
    Histogram,
    /// `d` (DogStatsD).
    Distribution,
    /// `s`: the flush yields the number of distinct texts.
    Set,
}

impl MetricType {
    /// The letters on the wire: `c`, `g`, `ms`, `h`, `d` or `s`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Counter => "c",
            Self::Gauge => "g",
            Self::Timer => "ms",
            Self::Histogram => "h",
            Self::Distribution => "d",
            Self::Set => "s",
        }
    }
}

/// The value of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A finite number: a counter's increment, a timer's milliseconds, a gauge's new value.
    Number(f64),
    /// A gauge written with a sign: to be added to what the gauge holds.
    Delta(f64),
    /// A set's member, as it stood in the line.
    Text(&'a [u8]),
}

/// One value of one metric, read from a line. It borrows from the packet and owns nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The name as it stood in the line, not sanitised; not necessarily UTF-8.
    pub name: &'a [u8],
    /// What follows `|#`, up to the end of the tags: `plan:pro,region:eu`. `None`: no tags.
    pub tags: Option<&'a [u8]>,
    /// The kind.
    pub kind: MetricType,
    /// The value; [`Value::Text`] only for sets, [`Value::Delta`] only for gauges.
    pub value: Value<'a>,
    /// The share of calls that were sent: above 0, 1 where the line names none.
    pub rate: f64,
}
