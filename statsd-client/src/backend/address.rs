//! An address as users write it → the backend that goes there.

use std::io;
use std::path::PathBuf;

use super::host::{HostPort, invalid};
use super::{Backend, TcpBackend, UdpBackend};

/// Where a server is, and how it is talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    Udp(HostPort),
    Tcp(HostPort),
    UnixDatagram(PathBuf),
    UnixStream(PathBuf),
}

impl Address {
    /// Reads `host:port`, `[v6]:port`, `udp://…`, `tcp://…`, `unix:///path`, `unixgram:///path` (the
    /// same) or `unixstream:///path`. Resolves and opens nothing.
    ///
    /// # Errors
    /// `InvalidInput`, with the text and what is wrong with it.
    pub(crate) fn parse(text: &str) -> io::Result<Self> {
        match text.split_once("://") {
            None if text.starts_with('/') => {
                Err(invalid(text, &format!("is a path; write unix://{text}")))
            }
            None => HostPort::parse(text).map(Self::Udp),
            Some(("udp", host)) => HostPort::parse(host).map(Self::Udp),
            Some(("tcp", host)) => HostPort::parse(host).map(Self::Tcp),
            Some(("unix" | "unixgram", path)) => absolute(text, path).map(Self::UnixDatagram),
            Some(("unixstream", path)) => absolute(text, path).map(Self::UnixStream),
            Some((scheme, _)) => Err(invalid(
                text,
                &format!("begins with {scheme}://; known are udp, tcp, unix, unixgram, unixstream"),
            )),
        }
    }
}

/// The backend for an address. The server need not be there, nor its name resolve.
///
/// # Errors
/// A socket's path is too long, or this system has no Unix sockets.
pub(crate) fn open(address: &Address) -> io::Result<Box<dyn Backend>> {
    Ok(match address {
        Address::Udp(host) => Box::new(UdpBackend::at(host.clone())),
        Address::Tcp(host) => Box::new(TcpBackend::at(host.clone())),
        #[cfg(unix)]
        Address::UnixDatagram(path) => Box::new(super::UnixBackend::new(path)?),
        #[cfg(unix)]
        Address::UnixStream(path) => Box::new(super::UnixStreamBackend::new(path)?),
        #[cfg(not(unix))]
        Address::UnixDatagram(path) | Address::UnixStream(path) => {
            let message = format!("{}: this system has no Unix sockets", path.display());
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
    })
}

fn absolute(text: &str, path: &str) -> io::Result<PathBuf> {
    if path.len() > 1 && path.starts_with('/') {
        return Ok(path.into());
    }
    Err(invalid(text, "names no absolute path; write unix:///path, with three slashes"))
}

#[cfg(test)]
mod tests;
