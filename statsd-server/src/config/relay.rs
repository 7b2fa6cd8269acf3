//! `[relay]`: other StatsD servers, each of which gets the lines of its names.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, duration};

/// `[relay]`: nodes among which lines are shared out by their names, as etsy's cluster proxy does. Where
/// there are any, the server relays, and adds up, stores and flushes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Relay {
    /// The nodes. Default: none.
    pub nodes: Vec<RelayNode>,
    /// How often each node's console is asked for its health, 1 ms to 1 h (etsy's `checkInterval`). Default
    /// 10 s.
    #[serde(with = "duration")]
    pub check_interval: Duration,
}

impl Default for Relay {
    fn default() -> Self {
        Self { nodes: Vec::new(), check_interval: Duration::from_secs(10) }
    }
}

/// `[[relay.nodes]]`: one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RelayNode {
    /// Its name or address. It is hashed as it is written, so all relays of a fleet must write it alike.
    pub host: String,
    /// Where it receives StatsD over UDP.
    pub port: u16,
    /// Where its management console listens.
    pub adminport: u16,
}

impl RelayNode {
    pub(super) fn new(host: String, port: u16, adminport: u16) -> Self {
        Self { host, port, adminport }
    }
}

impl Config {
    /// Whether the server relays lines to others, and does nothing else with them.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let text = "[[relay.nodes]]\nhost = '10.0.0.1'\nport = 8125\nadminport = 8126";
    /// assert!(Config::parse(text)?.is_relay());
    /// assert!(!Config::default().is_relay());
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn is_relay(&self) -> bool {
        !self.relay.nodes.is_empty()
    }
}
