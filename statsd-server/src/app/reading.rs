//! [`Config`] → how packets are read.

use statsd_client::protocol;

use super::exact;
use crate::config::{Config, Dialect};
use crate::receiver::Reading;

pub(super) fn reading(config: &Config) -> Reading {
    let dialect = match config.dialect {
        Dialect::Etsy => protocol::Dialect::Etsy,
        Dialect::Dogstatsd => protocol::Dialect::DogStatsd,
        Dialect::Influx => protocol::Dialect::Influx,
        Dialect::Graphite => protocol::Dialect::Graphite,
        Dialect::SignalFx => protocol::Dialect::SignalFx,
        Dialect::Librato => protocol::Dialect::Librato,
        Dialect::Okmeter => protocol::Dialect::Okmeter,
    };
    Reading {
        dialect,
        sanitise: config.key_name_sanitize,
        exact: exact(config),
        count_names: config.key_flush.interval.is_some(),
    }
}
