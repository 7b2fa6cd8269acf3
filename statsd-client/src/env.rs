//! Environment → settings. Variables come from a function, so that tests set none.

mod address;

use std::env::VarError;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::builder::{Aggregation, Builder};
use crate::config::{Config, DEFAULT_PACKET_BYTES, FLUSH_INTERVALS, Output, PACKET_BYTES, Word};
use crate::error::{Error, ErrorKind};
use crate::pipeline::{PATTERN_MAX_BYTES, PATTERNS_MAX, is_allowed};
use crate::protocol::Dialect;

/// Tags that the environment may add up to.
const TAGS_MAX: usize = 128;

/// Characters of a bad value that its error shows.
const SHOWN_MAX: usize = 100;

/// What the client's telemetry is called where the environment turns it on.
const TELEMETRY_PREFIX: &str = "statsd_client";

/// Variables that say there is an agent of Datadog's to talk to.
const AGENT: [&str; 14] = [
    "DD_DOGSTATSD_URL",
    "DD_DOGSTATSD_SOCKET",
    "DD_AGENT_HOST",
    "DD_DOGSTATSD_PORT",
    "DD_ENTITY_ID",
    "DD_ENV",
    "DD_SERVICE",
    "DD_VERSION",
    "DD_TAGS",
    "DATADOG_TAGS",
    "DD_ORIGIN_DETECTION_ENABLED",
    "DD_EXTERNAL_ENV",
    "DD_CARDINALITY",
    "DATADOG_CARDINALITY",
];

/// Variables of other clients that there is nothing to set for.
const MEANINGLESS: [&str; 6] = [
    "STATSD_STRICT_MODE",
    "DD_DOGSTATSD_PIPE_NAME",
    "DD_DOGSTATSD_DISABLE_FORK_SUPPORT",
    "DD_DOGSTATSD_DISABLE_INSTANCE_TRACKING",
    "DD_TELEMETRY_HOST",
    "DD_TELEMETRY_PORT",
];

/// What [`Builder::from_env`] made of the environment.
///
/// ```
/// use statsd_client::Client;
///
/// let builder = Client::builder().prefix("shop").from_env()?;
/// assert!(!builder.environment().used().contains(&"STATSD_PREFIX")); // code comes first
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentReport {
    used: Vec<&'static str>,
    ignored: Vec<&'static str>,
}

impl EnvironmentReport {
    /// The variables that set something, in the order in which they were read.
    pub fn used(&self) -> &[&'static str] {
        &self.used
    }

    /// The variables that are set, known, and without effect: something of higher precedence holds,
    /// or there is nothing here that they could mean.
    pub fn ignored(&self) -> &[&'static str] {
        &self.ignored
    }
}

impl Builder {
    #[doc = include_str!("env/variables.md")]
    pub fn from_env(mut self) -> Result<Self, Error> {
        self.environment = fill(&mut self.settings, |name| std::env::var(name))?;
        Ok(self)
    }

    /// Which variables [`Self::from_env`] used, and which had no effect. Empty before.
    pub fn environment(&self) -> &EnvironmentReport {
        &self.environment
    }
}

/// Fills what `config` leaves open, asking `variable` for every name that is known.
fn fill(
    config: &mut Config,
    variable: impl Fn(&str) -> Result<String, VarError>,
) -> Result<EnvironmentReport, Error> {
    let mut reader = Reader { variable, report: EnvironmentReport::default() };
    reader.statsd(config)?;
    reader.datadog(config)?;
    for name in MEANINGLESS {
        reader.ignore(name);
    }
    Ok(reader.report)
}

struct Reader<F> {
    variable: F,
    report: EnvironmentReport,
}

