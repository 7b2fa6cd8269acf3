//! The nouns of the protocol.

/// Which StatsD a line is written for, or read as.
///
/// What a dialect cannot say is folded into what it can: tags into the name, histograms and
/// distributions into timers, meters into counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// etsy's original: `name:value|type|@rate`. It has no tags: the client folds them into the name.
    #[default]
    Etsy,
    /// Datadog's: tags after `|#`, histograms, distributions, several values in one line, events,
    /// service checks, timestamps and the sender's origin.
    DogStatsd,
    /// Telegraf's: `name,plan=pro,region=eu:1|c`.
    Influx,
    /// Graphite's tags: `name;plan=pro;region=eu:1|c`.
    Graphite,
    /// SignalFx's: `name[plan=pro,region=eu]:1|c`.
    SignalFx,
    /// Librato's and Sysdig's: `name#plan=pro,region=eu:1|c`.
    Librato,
    /// Okmeter's: tags are nodes of the name, `name.plan_is_pro.region_is_eu:1|c`.
    Okmeter,
}

impl Dialect {
    /// All of them.
    ///
    /// ```
    /// use statsd_client::protocol::{Dialect, parse};
    ///
    /// for &dialect in Dialect::ALL {
    ///     assert!(parse(b"users.new:1|c", dialect).all(|sample| sample.is_ok()));
    /// }
    /// ```
    pub const ALL: &'static [Self] = &[
        Self::Etsy,
        Self::DogStatsd,
        Self::Influx,
        Self::Graphite,
        Self::SignalFx,
        Self::Librato,
        Self::Okmeter,
    ];

    /// The kind that stands on the wire for `kind`: the nearest one that the dialect's servers read.
    pub(crate) const fn wire_kind(self, kind: MetricType) -> MetricType {
        match (kind, self) {
            // etsy's server counts what it does not know, the others of its kind know meters.
            (MetricType::Meter, Self::Etsy) => MetricType::Meter,
            (MetricType::Meter, _) => MetricType::Counter,
            // Telegraf reads both besides Datadog's agent. To the rest all three are one summary of
            // values, and only its oldest name is read everywhere.
            (
                MetricType::Histogram | MetricType::Distribution,
                Self::Etsy | Self::Graphite | Self::SignalFx | Self::Librato | Self::Okmeter,
            ) => MetricType::Timer,
            (kind, _) => kind,
        }
    }

    /// Whether there are events, service checks, timestamps and origin fields.
    pub(crate) const fn has_events(self) -> bool {
        matches!(self, Self::DogStatsd)
    }

    /// Whether a gauge written with a sign is a change. To Datadog's agent it is an absolute number.
    pub(crate) const fn sign_is_delta(self) -> bool {
        !matches!(self, Self::DogStatsd)
    }

    /// Whether what stands before a line's first colon is a name, and no tags with it.
    pub(crate) const fn has_plain_names(self) -> bool {
        matches!(self, Self::Etsy | Self::DogStatsd | Self::Okmeter)
    }

    /// Whether one line may hold several values.
    pub(crate) const fn packs_values(self) -> bool {
        matches!(self, Self::DogStatsd)
    }
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
    /// `h` (DogStatsD, Influx).
    Histogram,
    /// `d` (DogStatsD, Influx).
    Distribution,
    /// `s`: the flush yields the number of distinct texts.
    Set,
    /// `m`: a counter that servers of the plain protocol show as a rate.
    Meter,
}

impl MetricType {
    /// The letters on the wire: `c`, `g`, `ms`, `h`, `d`, `s` or `m`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Counter => "c",
            Self::Gauge => "g",
            Self::Timer => "ms",
            Self::Histogram => "h",
            Self::Distribution => "d",
            Self::Set => "s",
            Self::Meter => "m",
        }
    }
}

/// How many of its own tags Datadog's agent adds to what a client sends (DogStatsD 1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cardinality {
    /// None.
    None,
    /// Those that few values share: the host, the image, the service.
    Low,
    /// Also those of the pod or task.
    Orchestrator,
    /// Also those of the container.
    High,
}

impl Cardinality {
    /// The word on the wire: `none`, `low`, `orchestrator` or `high`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Orchestrator => "orchestrator",
            Self::High => "high",
        }
    }
}

/// The value of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A finite number: a counter's increment, a timer's milliseconds, a gauge's new value.
    Number(f64),
    /// A gauge written with a sign, to be added to what the gauge holds. DogStatsD has none.
    Delta(f64),
    /// A set's member, as it stood in the line.
    Text(&'a [u8]),
}

/// One value of one metric, read from a line. It borrows from the packet and owns nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The name as it stood in the line, without tags, not sanitised; not necessarily UTF-8.
    pub name: &'a [u8],
    /// [`hash_name`](super::hash_name) of the name, with the seed of [`Samples`](super::Samples).
    pub name_hash: u64,
    /// The tags as they stood in the line, without what opens and closes the list: `plan:pro,region:eu`
    /// in DogStatsD, `plan=pro;region=eu` in Graphite's dialect. `None`: no tags.
    pub tags: Option<&'a [u8]>,
    /// The kind.
    pub kind: MetricType,
    /// The value; [`Value::Text`] only for sets, [`Value::Delta`] only for gauges.
    pub value: Value<'a>,
    /// The share of calls that were sent: above 0, 1 where the line names none.
    pub rate: f64,
}
