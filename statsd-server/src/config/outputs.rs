//! The outputs besides the store and the pages: a table each, none of them on unless it is there.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, duration};

/// `[graphite]`: every flush also goes to a carbon server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Graphite {
    /// `host:port` of carbon: 2003 is its usual port for text, 2004 for pickles.
    pub address: String,
    /// `text` (default) or `pickle`.
    #[serde(default)]
    pub protocol: GraphiteProtocol,
    /// Whether counters are sent as counts besides their rates. Default true.
    #[serde(default = "yes")]
    pub flush_counts: bool,
    /// Whether a flush counts as delivered only once carbon has closed the connection, too. Default
    /// true; false for a server that never does.
    #[serde(default = "yes")]
    pub confirm: bool,
    /// How long to wait for a connection. Default 5 s.
    #[serde(default = "five_seconds", deserialize_with = "duration::deserialize")]
    pub connect_timeout: Duration,
    /// How long carbon may take nothing, or not close, before the flush is sent again. Default 10 s.
    #[serde(default = "ten_seconds", deserialize_with = "duration::deserialize")]
    pub write_timeout: Duration,
    /// How long a delivered flush is kept to be sent again after an outage, because carbon forgets
    /// what it has not written. Default 15 s; 0 s for a server that adds points up.
    #[serde(default = "fifteen_seconds", deserialize_with = "duration::deserialize")]
    pub replay: Duration,
    /// Where flushes wait for a carbon that is away. Default `.spool/graphite` in the data folder.
    pub spool: Option<PathBuf>,
    /// Bytes of them; beyond it the oldest are dropped. Default 1 GiB.
    pub spool_max_bytes: Option<u64>,
}

/// In which format carbon gets its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GraphiteProtocol {
    /// Lines.
    #[default]
    Text,
    /// Pickles.
    Pickle,
}

/// `[repeater]`: every packet, as it came, also goes to other StatsD servers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Repeater {
    /// `host:port` of each.
    pub addresses: Vec<String>,
    /// `udp` (default) or `tcp`.
    #[serde(default)]
    pub protocol: RepeaterProtocol,
}

/// Over what packets are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepeaterProtocol {
    /// Datagrams, over IPv4 or IPv6 as the name says.
    #[default]
    Udp,
    /// A connection to each server.
    Tcp,
}

/// `[console]`: etsy's console backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Console {
    /// Colours, and a depth of five levels. Default false.
    pub prettyprint: bool,
}

/// `[exec]`: a command reads every flush from its standard input, `name|value|timestamp` a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Exec {
    /// The program and its arguments; no shell reads them.
    pub command: Vec<String>,
    /// How long it may run. Default 10 s.
    #[serde(default = "ten_seconds", deserialize_with = "duration::deserialize")]
    pub deadline: Duration,
}

impl Repeater {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.addresses.is_empty() {
            let message = "there is none; leave the table out".to_owned();
            return Err(ConfigError::value("repeater.addresses", message));
        }
        self.addresses.iter().try_for_each(|text| address("repeater.addresses", text))
    }
}

impl Exec {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.command.first().is_none_or(String::is_empty) {
            return Err(ConfigError::value("exec.command", "it names no program".to_owned()));
        }
        positive("exec.deadline", self.deadline)
    }
}

impl Graphite {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        address("graphite.address", &self.address)?;
        positive("graphite.connect_timeout", self.connect_timeout)?;
        positive("graphite.write_timeout", self.write_timeout)
    }
}

/// The name may be one that nothing resolves yet; its form must be right.
fn address(key: &str, address: &str) -> Result<(), ConfigError> {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok_and(|p| p != 0) => {
            Ok(())
        }
        _ => Err(ConfigError::value(key, format!("{address:?} is not `host:port`"))),
    }
}

fn positive(key: &str, time: Duration) -> Result<(), ConfigError> {
    if time.is_zero() {
        return Err(ConfigError::value(key, "it must be above 0".to_owned()));
    }
    Ok(())
}

fn yes() -> bool {
    true
}

fn five_seconds() -> Duration {
    Duration::from_secs(5)
}

fn fifteen_seconds() -> Duration {
    Duration::from_secs(15)
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}
