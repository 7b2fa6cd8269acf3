//! The sections of a configuration: outputs, histograms, logs. etsy's names in snake case.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::limits::SPOOL_BYTES;

/// An output that `backends` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Output {
    /// Every flush to a carbon server.
    Graphite,
    /// Every flush to standard output, as etsy's console backend prints it.
    Console,
    /// Every packet to other StatsD servers.
    Repeater,
    /// Every flush to a command.
    Exec,
    /// Every flush over HTTP, to all of `[[http_output]]`.
    Http,
}

/// `[graphite]`: a carbon server, and how series are named, in the store and on the page, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Graphite {
    /// The carbon server's name or address (etsy's `graphiteHost`). Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its port (`graphitePort`, `graphitePicklePort`). Default 2003; 2004 with pickle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What it is spoken to in (`graphiteProtocol`). Default text.
    pub protocol: GraphiteProtocol,
    /// etsy's old names, for which the prefixes below do not hold. Default true.
    pub legacy_namespace: bool,
    /// Default `stats`. An empty prefix is left out with its dot, here and below.
    pub global_prefix: String,
    /// Default `counters`.
    pub prefix_counter: String,
    /// Default `timers`.
    pub prefix_timer: String,
    /// Default `gauges`.
    pub prefix_gauge: String,
    /// Default `sets`.
    pub prefix_set: String,
    /// Stands behind every name, after a dot, even where it is empty. Default: none, and no dot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_suffix: Option<String>,
    /// Whether a counter's count is sent besides its rate; the store keeps both. Default true.
    pub flush_counts: bool,
    /// Whether a flush counts as delivered only once carbon has closed the connection, too. Default
    /// true; false for a server that never does.
    pub confirm: bool,
    /// How long to wait for a connection, up to 1 h. Default 5 s.
    #[serde(with = "duration")]
    pub connect_timeout: Duration,
    /// How long carbon may take nothing, or not close, before the flush is sent again, up to 1 h.
    /// Default 10 s.
    #[serde(with = "duration")]
    pub write_timeout: Duration,
    /// How long a delivered flush is kept to be sent again after an outage, because carbon forgets
    /// what it has not written; up to 1 h. Default 15 s; 0 s for a server that adds points up.
    #[serde(with = "duration")]
    pub replay: Duration,
    /// The folder where flushes wait for a carbon that is away. Default: `.spool/graphite` in the data
    /// folder; in memory where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spool: Option<PathBuf>,
    /// Bytes of them, in memory at most 64 MiB; beyond it the oldest are dropped. Default 1 GiB.
    pub spool_max_bytes: u64,
}

impl Default for Graphite {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            protocol: GraphiteProtocol::Text,
            legacy_namespace: true,
            global_prefix: "stats".to_owned(),
            prefix_counter: "counters".to_owned(),
            prefix_timer: "timers".to_owned(),
            prefix_gauge: "gauges".to_owned(),
            prefix_set: "sets".to_owned(),
            global_suffix: None,
            flush_counts: true,
            confirm: true,
            connect_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
            replay: Duration::from_secs(15),
            spool: None,
            spool_max_bytes: SPOOL_BYTES,
        }
    }
}

impl Graphite {
    /// `host:port` of the carbon server, if there is one.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let config = Config::parse("[graphite]\nhost = '::1'\nprotocol = 'pickle'")?;
    /// assert_eq!(config.graphite.address().as_deref(), Some("[::1]:2004"));
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn address(&self) -> Option<String> {
        let port = self.port.unwrap_or(match self.protocol {
            GraphiteProtocol::Text => 2003,
            GraphiteProtocol::Pickle => 2004,
        });
        Some(host_and_port(self.host.as_ref()?, port))
    }
}

/// `host:port`; brackets stand around an IPv6 address.
pub(super) fn host_and_port(host: &str, port: u16) -> String {
    if host.parse::<std::net::Ipv6Addr>().is_ok() {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// What a carbon server is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphiteProtocol {
    /// A line a point.
    #[default]
    Text,
    /// Python's pickles behind a length.
    Pickle,
}

/// `[repeater]`: other StatsD servers that get every packet as it came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Repeater {
    /// Their addresses, `host:port`. Default: none.
    pub to: Vec<String>,
    /// How they are spoken to (etsy's `repeaterProtocol`). Default udp4.
    pub protocol: RepeaterProtocol,
}

/// How a repeater sends. Datagrams take the other family where a name has only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepeaterProtocol {
    /// Over IPv4.
    #[default]
    Udp4,
    /// Over IPv6.
    Udp6,
    /// Over TCP, a newline behind every packet.
    Tcp,
}

/// `[console]`: what is written to standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Console {
    /// One line a flush that says what arrived. Default true; false with etsy's configuration.
    pub summary: bool,
    /// Colours in what the backend `console` prints. Default false.
    pub prettyprint: bool,
}

impl Default for Console {
    fn default() -> Self {
        Self { summary: true, prettyprint: false }
    }
}

/// `[exec]`: a command reads every flush from its standard input, `name|value|timestamp` a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Exec {
    /// The program and its arguments; no shell reads them. Default: none.
    pub command: Vec<String>,
    /// How long it may run, up to 1 h. Default 10 s.
    #[serde(with = "duration")]
    pub deadline: Duration,
}

impl Default for Exec {
    fn default() -> Self {
        Self { command: Vec::new(), deadline: Duration::from_secs(10) }
    }
}

/// `[[histogram]]`: how the samples of some timers are counted by their size. Of several the first
/// that matches holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Histogram {
    /// Part of the names that are meant; an empty one is part of every name.
    pub metric: String,
    /// Upper bounds in ms, themselves not in the bin; `inf` takes the rest. None: no histogram.
    pub bins: Vec<f64>,
}

/// `[key_flush]`: a log of the names that came most often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct KeyFlush {
    /// How often it is written. Default: never.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Percent of the names that it names, above 0. Default 100.
    pub percent: f64,
    /// The file it is appended to. Default: standard output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<PathBuf>,
}

impl Default for KeyFlush {
    fn default() -> Self {
        Self { interval: None, percent: 100.0, log: None }
    }
}

/// `[ttl]`: how long silent names are kept, kind by kind. Default: for ever, unless a `delete_…` key says
/// otherwise; where both do, the shorter time holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Ttl {
    /// Of counters.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub counters: Option<Duration>,
    /// Of timers.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub timers: Option<Duration>,
    /// Of sets.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub sets: Option<Duration>,
    /// Of gauges.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub gauges: Option<Duration>,
}

/// `[log]`: where etsy's StatsD logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Log {
    /// Default `stdout`.
    pub backend: LogBackend,
    /// What this program is called in the system's log. Default `statsd`.
    pub application: String,
    /// A level of the system's log. Default `LOG_INFO`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            backend: LogBackend::Stdout,
            application: "statsd".to_owned(),
            level: "LOG_INFO".to_owned(),
        }
    }
}

/// Where a log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogBackend {
    /// To the terminal.
    #[default]
    Stdout,
    /// To the system's log.
    Syslog,
}

/// What the admin console answers to `health` until it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// `health: up`.
    #[default]
    Up,
    /// `health: down`.
    Down,
}
