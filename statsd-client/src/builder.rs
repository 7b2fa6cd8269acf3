//! Settings → client. The only file that names a concrete backend.

use std::time::Duration;

use crate::backend::{Backend, UdpBackend};
use crate::client::Client;
use crate::env::Environment;
use crate::error::{Error, ErrorKind};
use crate::pipeline::{Options, Pipeline, WhenFull, Wording};
use crate::protocol::Dialect;

/// Where packets go unless the application says otherwise.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8125";

/// What fits one Ethernet frame beside its headers.
const DEFAULT_PACKET_BYTES: usize = 1432;

/// The smallest packet that is of use, and the largest that UDP carries.
const PACKET_BYTES: std::ops::RangeInclusive<usize> = 64..=65_507;

/// How often what was recorded is sent.
const DEFAULT_FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// Contexts of one client.
const CONTEXTS_MAX: usize = 16 * 1024;

/// Values of one context that are kept until a flush: of DogStatsD's packed lines about a dozen packets.
const DEFAULT_RESERVOIR: usize = 2048;

/// Below this a thinned reservoir could not hold a value of each weight.
const RESERVOIR_MIN: usize = 128;

/// After how long an unused context is forgotten.
const DEFAULT_IDLE_EXPIRY: Duration = Duration::from_secs(600);

/// Memory of calls that wait to be sent one by one.
const DEFAULT_QUEUED_BYTES: usize = 4 * 1024 * 1024;

/// Whether counters and gauges are added up in the application before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Aggregation {
    /// One line a context and flush; counters are exact, of a gauge the last value holds.
    #[default]
    On,
    /// Every call is a line of its own, and is sampled.
    Off,
}

