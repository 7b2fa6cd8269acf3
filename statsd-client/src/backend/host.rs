//! `host:port` as users write it: what is wrong with one is found here, not by the resolver.

use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::{fmt, io};

/// The longest name of the domain name system, in bytes.
const HOST_BYTES_MAX: usize = 253;

/// A name or an address, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// Without brackets.
    host: String,
    port: u16,
}

impl HostPort {
    /// Reads `host:port`, `v4:port` or `[v6]:port`. Resolves nothing.
    ///
    /// # Errors
    /// `InvalidInput`, with the text and what is wrong with it.
    pub(super) fn parse(text: &str) -> io::Result<Self> {
        let (host, port) = split(text).map_err(|what| invalid(text, &what))?;
        Ok(Self { host: host.to_owned(), port })
    }

    /// The address, where it is one and not a name.
    pub(super) fn literal(&self) -> Option<SocketAddr> {
        self.to_string().parse().ok()
    }

    /// Asks the system's resolver, which may block for as long as it likes.
    pub(super) fn look_up(&self) -> io::Result<Vec<SocketAddr>> {
        (self.host.as_str(), self.port).to_socket_addrs().map(Iterator::collect)
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// An address that is not written as it should be.
pub(super) fn invalid(text: &str, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the address \"{text}\" {what}"))
}

fn split(text: &str) -> Result<(&str, u16), String> {
    let (host, port) = if let Some(bracketed) = text.strip_prefix('[') {
        split_brackets(bracketed)?
    } else {
        let (host, port) = text.rsplit_once(':').ok_or("has no port; write host:port")?;
        if host.contains(':') {
            return Err(too_many_colons(text, host, port));
        }
        check_host(host)?;
        (host, port)
    };
    // `parse` alone would take a sign.
    let number = port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
    match number {
        Some(number) if number > 0 => Ok((host, number)),
        _ => Err(format!("has the port \"{port}\"; a port is a number from 1 to 65535")),
    }
}

/// What follows the opening bracket, as address and port.
fn split_brackets(rest: &str) -> Result<(&str, &str), String> {
    let (host, after) =
        rest.split_once(']').ok_or("opens a bracket without closing it; write [::1]:8125")?;
    if !is_v6(host) {
        return Err(format!("has \"{host}\" in brackets, which is not an IPv6 address"));
    }
    let port = after.strip_prefix(':').ok_or("has no port after the bracket; write [::1]:8125")?;
    Ok((host, port))
}

fn check_host(host: &str) -> Result<(), String> {
    if host.is_empty() {
        return Err("has no host before the port".into());
    }
    if host.len() > HOST_BYTES_MAX {
        return Err(format!("has a host of more than {HOST_BYTES_MAX} bytes"));
    }
    let alien = |c: char| c.is_whitespace() || c.is_control() || "/\\@?#[]".contains(c);
    match host.chars().find(|&c| alien(c)) {
        Some(c) => Err(format!("has {c:?} in its host")),
        None => Ok(()),
    }
}

fn too_many_colons(text: &str, host: &str, port: &str) -> String {
    if is_v6(host) {
        format!("has an IPv6 address without brackets; write [{host}]:{port}")
    } else if is_v6(text) {
        format!("is an IPv6 address without brackets and port; write [{text}]:8125")
    } else {
        "has more than one colon; write host:port, or [v6]:port".into()
    }
}

/// Whether it is an IPv6 address, with a zone (`%eth0`) or without.
fn is_v6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    let is_zone = !zone.is_empty() && zone.bytes().all(|byte| byte.is_ascii_graphic());
    address.parse::<Ipv6Addr>().is_ok() && is_zone
}