impl<F: Fn(&str) -> Result<String, VarError>> Reader<F> {
    fn statsd(&mut self, config: &mut Config) -> Result<(), Error> {
        self.decide("STATSD_ENV", &mut config.output, output_of)?;
        self.set("STATSD_SOCKET_PATH", &mut config.address, address::unix)?;
        self.set("STATSD_ADDR", &mut config.address, address::host_and_port)?;
        self.set("STATSD_IMPLEMENTATION", &mut config.dialect, word)?;
        self.set("STATSD_SAMPLE_RATE", &mut config.sample_rate, sample_rate)?;
        self.set("STATSD_PREFIX", &mut config.prefix, |text| Ok(text.to_owned()))?;
        self.tags("STATSD_DEFAULT_TAGS", config)?;

        let packet_sizes = whole_number(PACKET_BYTES);
        self.set("STATSD_MAX_PACKET_SIZE", &mut config.max_packet_size, packet_sizes)?;
        let packet_size = config.max_packet_size.unwrap_or(DEFAULT_PACKET_BYTES);
        self.set("STATSD_BUFFER_CAPACITY", &mut config.max_queued_bytes, |text| {
            let packets = whole_number(1..=usize::MAX / packet_size.max(1))(text)?;
            Ok(packets * packet_size)
        })?;
        self.set("STATSD_FLUSH_INTERVAL", &mut config.flush_interval, interval)?;
        self.set("STATSD_AGGREGATION_INTERVAL", &mut config.flush_interval, interval)?;
        self.set("STATSD_ENABLE_AGGREGATION", &mut config.aggregation, |text| {
            word(text).map(|on| if on { Aggregation::On } else { Aggregation::Off })
        })?;
        let contexts = whole_number(1..=usize::MAX);
        self.set("STATSD_AGGREGATION_MAX_CONTEXT_SIZE", &mut config.max_contexts, contexts)?;
        self.decide("STATSD_BATCH_STATISTICS_INTERVAL", &mut config.telemetry, telemetry_prefix)?;
        self.patterns("STATSD_MUTE", config)
    }

    fn datadog(&mut self, config: &mut Config) -> Result<(), Error> {
        let agent = AGENT.iter().any(|name| self.is_set(name));
        // With nothing said of another server, who sets these talks to an agent. An address from
        // elsewhere may well be a plain StatsD server, where tags of Datadog's would rename everything.
        if agent && config.dialect.is_none() && config.address.is_none() {
            config.dialect = Some(Dialect::DogStatsd);
        }
        self.agent_address(config)?;
        self.decide("DD_DOGSTATSD_DISABLE", &mut config.output, |text| {
            word(text).map(|disabled: bool| disabled.then_some(Output::Null))
        })?;
        if config.dialect == Some(Dialect::DogStatsd) {
            self.agent_tags(config)?;
            self.origin(config)?;
            // Nobody but an agent is known to read the fields.
            config.origin_detection = config.origin_detection.or(agent.then_some(true));
        }
        for name in AGENT {
            if !self.report.used.contains(&name) {
                self.ignore(name);
            }
        }
        Ok(())
    }

    /// The first of a URL, a socket's path, and a host with a port; each of the last two has a default.
    fn agent_address(&mut self, config: &mut Config) -> Result<(), Error> {
        if config.address.is_some() {
            return Ok(());
        }
        self.set("DD_DOGSTATSD_URL", &mut config.address, address::url)?;
        if config.address.is_none() {
            self.set("DD_DOGSTATSD_SOCKET", &mut config.address, address::unix)?;
        }
        if config.address.is_none() {
            let (mut host, mut port) = (None, None);
            self.set("DD_AGENT_HOST", &mut host, address::host)?;
            self.set("DD_DOGSTATSD_PORT", &mut port, address::port)?;
            if host.is_some() || port.is_some() {
                config.address = Some(address::agent(host, port));
            }
        }
        Ok(())
    }

    fn agent_tags(&mut self, config: &mut Config) -> Result<(), Error> {
        for (name, key) in [
            ("DD_ENTITY_ID", "dd.internal.entity_id"),
            ("DD_ENV", "env"),
            ("DD_SERVICE", "service"),
            ("DD_VERSION", "version"),
        ] {
            if let Some(value) = self.text(name)? {
                self.add_tags(name, vec![(key.to_owned(), value)], config)?;
            }
        }
        self.tags("DD_TAGS", config)?;
        self.tags("DATADOG_TAGS", config)
    }

    fn origin(&mut self, config: &mut Config) -> Result<(), Error> {
        self.set("DD_ORIGIN_DETECTION_ENABLED", &mut config.origin_detection, word)?;
        if config.origin_detection != Some(false) {
            self.set("DD_EXTERNAL_ENV", &mut config.external_env, |text| Ok(text.to_owned()))?;
        }
        self.set("DD_CARDINALITY", &mut config.cardinality, word)?;
        self.set("DATADOG_CARDINALITY", &mut config.cardinality, word)
    }

