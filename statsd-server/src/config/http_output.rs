//! `[[http_output]]`: where flushes are posted to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use crate::limits::SPOOL_BYTES;

/// A server that gets every flush as lines, over HTTP without TLS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HttpOutput {
    /// What `/status`, the log and the spool call it: lower-case letters, digits, `_` and `-`. Each has
    /// its own. Default `http`.
    #[serde(default = "default_name")]
    pub name: String,
    /// `http://host[:port]/path?query`.
    pub url: String,
    /// What is posted. Default influx.
    #[serde(default)]
    pub format: HttpOutputFormat,
    /// Sent with each request, `Authorization` and its like. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long to wait for a connection, up to 1 h. Default 5 s.
    #[serde(default = "default_connect_timeout", with = "duration")]
    pub connect_timeout: Duration,
    /// How long a request may take behind that, with its answer, up to 1 h. Default 10 s.
    #[serde(default = "default_timeout", with = "duration")]
    pub timeout: Duration,
    /// Bytes of flushes that wait for a server that is away, in the data folder, or without one in
    /// memory, there at most 64 MiB; beyond it the oldest are dropped. Default 1 GiB.
    #[serde(default = "default_spool_max_bytes")]
    pub spool_max_bytes: u64,
}

fn default_name() -> String {
    "http".to_owned()
}

fn default_connect_timeout() -> Duration {
    Duration::from_secs(5)
}

fn default_timeout() -> Duration {
    Duration::from_secs(10)
}

fn default_spool_max_bytes() -> u64 {
    SPOOL_BYTES
}

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HttpOutputFormat {
    /// Influx's line protocol.
    #[default]
    Influx,
    /// Carbon's lines.
    Graphite,
}
