//! Settings as data: what code, a file and the environment say, in one place. It opens nothing and
//! checks no ranges; `Builder::build` does.

#[cfg(feature = "serde")]
pub(crate) mod file;
mod word;

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::builder::{Aggregation, Builder};
use crate::policy::WhenFull;
use crate::protocol::{Cardinality, Dialect};

pub(crate) use word::Word;

/// What fits one Ethernet frame beside its headers.
pub(crate) const DEFAULT_PACKET_BYTES: usize = 1432;

/// The smallest packet that is of use, and the largest that UDP carries.
pub(crate) const PACKET_BYTES: RangeInclusive<usize> = 64..=65_507;

/// Below, the client's thread would do nothing else; above, an instant to wait for may not exist.
pub(crate) const FLUSH_INTERVALS: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_secs(24 * 60 * 60);

/// Every setting of a client, as data; `None` where the default holds.
///
/// With the feature `serde` it is read from and written to a configuration file: unknown keys are
/// errors, durations are texts such as `"200ms"` or numbers of seconds, names are lower-case
/// (`dialect = "dogstatsd"`, `aggregation = "off"`, `when_full = "drop_oldest"` or
/// `when_full = { block = "5ms" }`), tags are a table.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Config, Dialect};
///
/// let mut config = Config::default();
/// config.prefix = Some("shop".into());
/// config.dialect = Some(Dialect::DogStatsd);
/// config.tags.push(("env".into(), "production".into()));
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = config.builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.increment("users.new");
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["shop.users.new:1|c|#env:production"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Deserialize, serde::Serialize),
    serde(deny_unknown_fields, default)
)]
#[non_exhaustive]
pub struct Config {
    /// [`Builder::address`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub address: Option<String>,
    /// [`Builder::output`].
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::word", skip_serializing_if = "Option::is_none")
    )]
    pub output: Option<Output>,
    /// [`Builder::dialect`].
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::word", skip_serializing_if = "Option::is_none")
    )]
    pub dialect: Option<Dialect>,
    /// [`Builder::prefix`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub prefix: Option<String>,
    /// [`Builder::tag`], in order; of one key the last holds.
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::tags", skip_serializing_if = "Vec::is_empty")
    )]
    pub tags: Vec<(String, String)>,
    /// [`Builder::sample_rate`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub sample_rate: Option<f64>,
    /// [`Builder::aggregation`].
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::word", skip_serializing_if = "Option::is_none")
    )]
    pub aggregation: Option<Aggregation>,
    /// [`Builder::flush_interval`].
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::optional_duration", skip_serializing_if = "Option::is_none")
    )]
    pub flush_interval: Option<Duration>,
    /// [`Builder::max_packet_size`], bytes.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_packet_size: Option<usize>,
    /// [`Builder::max_queued_bytes`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_queued_bytes: Option<usize>,
    /// [`Builder::when_full`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub when_full: Option<WhenFull>,
    /// [`Builder::max_contexts`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub max_contexts: Option<usize>,
    /// [`Builder::reservoir_size`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub reservoir_size: Option<usize>,
    /// [`Builder::seed`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub seed: Option<u64>,
    /// [`Builder::telemetry`]; `None`: it tells nothing.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub telemetry: Option<String>,
    /// [`Builder::mute`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub mute: Vec<String>,
    /// [`Builder::container_id`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub container_id: Option<String>,
    /// [`Builder::external_env`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub external_env: Option<String>,
    /// [`Builder::cardinality`].
    #[cfg_attr(
        feature = "serde",
        serde(with = "file::word", skip_serializing_if = "Option::is_none")
    )]
    pub cardinality: Option<Cardinality>,
    /// [`Builder::origin_detection`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub origin_detection: Option<bool>,
}

impl Config {
    /// A builder that starts from these settings; what is set on it overrides them, tag keys
    /// included. [`Builder::build`] checks the values.
    pub fn builder(self) -> Builder {
        Builder::with(self)
    }
}

/// Where the packets of a client go that was given no [`Backend`](crate::Backend).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Output {
    /// To the server at [`Builder::address`].
    #[default]
    Send,
    /// To standard error, a line of text each: [`LogBackend::stderr`](crate::LogBackend::stderr).
    Log,
    /// Into memory: [`Client::captured`](crate::Client::captured) reads it. At most 100,000 packets.
    Capture,
    /// Nowhere: [`NullBackend`](crate::NullBackend).
    Null,
}

#[cfg(test)]
mod tests;
