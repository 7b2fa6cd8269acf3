//! Environment → settings. Variables come from a function, so that tests set none.

use crate::builder::Builder;
use crate::error::{Error, ErrorKind};
use crate::protocol::Dialect;

/// DogStatsD's own port.
const DD_PORT: &str = "8125";

/// Fills what `builder` has not set.
pub(crate) fn fill(
    mut builder: Builder,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Builder, Error> {
    // An empty variable is one that is not set, as shells and compose files have it.
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    if builder.address.is_none() {
        builder.address = address(&variable)?;
    }
    if builder.prefix.is_none() {
        builder.prefix = variable("STATSD_PREFIX");
    }
    let tags = variable("STATSD_DEFAULT_TAGS").or_else(|| variable("DD_TAGS")).unwrap_or_default();
    for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        let (key, value) = tag.split_once(':').unwrap_or((tag, ""));
        if !builder.tags.iter().any(|(known, _)| known == key) {
            builder.tags.push((key.to_owned(), value.to_owned()));
        }
    }
    if builder.sample_rate.is_none()
        && let Some(text) = variable("STATSD_SAMPLE_RATE")
    {
        let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
        let bad = || bad("STATSD_SAMPLE_RATE", &text, "a number from 0 to 1");
        builder.sample_rate = Some(rate.ok_or_else(bad)?);
    }
    if builder.dialect.is_none()
        && let Some(text) = variable("STATSD_IMPLEMENTATION")
    {
        builder.dialect = Some(match &*text {
            "statsd" => Dialect::Etsy,
            "datadog" | "dogstatsd" => Dialect::DogStatsd,
            _ => return Err(bad("STATSD_IMPLEMENTATION", &text, "`statsd` or `datadog`")),
        });
    }
    Ok(builder)
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