    /// The value of a variable; an empty one is not set, as shells and compose files have it.
    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match (self.variable)(name) {
            Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(text)) => Err(bad(name, &text.to_string_lossy(), "UTF-8")),
        }
    }

    fn is_set(&self, name: &str) -> bool {
        !matches!(self.text(name), Ok(None))
    }

    /// Fills a setting that is still open. `read` says what is wanted where it cannot read the text.
    fn set<T>(
        &mut self,
        name: &'static str,
        setting: &mut Option<T>,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<(), Error> {
        self.decide(name, setting, |text| read(text).map(Some))
    }

    /// As [`Self::set`], for a variable that may also say to leave the setting open. A value without
    /// effect is checked, too, so that it is right on the day it has one.
    fn decide<T>(
        &mut self,
        name: &'static str,
        setting: &mut Option<T>,
        read: impl FnOnce(&str) -> Result<Option<T>, String>,
    ) -> Result<(), Error> {
        let Some(text) = self.text(name)? else { return Ok(()) };
        let value = read(&text).map_err(|wanted| bad(name, &text, &wanted))?;
        if setting.is_none() {
            *setting = value;
            self.report.used.push(name);
        } else {
            self.ignore(name);
        }
        Ok(())
    }

    fn ignore(&mut self, name: &'static str) {
        if self.is_set(name) && !self.report.ignored.contains(&name) {
            self.report.ignored.push(name);
        }
    }

    fn tags(&mut self, name: &'static str, config: &mut Config) -> Result<(), Error> {
        match self.text(name)? {
            Some(text) => self.add_tags(name, split_tags(&text), config),
            None => Ok(()),
        }
    }

    /// Patterns of what is switched off, besides those that code names.
    fn patterns(&mut self, name: &'static str, config: &mut Config) -> Result<(), Error> {
        let Some(text) = self.text(name)? else { return Ok(()) };
        let patterns = text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        config.mute.extend(patterns.map(str::to_owned));
        if config.mute.len() > PATTERNS_MAX || !config.mute.iter().all(|known| is_allowed(known)) {
            let wanted = format!(
                "a list that makes {PATTERNS_MAX} patterns of {PATTERN_MAX_BYTES} bytes at the most"
            );
            return Err(bad(name, &text, &wanted));
        }
        self.report.used.push(name);
        Ok(())
    }

    /// Of one key the tag that is there already holds.
    fn add_tags(
        &mut self,
        name: &'static str,
        tags: Vec<(String, String)>,
        config: &mut Config,
    ) -> Result<(), Error> {
        let before = config.tags.len();
        for (key, value) in tags {
            if config.tags.iter().any(|(known, _)| *known == key) {
                continue;
            }
            if config.tags.len() >= TAGS_MAX {
                let wanted = format!("a list that makes {TAGS_MAX} tags at the most");
                return Err(bad(name, &format!("…{key}:{value}…"), &wanted));
            }
            config.tags.push((key, value));
        }
        if config.tags.len() > before {
            self.report.used.push(name);
        } else {
            self.ignore(name);
        }
        Ok(())
    }
}

/// Production's output is the configured one, so that `DD_DOGSTATSD_DISABLE` still works there.
fn output_of(stage: &str) -> Result<Option<Output>, String> {
    match stage {
        "production" | "staging" => Ok(None),
        "development" => Ok(Some(Output::Log)),
        "test" => Ok(Some(Output::Capture)),
        _ => Err("one of production, staging, development, test".to_owned()),
    }
}

fn word<T: Word>(text: &str) -> Result<T, String> {
    T::from_word(text).ok_or_else(T::wanted)
}

fn sample_rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| "a number from 0 to 1".to_owned())
}

fn whole_number(range: RangeInclusive<usize>) -> impl Fn(&str) -> Result<usize, String> {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    interval.filter(|interval| FLUSH_INTERVALS.contains(interval)).ok_or_else(|| {
        let (least, most) = (FLUSH_INTERVALS.start(), FLUSH_INTERVALS.end());
        format!("a number of seconds from {} to {}", least.as_secs_f64(), most.as_secs())
    })
}

fn telemetry_prefix(text: &str) -> Result<Option<String>, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => Ok((seconds > 0.0).then(|| TELEMETRY_PREFIX.to_owned())),
        _ => Err("a number of seconds, 0 for off".to_owned()),
    }
}

/// Tags that are separated by commas or, where there are none, by white space, as Datadog's own
/// `DD_TAGS` may be.
fn split_tags(text: &str) -> Vec<(String, String)> {
    let commas = text.contains(',');
    text.split(|c: char| if commas { c == ',' } else { c.is_whitespace() })
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .map(|tag| tag.split_once(':').unwrap_or((tag, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn bad(name: &str, value: &str, wanted: &str) -> Error {
    let shown: String = value.chars().take(SHOWN_MAX).collect();
    Error::new(ErrorKind::Environment, format!("{name} is {shown:?}, which is not {wanted}"))
}

#[cfg(test)]
mod tests;
