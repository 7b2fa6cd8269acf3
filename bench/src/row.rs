//! The rows of the table: what is called.

use std::fmt;
use std::str::FromStr;

/// One kind of call. Every contender that has it makes it on the same metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A counter through a prepared handle, or by the plainest call where there are no handles.
    CounterHandle,
    /// A counter that is a `static`.
    CounterStatic,
    /// A counter named by a literal at the call, with two fixed tags.
    CounterMacro,
    /// A counter whose name is handed over with each call.
    CounterName,
    /// A counter with one tag whose 64 values take turns.
    CounterTag,
    /// A duration through a prepared handle.
    TimingHandle,
    /// A gauge through a prepared handle.
    GaugeHandle,
    /// A counter of which a tenth is to be sent.
    CounterRate,
    /// A counter, every call of which becomes a line of its own.
    Event,
    /// A call while nobody listens.
    NoClient,
    /// A function that an attribute counts.
    AttributeCount,
    /// A function whose calls attributes count and time.
    AttributeBoth,
    /// The same while nobody listens.
    AttributeOff,
}

impl Row {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::CounterHandle,
        Self::CounterStatic,
        Self::CounterMacro,
        Self::CounterName,
        Self::CounterTag,
        Self::TimingHandle,
        Self::GaugeHandle,
        Self::CounterRate,
        Self::Event,
        Self::NoClient,
        Self::AttributeCount,
        Self::AttributeBoth,
        Self::AttributeOff,
    ];

    /// What it is called on the command line and in the gate's file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::CounterHandle => "counter-handle",
            Self::CounterStatic => "counter-static",
            Self::CounterMacro => "counter-macro",
            Self::CounterName => "counter-name",
            Self::CounterTag => "counter-tag",
            Self::TimingHandle => "timing-handle",
            Self::GaugeHandle => "gauge-handle",
            Self::CounterRate => "counter-rate",
            Self::Event => "event",
            Self::NoClient => "no-client",
            Self::AttributeCount => "attribute-count",
            Self::AttributeBoth => "attribute-both",
            Self::AttributeOff => "attribute-off",
        }
    }

    /// What it is called in a table.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CounterHandle => "counter, by handle",
            Self::CounterStatic => "counter, a `static`",
            Self::CounterMacro => "counter, call macro, two fixed tags",
            Self::CounterName => "counter, by name",
            Self::CounterTag => "counter, one changing tag",
            Self::TimingHandle => "timing, by handle",
            Self::GaugeHandle => "gauge, by handle",
            Self::CounterRate => "counter at rate 0.1",
            Self::Event => "aggregation off, every call a line",
            Self::NoClient => "no client installed",
            Self::AttributeCount => "annotated function, counted",
            Self::AttributeBoth => "annotated function, counted and timed",
            Self::AttributeOff => "annotated function, no client installed",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Row {
    type Err = String;

    fn from_str(key: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|row| row.key() == key);
        found.ok_or_else(|| format!("there is no row `{key}`"))
    }
}
