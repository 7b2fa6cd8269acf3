//! One call, as a capture saw it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::pipeline::{Recorded, Said, Sighting, nanos};
use crate::protocol::MetricType;

/// A call that a capture has seen: what was said, before anything of it is sampled, added up or rewritten.
/// Cloning it copies a pointer.
///
/// It displays as the line that DogStatsD would be sent for it alone.
///
/// ```
/// use statsd_client::testing::{SeenKind, SeenValue, capture};
/// use statsd_client::count;
///
/// let seen = capture(|| {
///     count!("orders", 2, sample_rate = 0.1);
///     count!("orders", 1, tags(plan = "pro"));
/// });
/// let calls: Vec<_> = seen.iter().collect();
/// assert_eq!(calls[0].to_string(), "orders:2|c|@0.1");
/// assert_eq!(calls[1].to_string(), "orders:1|c|#plan:pro");
/// assert_eq!((calls[1].kind(), calls[1].value()), (SeenKind::Counter, &SeenValue::Count(1)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SeenCall(Arc<Parts>);

#[derive(Debug, PartialEq)]
struct Parts {
    kind: SeenKind,
    /// The client's number; 0 for nobody's.
    client: u32,
    name: String,
    prefix_bytes: usize,
    child_prefix_bytes: usize,
    value: SeenValue,
    rate: f64,
    tags: Vec<(String, String)>,
    time: Option<u64>,
}

/// What kind of call it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SeenKind {
    /// `increment`, `decrement`, `count`.
    Counter,
    /// `gauge`, `gauge_delta`.
    Gauge,
    /// `timing`, `measure`.
    Timer,
    /// `histogram`.
    Histogram,
    /// `distribution`.
    Distribution,
    /// `set`.
    Set,
    /// `meter`.
    Meter,
    /// `event`.
    Event,
    /// `service_check`.
    ServiceCheck,
}

/// What a call said.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SeenValue {
    /// What a counter or a meter was to count.
    Count(i64),
    /// What a gauge was set to, a histogram's or a distribution's value, a timer's in milliseconds. It may
    /// be not finite: a client would drop and count such a call.
    Number(f64),
    /// By how much a gauge was changed.
    Delta(f64),
    /// A set's member; the whole line of an event or a service check, as DogStatsD is sent it (empty where
    /// it has no title or name, and nothing would be sent).
    Text(String),
}

impl SeenCall {
    pub(super) fn of(sighting: &Sighting<'_>) -> Self {
        let tags = sighting.tags.iter().filter_map(|&(key, value)| match (key, value) {
            ("", "") => None,
            // A tag without a key is one without a value.
            ("", bare) => Some((bare.to_owned(), String::new())),
            (key, value) => Some((key.to_owned(), value.to_owned())),
        });
        let (kind, value) = match sighting.said {
            Said::Metric(kind, recorded) => (kind.into(), value(recorded)),
            Said::Event(line) => (SeenKind::Event, SeenValue::Text(line.to_owned())),
            Said::ServiceCheck(line) => (SeenKind::ServiceCheck, SeenValue::Text(line.to_owned())),
        };
        Self(Arc::new(Parts {
            kind,
            client: sighting.client,
            name: sighting.name.to_owned(),
            prefix_bytes: sighting.prefix_bytes,
            child_prefix_bytes: sighting.child_prefix_bytes,
            value,
            rate: sighting.rate,
            tags: tags.collect(),
            time: sighting.time,
        }))
    }

    /// What kind of call it was.
    pub fn kind(&self) -> SeenKind {
        self.0.kind
    }

    /// The whole name: with the prefixes of the client and its children, as it stands on the wire but for
    /// characters that are rewritten there. Of an event its title.
    ///
    /// ```
    /// use statsd_client::{Client, NullBackend, testing::capture};
    ///
    /// let client = Client::builder().prefix("shop").backend(NullBackend).build()?;
    /// let cart = client.child().prefix("cart").build();
    /// let seen = capture(|| cart.increment("items"));
    /// assert_eq!(seen[0].name(), "shop.cart.items");
    /// assert_eq!(seen[0].called(), "items");
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name that was called, without any prefix.
    pub fn called(&self) -> &str {
        self.name().get(self.0.prefix_bytes + self.0.child_prefix_bytes..).unwrap_or_default()
    }

    /// The number of the client that it was for, or whose child's it was.
    pub(super) fn client(&self) -> u32 {
        self.0.client
    }

