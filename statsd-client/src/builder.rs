//! Settings → client. The only file that names a concrete backend.

use std::time::Duration;

use crate::backend::address::{self, Address};
use crate::backend::{Backend, CaptureBackend, Captured, LogBackend, NullBackend};
use crate::client::Client;
use crate::config::{Config, FLUSH_INTERVALS, Output, PACKET_BYTES};
use crate::env::EnvironmentReport;
use crate::error::{Error, ErrorKind};
use crate::origin;
use crate::pipeline::{Options, PATTERN_MAX_BYTES, PATTERNS_MAX, Pipeline, Wording, is_allowed};
use crate::policy::WhenFull;
use crate::protocol::Dialect;

/// Where packets go unless the application says otherwise.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8125";

/// How often what was recorded is sent.
const DEFAULT_FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// Memory of calls that wait to be sent one by one.
const DEFAULT_QUEUED_BYTES: usize = 4 * 1024 * 1024;

/// Contexts of one client.
const CONTEXTS_MAX: usize = 16 * 1024;

/// Values of one context that are kept until a flush: of DogStatsD's packed lines about a dozen packets.
const DEFAULT_RESERVOIR: usize = 2048;

/// Below this a thinned reservoir could not hold a value of each weight.
const RESERVOIR_MIN: usize = 128;

/// After how long an unused context is forgotten.
const DEFAULT_IDLE_EXPIRY: Duration = Duration::from_secs(600);

