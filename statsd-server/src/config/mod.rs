//! What the server is told: defaults, a TOML file or etsy's `config.js`, the environment, flags.
//! May not know any part that it configures; `app.rs` translates it, and nothing below `app` reads it.

mod carbon;
pub mod carbon_conf;
mod carbon_rules;
mod duration;
mod environment;
mod error;
pub mod etsy_js;
mod http_output;
mod listen;
mod load;
mod relay;
mod schemas;
mod sections;
mod store;
mod suggest;
mod validate;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::limits::{SET_MEMBERS_MAX, TIMER_SAMPLES_MAX};

pub use carbon::Carbon;
pub use carbon_rules::{CarbonMetrics, CarbonRules};
pub use duration::parse_duration;
pub use environment::{Environment, VARIABLES};
pub use error::ConfigError;
pub use http_output::{HttpOutput, HttpOutputFormat};
pub use listen::{Listen, StatsdListen, UnixSocket};
pub use load::{Format, Loaded, Note, NoteKind};
pub use relay::{Relay, RelayNode};
pub use schemas::{
    Method, Pattern, Retentions, StorageAggregation, StorageRules, StorageSchema, XFilesFactor,
};
pub use sections::{
    Console, Exec, Graphite, GraphiteProtocol, Health, Histogram, KeyFlush, Log, LogBackend,
    Output, Repeater, RepeaterProtocol, Ttl,
};
pub use store::{Store, Upkeep};