/// Builds a [`Client`].
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{Aggregation, Client, Dialect};
///
/// let client = Client::builder()
///     .address("127.0.0.1:8125")
///     .prefix("shop")
///     .tag("env", "production")
///     .dialect(Dialect::DogStatsd)
///     .sample_rate(1.0)
///     .max_packet_size(1432)
///     .flush_interval(Duration::from_millis(200))
///     .aggregation(Aggregation::On)
///     .build()?;
/// # drop(client);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[must_use = "a builder does nothing before `build`"]
pub struct Builder {
    address: Option<String>,
    backend: Option<Box<dyn Backend>>,
    dialect: Option<Dialect>,
    prefix: Option<String>,
    tags: Vec<(String, String)>,
    sample_rate: Option<f64>,
    aggregation: Aggregation,
    flush_interval: Duration,
    max_packet_size: usize,
    max_queued_bytes: usize,
    when_full: WhenFull,
    max_contexts: usize,
    reservoir_size: usize,
    idle_expiry: Duration,
    seed: Option<u64>,
    telemetry: Option<String>,
    origin: String,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .field("prefix", &self.prefix)
            .field("tags", &self.tags)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            address: None,
            backend: None,
            dialect: None,
            prefix: None,
            tags: Vec::new(),
            sample_rate: None,
            aggregation: Aggregation::On,
            flush_interval: DEFAULT_FLUSH_INTERVAL,
            max_packet_size: DEFAULT_PACKET_BYTES,
            max_queued_bytes: DEFAULT_QUEUED_BYTES,
            when_full: WhenFull::DropNewest,
            max_contexts: CONTEXTS_MAX,
            reservoir_size: DEFAULT_RESERVOIR,
            idle_expiry: DEFAULT_IDLE_EXPIRY,
            seed: None,
            telemetry: None,
            origin: String::new(),
        }
    }

    /// The server's UDP address, `host:port` or `[v6]:port`. Default `127.0.0.1:8125`.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Where packets go instead of a UDP address.
    pub fn backend(mut self, backend: impl Backend + 'static) -> Self {
        self.backend = Some(Box::new(backend));
        self
    }

    /// Which StatsD the server speaks. Default [`Dialect::Etsy`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = Some(dialect);
        self
    }

    /// Put before every name, with a dot.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// A tag of every metric; a call's own tag of the same key overrides it.
    pub fn tag(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.tags.push((key.into(), value.to_string()));
        self
    }

    /// The share of calls that are sent, for those that name no rate of their own. At or below 0
    /// nothing is sent, at or above 1 everything. Default 1.
    pub fn sample_rate(mut self, rate: f64) -> Self {
        self.sample_rate = Some(rate);
        self
    }

    /// Whether counters and gauges are added up first. Default [`Aggregation::On`].
    pub fn aggregation(mut self, aggregation: Aggregation) -> Self {
        self.aggregation = aggregation;
        self
    }

    /// How often what was recorded is sent. Default 200 ms.
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.flush_interval = interval;
        self
    }

    /// Bytes of a packet, 64 to 65,507; the backend's own limit holds where it is smaller.
    /// Default 1432.
    pub fn max_packet_size(mut self, bytes: usize) -> Self {
        self.max_packet_size = bytes;
        self
    }

    /// Memory for calls that wait to be sent one by one: timings, and everything where aggregation
    /// is off. What does not fit is dropped, newest first, and counted. Default 4 MiB.
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.max_queued_bytes = bytes;
        self
    }

    /// What becomes of a call that finds [`Builder::max_queued_bytes`] used up. Default
    /// [`WhenFull::DropNewest`].
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// Distinct contexts, at most 16,384 (the default): a context is a name with its kind, rate and
    /// tags. Calls for further ones go to an overflow series of their kind,
    /// `statsd_client.overflow.counters` and so on.
    pub fn max_contexts(mut self, contexts: usize) -> Self {
        self.max_contexts = contexts;
        self
    }

    /// Values of one timer, histogram or distribution that are kept until a flush. Over it they are
    /// thinned evenly, and the rate in the line says by how much. At least 128; default 2048.
    pub fn reservoir_size(mut self, values: usize) -> Self {
        self.reservoir_size = values;
        self
    }

    /// After how long an unused context is forgotten. Default ten minutes.
    pub fn idle_expiry(mut self, idle: Duration) -> Self {
        self.idle_expiry = idle;
        self
    }

    /// Where every thread's sampling draws start, so that a test sees the same ones each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sends the client's own account every ten seconds, under names that begin with `prefix` and
    /// nothing else before it: `statsd_client.calls`, `statsd_client.dropped.queue_full` and so on.
    /// Default: not.
    pub fn telemetry(mut self, prefix: impl Into<String>) -> Self {
        self.telemetry = Some(prefix.into());
        self
    }

    /// Fills what was not set from the environment: what code says holds, then `STATSD_*`, then
    /// `DD_*`.
    ///
    /// | variable | sets |
    /// |---|---|
    /// | `STATSD_ADDR`, else `DD_AGENT_HOST` and `DD_DOGSTATSD_PORT` | the address |
    /// | `STATSD_PREFIX` | the prefix |
    /// | `STATSD_DEFAULT_TAGS`, else `DD_TAGS` | tags: `env:production,region:eu` |
    /// | `STATSD_SAMPLE_RATE` | the sample rate, 0 to 1 |
    /// | `STATSD_IMPLEMENTATION` | the dialect: `statsd` or `datadog` |
    ///
    /// # Errors
    /// A variable does not say what it should; the error names it.
    pub fn from_env(self) -> Result<Self, Error> {
        Environment::read(|name| std::env::var(name).ok()).map(|environment| self.or(environment))
    }

    /// Opens the backend and starts the client's thread.
    ///
    /// # Errors
    /// The address does not resolve, a setting is out of its range, or the system gives no socket or
    /// no thread.
    pub fn build(self) -> Result<Client, Error> {
        let options = self.options()?;
        let backend = if let Some(backend) = self.backend {
            backend
        } else {
            let address = self.address.as_deref().unwrap_or(DEFAULT_ADDRESS);
            let backend = UdpBackend::connect(address).map_err(|source| {
                Error::io(ErrorKind::Address, format!("cannot reach {address}"), source)
            })?;
            Box::new(backend)
        };
        let pipeline = Pipeline::start(&options, backend).map_err(|source| {
            Error::io(ErrorKind::Thread, "cannot start the client's thread".into(), source)
        })?;
        Ok(Client::new(pipeline))
    }

    /// What was set holds; of one tag key, too.
    fn or(mut self, environment: Environment) -> Self {
        self.address = self.address.or(environment.address);
        self.prefix = self.prefix.or(environment.prefix);
        self.sample_rate = self.sample_rate.or(environment.sample_rate);
        self.dialect = self.dialect.or(environment.dialect);
        for (key, value) in environment.tags {
            if !self.tags.iter().any(|(known, _)| *known == key) {
                self.tags.push((key, value));
            }
        }
        self
    }

    fn options(&self) -> Result<Options, Error> {
        let refuse = |message: String| Err(Error::new(ErrorKind::Setting, message));
        if !PACKET_BYTES.contains(&self.max_packet_size) {
            let (least, most) = (PACKET_BYTES.start(), PACKET_BYTES.end());
            let bytes = self.max_packet_size;
            return refuse(format!(
                "max_packet_size of {bytes} bytes is not within {least} to {most}"
            ));
        }
        if self.flush_interval.is_zero() {
            return refuse("flush_interval must be above 0".into());
        }
        if !(1..=CONTEXTS_MAX).contains(&self.max_contexts) {
            let contexts = self.max_contexts;
            return refuse(format!("max_contexts of {contexts} is not within 1 to {CONTEXTS_MAX}"));
        }
        if self.reservoir_size < RESERVOIR_MIN {
            let values = self.reservoir_size;
            return refuse(format!("reservoir_size of {values} is below {RESERVOIR_MIN}"));
        }
        let sample_rate = self.sample_rate.unwrap_or(1.0);
        if sample_rate.is_nan() {
            return refuse("sample_rate is not a number".into());
        }
        Ok(Options {
            wording: Wording {
                dialect: self.dialect.unwrap_or_default(),
                prefix: self.prefix.clone().unwrap_or_default().trim_end_matches('.').to_owned(),
                tags: self.tags.clone(),
                origin: self.origin.clone(),
            },
            sample_rate,
            aggregates: self.aggregation == Aggregation::On,
            flush_interval: self.flush_interval,
            max_packet_size: self.max_packet_size,
            max_queued_bytes: self.max_queued_bytes,
            when_full: self.when_full,
            max_contexts: self.max_contexts,
            reservoir: self.reservoir_size,
            idle_expiry: self.idle_expiry,
            seed: self.seed,
            telemetry: self.telemetry.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_code_says_holds_before_the_environment() {
        let environment = Environment {
            address: Some("there:2".into()),
            prefix: Some("theirs".into()),
            tags: vec![("env".into(), "x".into()), ("region".into(), "eu".into())],
            sample_rate: Some(0.5),
            dialect: Some(Dialect::DogStatsd),
        };
        let builder = Builder::new().address("here:1").tag("env", "test").or(environment);
        assert_eq!(builder.address.as_deref(), Some("here:1"));
        assert_eq!(builder.prefix.as_deref(), Some("theirs"));
        let tags = [("env", "test"), ("region", "eu")];
        assert_eq!(builder.tags, tags.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!((builder.sample_rate, builder.dialect), (Some(0.5), Some(Dialect::DogStatsd)));
    }
}