/// Whether values are added up and packed in the application before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Aggregation {
    /// Counters are exact, one line a flush; of a gauge the last value holds; a set's member leaves once;
    /// timings and the like are kept, and DogStatsD's share lines.
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
    pub(crate) settings: Config,
    backend: Option<Box<dyn Backend>>,
    idle_expiry: Duration,
    pub(crate) environment: EnvironmentReport,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(settings: Config) -> Self {
        Self {
            settings,
            backend: None,
            idle_expiry: DEFAULT_IDLE_EXPIRY,
            environment: EnvironmentReport::default(),
        }
    }

    /// The server's address: `host:port` or `[v6]:port` over UDP, or with a scheme, `udp://…`, `tcp://…`,
    /// `unix:///path` (datagrams, also `unixgram:///path`), `unixstream:///path`. Default `127.0.0.1:8125`.
    ///
    /// Neither need the name resolve nor the server be there: calls are recorded meanwhile, and names are
    /// resolved again in the background. `build` refuses what cannot be read.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.settings.address = Some(address.into());
        self
    }

    /// Where packets go instead of an address and an [`Output`].
    pub fn backend(mut self, backend: impl Backend + 'static) -> Self {
        self.backend = Some(Box::new(backend));
        self
    }

    /// Which StatsD the server speaks. Default [`Dialect::Etsy`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// let builder = Client::builder().dialect(Dialect::Influx).tag("plan", "pro");
    /// # let client = builder.backend(backend).flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new,plan=pro:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.settings.dialect = Some(dialect);
        self
    }

    /// Put before every name, with a dot; also of service checks, and not of the client's own
    /// [`Self::telemetry`].
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.settings.prefix = Some(prefix.into());
        self
    }

    /// A tag of every metric, event and service check; a call's own tag of the same key overrides it.
    pub fn tag(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.settings.tags.push((key.into(), value.to_string()));
        self
    }

    /// The share of calls that are sent, for those that name no rate of their own. At or below 0
    /// nothing is sent, at or above 1 everything. Default 1.
    ///
    /// One draw a call. Counters that are added up are exact and name no rate; gauges and sets are never
    /// sampled; elsewhere the line names the rate, `|@0.1`, and the server multiplies.
    pub fn sample_rate(mut self, rate: f64) -> Self {
        self.settings.sample_rate = Some(rate);
        self
    }

    /// Whether values are added up and packed first; [`Counter::aggregation`](crate::Counter::aggregation)
    /// says so for one metric. Default [`Aggregation::On`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{Aggregation, CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// let builder = Client::builder().aggregation(Aggregation::Off);
    /// # let client = builder.backend(backend).flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:1|c", "users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn aggregation(mut self, aggregation: Aggregation) -> Self {
        self.settings.aggregation = Some(aggregation);
        self
    }

    /// How often what was recorded is sent, a millisecond to a day. Default 200 ms. Flushes come every
    /// 10 ms while queues fill so fast that an interval would take more than a quarter of
    /// [`Self::max_queued_bytes`].
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.settings.flush_interval = Some(interval);
        self
    }

    /// Bytes of a packet, 64 to 65,507; the backend's own limit holds where it is smaller, and by
    /// default: 1432 over UDP, 8192 over TCP and Unix sockets.
    pub fn max_packet_size(mut self, bytes: usize) -> Self {
        self.settings.max_packet_size = Some(bytes);
        self
    }

    /// Memory for calls that wait to be sent one by one: timings, histograms, distributions, sets,
    /// events, what has a timestamp, and everything where aggregation is off. A thread takes it 2 KiB at a
    /// time, which hold 128 values. Default 4 MiB.
    ///
    /// Over half of it values that are packed are thinned evenly, one of 2 to one of 256 the fuller it is,
    /// and the rate in the line says so. What does not fit then goes by [`Self::when_full`]. Counters and
    /// gauges that are added up take none of it.
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_queued_bytes = Some(bytes);
        self
    }

    /// What becomes of a call that finds [`Builder::max_queued_bytes`] used up. Default
    /// [`WhenFull::DropNewest`].
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.settings.when_full = Some(when_full);
        self
    }

    /// Distinct contexts, 1 to 16,384 (the default): a context is a name with its kind, rate and tags.
    /// Calls for further ones go to an overflow series of their kind and rate, under the client's prefix.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// let builder = Client::builder().max_contexts(1);
    /// # let client = builder.backend(backend).flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// client.increment("users.gone");
    /// client.increment("users.back");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:1|c", "statsd_client.overflow.counters:2|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn max_contexts(mut self, contexts: usize) -> Self {
        self.settings.max_contexts = Some(contexts);
        self
    }

    /// Values of one timer, histogram or distribution that are kept until a flush. Over it they are
    /// thinned evenly: each stands for 2, 4, 8 … calls, and the rate in its line, `|@0.5`, says for how many.
    /// At least 128; default 2048.
    pub fn reservoir_size(mut self, values: usize) -> Self {
        self.settings.reservoir_size = Some(values);
        self
    }

    /// After how long an unused context counts as idle. Default ten minutes. Where more than a quarter
    /// are, all are forgotten, and those in use are met again; nothing recorded is lost by it.
    pub fn idle_expiry(mut self, idle: Duration) -> Self {
        self.idle_expiry = idle;
        self
    }

    /// Where every thread's sampling draws start, so that a test sees the same ones each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }

    /// Sends the client's own account every ten seconds, under names that begin with `prefix` and
    /// nothing else before it: `statsd_client.calls`, `statsd_client.dropped.queue_full` and so on, counters
    /// with what was added since; the gauges `contexts` and `last_error_age`, in seconds; `flush_time`, a timer.
    /// Default: not.
    pub fn telemetry(mut self, prefix: impl Into<String>) -> Self {
        self.settings.telemetry = Some(prefix.into());
        self
    }

    /// A pattern of names that are switched off from the start, as by [`Client::mute`]. 128 at the most, of up
    /// to 256 bytes each; `build` refuses others.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// let builder = Client::builder().mute("debug.*");
    /// # let client = builder.backend(backend).flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("debug.polls");
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn mute(mut self, pattern: impl Into<String>) -> Self {
        self.settings.mute.push(pattern.into());
        self
    }

    /// Where packets go, as long as no [`Self::backend`] is given. Default [`Output::Send`]. With
    /// [`Output::Capture`] they are read by [`Client::captured`].
    pub fn output(mut self, output: Output) -> Self {
        self.settings.output = Some(output);
        self
    }

    /// Opens the backend and starts the client's thread. May read files of `/proc`, see
    /// [`Self::origin_detection`]; waits for no server and no name.
    ///
    /// # Errors
    /// The address cannot be read, a setting is out of its range, or the system gives no socket or no
    /// thread.
    pub fn build(self) -> Result<Client, Error> {
        let Opened { backend, captured } = match self.backend {
            Some(backend) => Opened { backend, captured: None },
            None => open(&self.settings)?,
        };
        let options = options(&self.settings, self.idle_expiry)?;
        let pipeline = Pipeline::start(&options, backend).map_err(|source| {
            Error::io(ErrorKind::Thread, "cannot start the client's thread".into(), source)
        })?;
        Ok(Client::new(pipeline, captured, self.environment))
    }
}