/// Everything that can be set. [`Config::default`] is what runs without a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "etsy's switches, independent of each other")]
pub struct Config {
    /// Where StatsD is received: an address (UDP and TCP), `off`, or a list (etsy's `servers`).
    /// Default `127.0.0.1:8125`.
    #[serde(with = "listen")]
    pub statsd: Vec<StatsdListen>,
    /// UDP sockets on each address, each read by a thread; more than one where a core is not enough.
    /// Default 1.
    pub statsd_sockets: usize,
    /// Where the page and Graphite's API are served. Default `127.0.0.1:8080`.
    pub http: Listen,
    /// Where etsy's admin console is served (`mgmt_address`, `mgmt_port`). Default `127.0.0.1:8126`.
    pub admin: Listen,
    /// Where carbon's lines and more are received: an address, `off`, or a table. Default `127.0.0.1:2003`.
    #[serde(deserialize_with = "carbon::deserialize")]
    pub carbon: Carbon,
    /// Where carbon's pickles are received. Default `127.0.0.1:2004`.
    pub pickle: Listen,
    /// The folder of the Whisper files; none where it is `off`. Default `./statsd-data`.
    #[serde(with = "listen::folder")]
    pub data: Option<PathBuf>,
    /// The file that keeps gauges and the names of all metrics for the next run, or `off`. Default:
    /// `.state` in the data folder; none where there is no data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<PathBuf>,
    /// Time between flushes, 1 s to 1 h; from 10 ms on where nothing is stored. Default 10 s.
    #[serde(with = "duration")]
    pub flush_interval: Duration,
    /// Which instants flushes are due at. Default: those that keep the phase of the start.
    pub flush_align: FlushAlign,
    /// Percentiles of timers, one or a list; negative ones count from the top. Default 90.
    #[serde(deserialize_with = "one_or_many")]
    pub percent_threshold: Vec<f64>,
    /// Which of a timer's statistics are made; `*_percent` means those of every percentile. Default:
    /// all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculated_timer_metrics: Option<Vec<String>>,
    /// Samples of one timer in one interval that are kept as they came, at least 1; more of them become
    /// a sketch, whose percentiles are wrong by at most 0.8 %. Default a million.
    pub timer_samples_exact: usize,
    /// Members of one set in one interval that are kept; of more of them the number is an estimate
    /// with a standard error of 0.8 %. Default a million.
    pub set_members_exact: usize,
    /// What the server's own metrics begin with. Default `statsd`.
    pub prefix_stats: String,
    /// Whether what was silent is left out of a flush, where it would be sent as 0 (gauges: as
    /// their last value). Default false.
    pub delete_idle_stats: bool,
    /// The same for counters alone; as `delete_idle_stats` says where it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_counters: Option<bool>,
    /// The same for timers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_timers: Option<bool>,
    /// The same for sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_sets: Option<bool>,
    /// The same for gauges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_gauges: Option<bool>,
    /// Flushes that a silent gauge survives where gauges are deleted, at least 1. Default 1.
    pub gauges_max_ttl: std::num::NonZeroU32,
    /// Whether names are cleaned as they arrive. Default true.
    pub key_name_sanitize: bool,
    /// Which StatsD the packets are read as. Default etsy's.
    pub dialect: Dialect,
    /// Which outputs run. Default: graphite where it has a host, the repeater where it has targets,
    /// exec where it has a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backends: Option<Vec<Output>>,
    /// What the admin console says of the health at first. Default up.
    pub health_status: Health,
    /// Whether flushes are logged. Default false.
    pub debug: bool,
    /// Whether every line that arrives is logged. Default false.
    pub dump_messages: bool,
    /// Whether the file is read again when it changes. Default true.
    pub automatic_config_reload: bool,
    /// What the process is to be called. Default: its command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How points go to the files of the data folder.
    pub store: Store,
    /// A carbon server, and the names of series.
    pub graphite: Graphite,
    /// Other StatsD servers that get every packet.
    pub repeater: Repeater,
    /// Nodes to which lines are relayed, in the place of everything else.
    pub relay: Relay,
    /// Carbon's files about names.
    pub carbon_rules: CarbonRules,
    /// The server's own metrics, by carbon's names.
    pub carbon_metrics: CarbonMetrics,
    /// Standard output.
    pub console: Console,
    /// A command that gets every flush.
    pub exec: Exec,
    /// Servers that get every flush over HTTP.
    pub http_output: Vec<HttpOutput>,
    /// Timers whose samples are counted by size.
    pub histogram: Vec<Histogram>,
    /// How long and how finely series are kept; the first that fits holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schema: Vec<StorageSchema>,
    /// How fine values of series become coarse ones; the first that fits holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aggregation: Vec<StorageAggregation>,
    /// How long silent names are kept.
    pub ttl: Ttl,
    /// A log of the busiest names.
    pub key_flush: KeyFlush,
    /// Where the log goes.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            statsd: vec![StatsdListen::UdpAndTcp("127.0.0.1:8125".to_owned())],
            statsd_sockets: 1,
            http: Listen::local(8080),
            admin: Listen::local(8126),
            carbon: Carbon::default(),
            pickle: Listen::local(2004),
            data: Some(PathBuf::from("./statsd-data")),
            state: None,
            flush_interval: Duration::from_secs(10),
            flush_align: FlushAlign::Startup,
            percent_threshold: vec![90.0],
            calculated_timer_metrics: None,
            timer_samples_exact: TIMER_SAMPLES_MAX,
            set_members_exact: SET_MEMBERS_MAX,
            prefix_stats: "statsd".to_owned(),
            delete_idle_stats: false,
            delete_counters: None,
            delete_timers: None,
            delete_sets: None,
            delete_gauges: None,
            gauges_max_ttl: std::num::NonZeroU32::MIN,
            key_name_sanitize: true,
            dialect: Dialect::Etsy,
            backends: None,
            health_status: Health::Up,
            debug: false,
            dump_messages: false,
            automatic_config_reload: true,
            title: None,
            store: Store::default(),
            graphite: Graphite::default(),
            repeater: Repeater::default(),
            relay: Relay::default(),
            carbon_rules: CarbonRules::default(),
            carbon_metrics: CarbonMetrics::default(),
            console: Console::default(),
            exec: Exec::default(),
            http_output: Vec::new(),
            histogram: Vec::new(),
            schema: Vec::new(),
            aggregation: Vec::new(),
            ttl: Ttl::default(),
            key_flush: KeyFlush::default(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// Reads a file: TOML, or etsy's format where its name ends in `.js` or `.json`. [`Loaded::read`]
    /// says more about it.
    ///
    /// # Errors
    /// The file cannot be read, is not of that format, has an unknown key or a value out of its range.
    /// The error names the file and, where there is one, the line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Loaded::read(path).map(|loaded| loaded.config)
    }

