//! The environment: a few settings that differ from one container to the next. What it says
//! overrides the file, and flags override it.

use std::path::PathBuf;

use super::{Config, ConfigError, StatsdListen, parse_duration, parse_folder};

/// The variables that are read, and what each is for. Others that begin alike are left alone:
/// orchestrators set some for every service that is called `statsd-server`.
pub const VARIABLES: [(&str, &str); 9] = [
    ("STATSD_SERVER_CONFIG", "the file, where none is named"),
    ("STATSD_SERVER_STATSD", "as --statsd"),
    ("STATSD_SERVER_CARBON", "as --carbon"),
    ("STATSD_SERVER_PICKLE", "as --pickle"),
    ("STATSD_SERVER_HTTP", "as --http"),
    ("STATSD_SERVER_ADMIN", "as --admin"),
    ("STATSD_SERVER_DATA", "as --data"),
    ("STATSD_SERVER_FLUSH_INTERVAL", "as --flush-interval"),
    ("STATSD_SERVER_GRAPHITE", "host or host:port of a carbon server"),
];

/// The values of [`VARIABLES`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    values: Vec<(&'static str, String)>,
}

impl Environment {
    /// Asks `lookup` for each variable. One that is empty is as if it were not set.
    ///
    /// ```
    /// use statsd_server::config::{Config, Environment};
    ///
    /// let lookup = |name: &str| (name == "STATSD_SERVER_HTTP").then(|| "off".to_owned());
    /// let mut config = Config::default();
    /// Environment::read(lookup).apply(&mut config)?;
    /// assert_eq!(config.http.address(), None);
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let values = VARIABLES.iter().filter_map(|(name, _)| Some((*name, lookup(name)?)));
        Self { values: values.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// The file that `STATSD_SERVER_CONFIG` names.
    pub fn file(&self) -> Option<PathBuf> {
        self.get("STATSD_SERVER_CONFIG").map(PathBuf::from)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Sets what the variables say. The ranges are checked by [`Config::validate`].
    ///
    /// # Errors
    /// A value cannot be read; the error names the variable.
    pub fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        for (name, value) in &self.values {
            set(config, name, value).map_err(|message| ConfigError::value(name, &message))?;
        }
        Ok(())
    }
}

fn set(config: &mut Config, name: &str, value: &str) -> Result<(), String> {
    match name {
        "STATSD_SERVER_STATSD" => config.statsd = StatsdListen::at(value.parse()?),
        "STATSD_SERVER_CARBON" => config.carbon.address = value.parse()?,
        "STATSD_SERVER_PICKLE" => config.pickle = value.parse()?,
        "STATSD_SERVER_HTTP" => config.http = value.parse()?,
        "STATSD_SERVER_ADMIN" => config.admin = value.parse()?,
        "STATSD_SERVER_DATA" => config.data = parse_folder(PathBuf::from(value)),
        "STATSD_SERVER_FLUSH_INTERVAL" => config.flush_interval = parse_duration(value)?,
        "STATSD_SERVER_GRAPHITE" => {
            let is_ip6 = value.parse::<std::net::Ipv6Addr>().is_ok();
            let (host, port) = match value.rsplit_once(':').filter(|_| !is_ip6) {
                Some((host, port)) => {
                    let port = port.parse().map_err(|_| format!("{value:?} is not `host:port`"))?;
                    (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
                }
                None => (value, None),
            };
            config.graphite.host = Some(host.to_owned());
            config.graphite.port = port;
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