/// A backend, and the view of it where it captures.
struct Opened {
    backend: Box<dyn Backend>,
    captured: Option<Captured>,
}

fn open(settings: &Config) -> Result<Opened, Error> {
    let backend: Box<dyn Backend> = match settings.output.unwrap_or_default() {
        Output::Send => {
            let address = settings.address.as_deref().unwrap_or(DEFAULT_ADDRESS);
            let unusable =
                |source| Error::io(ErrorKind::Address, format!("cannot send to {address}"), source);
            let address = Address::parse(address).map_err(unusable)?;
            address::open(&address).map_err(unusable)?
        }
        Output::Log => Box::new(LogBackend::stderr()),
        Output::Null => Box::new(NullBackend),
        Output::Capture => {
            let (backend, captured) = CaptureBackend::new();
            return Ok(Opened { backend: Box::new(backend), captured: Some(captured) });
        }
    };
    Ok(Opened { backend, captured: None })
}

fn options(settings: &Config, idle_expiry: Duration) -> Result<Options, Error> {
    let refuse = |message: String| Err(Error::new(ErrorKind::Setting, message));
    let max_packet_size = settings.max_packet_size.unwrap_or(*PACKET_BYTES.end());
    if !PACKET_BYTES.contains(&max_packet_size) {
        let (least, most) = (PACKET_BYTES.start(), PACKET_BYTES.end());
        return refuse(format!(
            "max_packet_size of {max_packet_size} bytes is not within {least} to {most}"
        ));
    }
    let flush_interval = settings.flush_interval.unwrap_or(DEFAULT_FLUSH_INTERVAL);
    if !FLUSH_INTERVALS.contains(&flush_interval) {
        return refuse(format!(
            "flush_interval of {flush_interval:?} is not within a millisecond and a day"
        ));
    }
    let max_contexts = settings.max_contexts.unwrap_or(CONTEXTS_MAX);
    if !(1..=CONTEXTS_MAX).contains(&max_contexts) {
        return refuse(format!("max_contexts of {max_contexts} is not within 1 to {CONTEXTS_MAX}"));
    }
    let reservoir = settings.reservoir_size.unwrap_or(DEFAULT_RESERVOIR);
    if reservoir < RESERVOIR_MIN {
        return refuse(format!("reservoir_size of {reservoir} is below {RESERVOIR_MIN}"));
    }
    let sample_rate = settings.sample_rate.unwrap_or(1.0);
    if sample_rate.is_nan() {
        return refuse("sample_rate is not a number".into());
    }
    if let Some(pattern) = settings.mute.iter().find(|pattern| !is_allowed(pattern)) {
        let shown: String = pattern.chars().take(PATTERN_MAX_BYTES).collect();
        return refuse(format!("mute of {shown:?} is not within 1 to {PATTERN_MAX_BYTES} bytes"));
    }
    if settings.mute.len() > PATTERNS_MAX {
        return refuse(format!("mute of {} patterns is over {PATTERNS_MAX}", settings.mute.len()));
    }
    let prefix = settings.prefix.as_deref().unwrap_or_default();
    Ok(Options {
        wording: Wording {
            dialect: settings.dialect.unwrap_or_default(),
            prefix: prefix.trim_end_matches('.').to_owned(),
            tags: settings.tags.clone(),
            origin: origin::fields(settings),
        },
        sample_rate,
        aggregates: settings.aggregation.unwrap_or_default() == Aggregation::On,
        flush_interval,
        max_packet_size,
        max_queued_bytes: settings.max_queued_bytes.unwrap_or(DEFAULT_QUEUED_BYTES),
        when_full: settings.when_full.unwrap_or_default(),
        max_contexts,
        reservoir,
        idle_expiry,
        seed: settings.seed,
        telemetry: settings.telemetry.clone(),
        mute: settings.mute.clone(),
    })
}