    /// The whole name, the name without the client's own prefix, and that without its child's either.
    pub(super) fn names(&self) -> [&str; 3] {
        let below_client = self.name().get(self.0.prefix_bytes..).unwrap_or_default();
        [self.name(), below_client, self.called()]
    }

    /// What it said.
    pub fn value(&self) -> &SeenValue {
        &self.0.value
    }

    /// The rate that it would have been sampled at: the call's, else the handle's, the child's, the client's,
    /// else 1. No capture draws: a call is seen also at a rate of 0. Gauges and sets are never sampled.
    pub fn rate(&self) -> f64 {
        self.0.rate
    }

    /// The tags that hold, with those of the client and its children, as they were given. A tag without a value
    /// has an empty one.
    pub fn tags(&self) -> &[(String, String)] {
        &self.0.tags
    }

    /// The value of a tag; of several of its key, the last.
    ///
    /// ```
    /// use statsd_client::{count, testing::capture};
    ///
    /// let seen = capture(|| count!("orders", 1, tags(plan = "pro")));
    /// assert_eq!(seen[0].tag("plan"), Some("pro"));
    /// assert_eq!(seen[0].tag("region"), None);
    /// ```
    pub fn tag(&self, key: &str) -> Option<&str> {
        let tag = self.tags().iter().rfind(|(known, _)| known == key);
        tag.map(|(_, value)| value.as_str())
    }

    /// The time that it named, in Unix seconds: `count_at`, `gauge_at`.
    pub fn unix_seconds(&self) -> Option<u64> {
        self.0.time
    }
}

impl fmt::Display for SeenCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.kind(), self.name());
        match (self.value(), kind) {
            (SeenValue::Text(line), SeenKind::Event | SeenKind::ServiceCheck)
                if line.is_empty() =>
            {
                return write!(f, "({} {name:?}, which has no line)", kind.noun());
            }
            (SeenValue::Text(line), SeenKind::Event | SeenKind::ServiceCheck) => {
                return f.write_str(line);
            }
            (value, _) => write!(f, "{name}:{value}|{}", kind.code())?,
        }
        if self.rate() != 1.0 {
            write!(f, "|@{}", self.rate())?;
        }
        for (at, (key, value)) in self.tags().iter().enumerate() {
            let (before, is) =
                (if at == 0 { "|#" } else { "," }, if value.is_empty() { "" } else { ":" });
            write!(f, "{before}{key}{is}{value}")?;
        }
        self.unix_seconds().map_or(Ok(()), |time| write!(f, "|T{time}"))
    }
}

impl fmt::Display for SeenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Delta(delta) => write!(f, "{delta:+}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl SeenKind {
    /// The letters behind the value in a line; of what is no metric, those that the line begins with.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Counter => "c",
            Self::Gauge => "g",
            Self::Timer => "ms",
            Self::Histogram => "h",
            Self::Distribution => "d",
            Self::Set => "s",
            Self::Meter => "m",
            Self::Event => "_e",
            Self::ServiceCheck => "_sc",
        }
    }

    /// What people call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Timer => "timer",
            Self::Histogram => "histogram",
            Self::Distribution => "distribution",
            Self::Set => "set",
            Self::Meter => "meter",
            Self::Event => "event",
            Self::ServiceCheck => "service check",
        }
    }
}

impl From<MetricType> for SeenKind {
    fn from(kind: MetricType) -> Self {
        match kind {
            MetricType::Counter => Self::Counter,
            MetricType::Gauge => Self::Gauge,
            MetricType::Timer => Self::Timer,
            MetricType::Histogram => Self::Histogram,
            MetricType::Distribution => Self::Distribution,
            MetricType::Set => Self::Set,
            MetricType::Meter => Self::Meter,
        }
    }
}

/// A duration as timers are seen.
pub(super) fn millis(elapsed: Duration) -> f64 {
    nanos_to_millis(nanos(elapsed))
}

fn nanos_to_millis(nanos: u64) -> f64 {
    // Exact below 2^53 nanoseconds, so that the quotient is the nearest number to the true one.
    nanos as f64 / 1e6
}

fn value(recorded: Recorded<'_>) -> SeenValue {
    match recorded {
        Recorded::Count(n) => SeenValue::Count(n),
        Recorded::Gauge(value) | Recorded::Sample(value) => SeenValue::Number(value),
        Recorded::Delta(delta) => SeenValue::Delta(delta),
        Recorded::Nanos(nanos) => SeenValue::Number(nanos_to_millis(nanos)),
        Recorded::Member(member) => SeenValue::Text(member.to_owned()),
    }
}
