//! Environment → settings. Variables come from a function, so that tests set none.

use crate::error::{Error, ErrorKind};
use crate::protocol::Dialect;

/// DogStatsD's own port.
const DD_PORT: &str = "8125";

/// What the environment says; `None` or empty where it says nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Environment {
    pub(crate) address: Option<String>,
    pub(crate) prefix: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) sample_rate: Option<f64>,
    pub(crate) dialect: Option<Dialect>,
}

impl Environment {
    /// Asks `variable` for every name that is known.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        // An empty variable is one that is not set, as shells and compose files have it.
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let tags = variable("STATSD_DEFAULT_TAGS").or_else(|| variable("DD_TAGS"));
        Ok(Self {
            address: address(&variable)?,
            prefix: variable("STATSD_PREFIX"),
            tags: tags.as_deref().map(split_tags).unwrap_or_default(),
            sample_rate: variable("STATSD_SAMPLE_RATE").map(sample_rate).transpose()?,
            dialect: variable("STATSD_IMPLEMENTATION").map(dialect).transpose()?,
        })
    }
}

fn split_tags(text: &str) -> Vec<(String, String)> {
    let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    let pairs = tags.map(|tag| tag.split_once(':').unwrap_or((tag, "")));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn sample_rate(text: String) -> Result<f64, Error> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| bad("STATSD_SAMPLE_RATE", &text, "a number from 0 to 1"))
}

fn dialect(text: String) -> Result<Dialect, Error> {
    match &*text {
        "statsd" => Ok(Dialect::Etsy),
        "datadog" | "dogstatsd" => Ok(Dialect::DogStatsd),
        _ => Err(bad("STATSD_IMPLEMENTATION", &text, "`statsd` or `datadog`")),
    }
}

fn address(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, Error> {
    if let Some(address) = variable("STATSD_ADDR") {
        return match address.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Some(address))
            }
            _ => Err(bad("STATSD_ADDR", &address, "`host:port`")),
        };
    }
    let Some(host) = variable("DD_AGENT_HOST") else { return Ok(None) };
    let port = variable("DD_DOGSTATSD_PORT").unwrap_or_else(|| DD_PORT.to_owned());
    if port.parse::<u16>().is_err() {
        return Err(bad("DD_DOGSTATSD_PORT", &port, "a port number"));
    }
    // An IPv6 address needs its brackets before a port.
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    Ok(Some(format!("{host}:{port}")))
}

fn bad(name: &str, value: &str, wanted: &str) -> Error {
    Error::new(ErrorKind::Environment, format!("{name} is {value:?}, which is not {wanted}"))
}

#[cfg(test)]
mod tests;
