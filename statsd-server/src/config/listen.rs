//! Where the server listens: an address or `off`; several places for StatsD.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address to listen on, or `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// `host:port`; port 0 lets the system choose.
    On(String),
    /// Not at all.
    Off,
}

impl Listen {
    pub(super) fn local(port: u16) -> Self {
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

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            address if is_address(address) => Ok(Self::On(address.to_owned())),
            _ => Err(format!("{text:?} is neither `host:port` nor `off`")),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.address().unwrap_or("off"))
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether a text is `host:port`, with something before the colon and a number after it.
pub(super) fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// One place where StatsD is received: an entry of etsy's `servers`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatsdListen {
    /// Datagrams, and lines over TCP, to `host:port`.
    UdpAndTcp(String),
    /// Datagrams to `host:port`.
    Udp(String),
    /// Lines over TCP to `host:port`.
    Tcp(String),
    /// Datagrams to a Unix socket.
    UnixDatagram(UnixSocket),
    /// Lines over a Unix socket.
    UnixStream(UnixSocket),
}

/// A socket that is a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixSocket {
    /// Where it stands.
    pub path: PathBuf,
    /// Who may write to it, as `chmod` is told (etsy's `socket_mod`); left as the system makes it
    /// where there is none.
    pub mode: Option<u32>,
}

impl StatsdListen {
    /// One place over UDP and TCP, or none: what `--statsd` says.
    pub fn at(listen: Listen) -> Vec<Self> {
        match listen {
            Listen::On(address) => vec![Self::UdpAndTcp(address)],
            Listen::Off => Vec::new(),
        }
    }
}

impl fmt::Display for StatsdListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UdpAndTcp(address) => write!(f, "udp and tcp {address}"),
            Self::Udp(address) => write!(f, "udp {address}"),
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::UnixDatagram(socket) => write!(f, "unix datagrams {socket}"),
            Self::UnixStream(socket) => write!(f, "unix {socket}"),
        }
    }
}

impl fmt::Display for UnixSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.mode {
            Some(mode) => write!(f, "{path} (mode {mode:o})"),
            None => write!(f, "{path}"),
        }
    }
}

/// How a [`StatsdListen`] stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    protocol: Protocol,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Protocol {
    UdpAndTcp,
    #[default]
    Udp,
    Tcp,
    UnixDatagram,
    UnixStream,
}

/// Permissions, in octal digits.
#[derive(Clone, Copy)]
struct Mode(u32);

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_mode(&text).map(Self).map_err(D::Error::custom)
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:o}", self.0))
    }
}

/// Reads the permissions of a file, octal digits as `chmod` takes them.
pub(super) fn parse_mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text.strip_prefix("0o").unwrap_or(text), 8).ok();
    mode.filter(|mode| *mode <= 0o777)
        .ok_or_else(|| format!("{text:?} are not permissions: write \"660\", at most \"777\""))
}

impl TryFrom<Table> for StatsdListen {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let Table { protocol, address, path, mode } = table;
        let socket = match (protocol, address, path, mode) {
            (Protocol::UdpAndTcp | Protocol::Udp | Protocol::Tcp, Some(address), None, None) => {
                if !is_address(&address) {
                    return Err(format!("{address:?} is not `host:port`"));
                }
                return Ok(match protocol {
                    Protocol::UdpAndTcp => Self::UdpAndTcp(address),
                    Protocol::Tcp => Self::Tcp(address),
                    _ => Self::Udp(address),
                });
            }
            (Protocol::UdpAndTcp | Protocol::Udp | Protocol::Tcp, ..) => {
                return Err("udp and tcp have an `address`, and nothing else".to_owned());
            }
            (_, None, Some(path), mode) => UnixSocket { path, mode: mode.map(|Mode(mode)| mode) },
            _ => return Err("a unix socket has a `path`, and may have a `mode`".to_owned()),
        };
        Ok(match protocol {
            Protocol::UnixDatagram => Self::UnixDatagram(socket),
            _ => Self::UnixStream(socket),
        })
    }
}

impl From<&StatsdListen> for Table {
    fn from(listen: &StatsdListen) -> Self {
        let of = |protocol, address: Option<&String>, socket: Option<&UnixSocket>| Self {
            protocol,
            address: address.cloned(),
            path: socket.map(|socket| socket.path.clone()),
            mode: socket.and_then(|socket| socket.mode).map(Mode),
        };
        match listen {
            StatsdListen::UdpAndTcp(address) => of(Protocol::UdpAndTcp, Some(address), None),
            StatsdListen::Udp(address) => of(Protocol::Udp, Some(address), None),
            StatsdListen::Tcp(address) => of(Protocol::Tcp, Some(address), None),
            StatsdListen::UnixDatagram(socket) => of(Protocol::UnixDatagram, None, Some(socket)),
            StatsdListen::UnixStream(socket) => of(Protocol::UnixStream, None, Some(socket)),
        }
    }
}

impl<'de> Deserialize<'de> for StatsdListen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let several: Several = Several::deserialize(deserializer)?;
        let [one] = <[Self; 1]>::try_from(several.0)
            .map_err(|_| D::Error::custom("an entry is one address or one table"))?;
        Ok(one)
    }
}

/// An address, `off`, a table, or a list of addresses and tables.
struct Several(Vec<StatsdListen>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Places)
    }
}

struct Places;

impl<'de> Visitor<'de> for Places {
    type Value = Several;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`host:port`, `off`, or tables with `protocol` and `address` or `path`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Several, E> {
        Ok(Several(StatsdListen::at(text.parse().map_err(E::custom)?)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Several, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Several(vec![table.try_into().map_err(A::Error::custom)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Several, A::Error> {
        let mut places = Vec::new();
        while let Some(place) = seq.next_element::<StatsdListen>()? {
            places.push(place);
        }
        Ok(Several(places))
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<StatsdListen>, D::Error> {
    Ok(Several::deserialize(deserializer)?.0)
}

pub(super) fn serialize<S: Serializer>(
    places: &[StatsdListen],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match places {
        [] => serializer.serialize_str("off"),
        [StatsdListen::UdpAndTcp(address)] => serializer.serialize_str(address),
        places => serializer.collect_seq(places.iter().map(Table::from)),
    }
}

/// A folder, or `off`.
pub(super) mod folder {
    use std::path::PathBuf;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(in crate::config) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<PathBuf>, D::Error> {
        Ok(super::super::parse_folder(PathBuf::deserialize(deserializer)?))
    }

    #[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
    pub(in crate::config) fn serialize<S: Serializer>(
        folder: &Option<PathBuf>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match folder {
            Some(folder) => folder.serialize(serializer),
            None => serializer.serialize_str("off"),
        }
    }
}
