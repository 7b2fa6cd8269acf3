//! What the server is told: defaults, a TOML file, flags. May not know any part that it configures;
//! `app.rs` translates it, and nothing below `app` reads it.

mod duration;
mod error;
pub mod outputs;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

pub use duration::parse_duration;
pub use error::ConfigError;

use crate::limits::{FLUSH_INTERVAL_MAX, FLUSH_INTERVAL_MIN};

/// Everything that can be set. [`Config::default`] is what runs without a file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Where StatsD packets are received over UDP. Default `127.0.0.1:8125`.
    pub statsd: Listen,
    /// Where the page and Graphite's API are served. Default `127.0.0.1:8080`.
    pub http: Listen,
    /// The folder of the Whisper files. Default `./statsd-data`.
    pub data: PathBuf,
    /// Time between flushes, 1 s to 1 h. Default 10 s.
    #[serde(deserialize_with = "duration::deserialize")]
    pub flush_interval: Duration,
    /// Percentiles of timers; negative ones count from the top. Default 90.
    pub percent_threshold: Vec<f64>,
    /// What the server's own metrics begin with. Default `statsd`.
    pub prefix_stats: String,
    /// Whether counters, timers, sets and gauges that were silent are left out of a flush, as
    /// etsy's `deleteIdleStats`. Default: counters send 0 and gauges their last value.
    pub delete_idle_stats: bool,
    /// Which StatsD the packets are read as. Default etsy's.
    pub dialect: Dialect,
    /// A carbon server that gets every flush, too. Default none.
    pub graphite: Option<outputs::Graphite>,
    /// Other StatsD servers that get every packet, too. Default none.
    pub repeater: Option<outputs::Repeater>,
    /// Every flush on standard output as etsy prints it, in place of one line. Default one line.
    pub console: Option<outputs::Console>,
    /// A command that reads every flush. Default none.
    pub exec: Option<outputs::Exec>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            statsd: Listen::local(8125),
            http: Listen::local(8080),
            data: PathBuf::from("./statsd-data"),
            flush_interval: Duration::from_secs(10),
            percent_threshold: vec![90.0],
            prefix_stats: "statsd".to_owned(),
            delete_idle_stats: false,
            dialect: Dialect::Etsy,
            graphite: None,
            repeater: None,
            console: None,
            exec: None,
        }
    }
}

impl Config {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, has an unknown key or a value out of its range. The error
    /// names the file and, where there is one, the line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs_err::read_to_string(path).map_err(ConfigError::Read)?;
        Self::parse(&text).map_err(|error| error.at(path))
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
        let interval = self.flush_interval;
        if !(FLUSH_INTERVAL_MIN..=FLUSH_INTERVAL_MAX).contains(&interval) {
            return Err(ConfigError::value(
                "flush_interval",
                format!(
                    "{interval:?} is not within 1s and 1h: Whisper's finest step is one second"
                ),
            ));
        }
        for threshold in &self.percent_threshold {
            if !(threshold.is_finite() && threshold.abs() <= 100.0 && *threshold != 0.0) {
                let message = format!("{threshold} is not within -100 and 100, without 0");
                return Err(ConfigError::value("percent_threshold", message));
            }
        }
        self.graphite.as_ref().map_or(Ok(()), outputs::Graphite::validate)?;
        self.repeater.as_ref().map_or(Ok(()), outputs::Repeater::validate)?;
        self.exec.as_ref().map_or(Ok(()), outputs::Exec::validate)?;
        Ok(())
    }
}

/// An address to listen on, or `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// `host:port`; port 0 lets the system choose.
    On(String),
    /// Not at all.
    Off,
}

impl Listen {
    fn local(port: u16) -> Self {
        Self::On(format!("127.0.0.1:{port}"))
    }

    /// The address, if there is one.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::On(address) => Some(address),
            Self::Off => None,
        }
    }
}

impl std::str::FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::On(text.to_owned()))
            }
            _ => Err(format!("{text:?} is neither `host:port` nor `off`")),
        }
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Which StatsD the packets are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// etsy's.
    #[default]
    Etsy,
    /// Datadog's: histograms, distributions and several values in one line.
    Dogstatsd,
}

#[cfg(test)]
mod tests;