    /// Reads the text of a TOML file.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let config = Config::parse("flush_interval = '1s'\nhttp = 'off'")?;
    /// assert_eq!(config.flush_interval.as_secs(), 1);
    /// let error = Config::parse("flush_intervall = '1s'").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1: unknown key `flush_intervall`; did you mean `flush_interval`?");
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::toml(text, &error))?;
        config.validate()?;
        Ok(config)
    }

    /// Checks the ranges; called again after flags were applied.
    ///
    /// # Errors
    /// A value is out of its range; the error names the key.
    pub fn validate(&self) -> Result<(), ConfigError> {
        validate::check(self).map_err(|wrong| ConfigError::value(wrong.key, &wrong.message))
    }

    /// Whether an output is to run: `backends` names it or, where there is no such list, it has
    /// somewhere to send to.
    pub fn runs(&self, output: Output) -> bool {
        let has_target = match output {
            Output::Graphite => self.graphite.host.is_some(),
            Output::Repeater => !self.repeater.to.is_empty(),
            Output::Console => self.backends.is_some(),
            Output::Exec => !self.exec.command.is_empty(),
            Output::Http => !self.http_output.is_empty(),
        };
        has_target && self.backends.as_ref().is_none_or(|named| named.contains(&output))
    }

    /// The folder where flushes wait for a carbon that is away: graphite's `spool`, or else one below
    /// the data folder. None where there is no data folder either: they wait in memory.
    ///
    /// ```
    /// use std::path::Path;
    /// use statsd_server::config::Config;
    ///
    /// let config = Config::parse("data = '/srv'")?;
    /// assert_eq!(config.graphite_spool().as_deref(), Some(Path::new("/srv/.spool/graphite")));
    /// assert_eq!(Config::parse("data = 'off'")?.graphite_spool(), None);
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn graphite_spool(&self) -> Option<PathBuf> {
        self.graphite.spool.clone().or_else(|| self.spool_of("graphite"))
    }

    /// The folder where flushes wait for an output over HTTP; none where there is no data folder.
    pub fn http_spool(&self, output: &HttpOutput) -> Option<PathBuf> {
        self.spool_of(&format!("http-{}", output.name))
    }

    fn spool_of(&self, output: &str) -> Option<PathBuf> {
        // No series can have that name: a node holds no dot.
        self.data.as_ref().map(|data| data.join(".spool").join(output))
    }

    /// The file that keeps the state for the next run: `state`, or else one in the data folder. None
    /// where there is no data folder either, or where it says `off`.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let file = |text| Ok::<_, statsd_server::config::ConfigError>(Config::parse(text)?.state_file());
    /// assert_eq!(file("data = '/srv'")?, Some("/srv/.state".into()));
    /// assert_eq!(file("data = '/srv'\nstate = 'off'")?, None);
    /// assert_eq!(file("data = 'off'")?, None);
    /// assert_eq!(file("data = 'off'\nstate = '/srv/state'")?, Some("/srv/state".into()));
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn state_file(&self) -> Option<PathBuf> {
        match self.state.clone() {
            Some(file) => parse_folder(file),
            None => self.data.as_ref().map(|data| data.join(".state")),
        }
    }
}

/// Where data is kept: a folder, or nowhere where it says `off`.
///
/// ```
/// use statsd_server::config::parse_folder;
///
/// assert_eq!(parse_folder("off".into()), None);
/// assert_eq!(parse_folder("./off".into()), Some("./off".into()));
/// ```
pub fn parse_folder(path: PathBuf) -> Option<PathBuf> {
    (path != Path::new("off")).then_some(path)
}

/// A number, or a list of them.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number or a list of numbers")]
    enum OneOrMany {
        One(f64),
        Many(Vec<f64>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(number) => vec![number],
        OneOrMany::Many(numbers) => numbers,
    })
}

/// Which instants flushes are due at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlushAlign {
    /// Those that keep the phase of the second of the start, as etsy's.
    #[default]
    Startup,
    /// Multiples of the interval since the epoch.
    WallClock,
}

/// Which StatsD the packets are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// etsy's.
    #[default]
    Etsy,
    /// Datadog's: histograms, distributions and several values in one line.
    Dogstatsd,
    /// Telegraf's: tags after a comma, `name,plan=pro:1|c`.
    Influx,
    /// Graphite's: tags after a semicolon, `name;plan=pro:1|c`.
    Graphite,
    /// SignalFx's: tags in brackets, `name[plan=pro]:1|c`.
    SignalFx,
    /// Librato's and Sysdig's: tags after a hash, `name#plan=pro:1|c`.
    Librato,
    /// Okmeter's: tags are nodes of the name, `name.plan_is_pro:1|c`.
    Okmeter,
}

impl fmt::Display for Dialect {
    /// What people call it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Etsy => "etsy's",
            Self::Dogstatsd => "DogStatsD's",
            Self::Influx => "Influx's",
            Self::Graphite => "Graphite's",
            Self::SignalFx => "SignalFx's",
            Self::Librato => "Librato's",
            Self::Okmeter => "Okmeter's",
        })
    }
}

#[cfg(test)]
mod tests;
