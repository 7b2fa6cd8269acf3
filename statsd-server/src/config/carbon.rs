//! `carbon` and `[carbon]`: points that other programs send in carbon's protocols.

use std::fmt;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Listen, duration};
use crate::limits::{CARBON_FRAME_BYTES, CARBON_IDLE};

/// `carbon = "127.0.0.1:2003"`, or `[carbon]` with that as its `address`: where carbon's protocols are received.
/// Nothing is where there is no data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Carbon {
    /// Where lines are received over TCP. Default `127.0.0.1:2003`.
    pub address: Listen,
    /// Whether they are received over UDP there, too. Default false, as carbon's: nobody can be made to wait, or
    /// told that a datagram was lost.
    pub udp: bool,
    /// Where protobuf frames are received; carbon's own port is 2005. Default off.
    pub protobuf: Listen,
    /// Where points that wait to be written can be asked for; carbon's own port is 7002. Default off: `/render`
    /// has them, and only a program that reads the files itself, as graphite-web does, needs to ask.
    pub query: Listen,
    /// How long a connection with nothing to say is kept, up to a week; 0 s is for ever. Default 1 h.
    #[serde(with = "duration")]
    pub idle_timeout: Duration,
    /// Bytes of a pickle, or of a protobuf frame, up to 16 MiB. Default 1 MiB, as carbon's.
    pub frame_max_bytes: usize,
}

impl Default for Carbon {
    fn default() -> Self {
        Self {
            address: Listen::local(2003),
            udp: false,
            protobuf: Listen::Off,
            query: Listen::Off,
            idle_timeout: CARBON_IDLE,
            frame_max_bytes: CARBON_FRAME_BYTES,
        }
    }
}

impl Carbon {
    /// No door at all.
    pub(super) fn off() -> Self {
        Self { address: Listen::Off, ..Self::default() }
    }
}

/// A table, or the address alone.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Carbon, D::Error> {
    deserializer.deserialize_any(AddressOrTable)
}

struct AddressOrTable;

impl<'de> Visitor<'de> for AddressOrTable {
    type Value = Carbon;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`host:port`, `off`, or a table with `address`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Carbon, E> {
        Ok(Carbon { address: text.parse().map_err(E::custom)?, ..Carbon::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Carbon, A::Error> {
        Carbon::deserialize(MapAccessDeserializer::new(map))
    }
}
