//! [`Config`] → bound sockets.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};

use super::AppError;
use super::reading::reading;
use crate::config::{Config, Listen, StatsdListen, UnixSocket};
use crate::receiver::{Inherited, Receivers, UdpOptions};

/// Every place where StatsD is received.
pub(super) fn bind_receivers(config: &Config, inherited: Inherited) -> Result<Receivers, AppError> {
    let mut receivers = Receivers::new(reading(config));
    if inherited.is_empty() {
        for listen in &config.statsd {
            bind_statsd(&mut receivers, listen, config.statsd_sockets)?;
        }
    } else {
        receivers.inherit(inherited).map_err(refused("statsd", "LISTEN_FDS"))?;
    }
    Ok(receivers)
}

/// One of the places where StatsD is received.
fn bind_statsd(
    receivers: &mut Receivers,
    listen: &StatsdListen,
    sockets: usize,
) -> Result<(), AppError> {
    let options = UdpOptions { sockets, ..UdpOptions::default() };
    let (bound, place) = match listen {
        StatsdListen::UdpAndTcp(address) => {
            let both = first_of(address, |at| receivers.udp_and_tcp(at, &options));
            (both.map(drop), address.clone())
        }
        StatsdListen::Udp(address) => {
            (first_of(address, |at| receivers.udp(at, &options)).map(drop), address.clone())
        }
        StatsdListen::Tcp(address) => {
            (first_of(address, |at| receivers.tcp(at)).map(drop), address.clone())
        }
        StatsdListen::UnixDatagram(UnixSocket { path, mode }) => {
            (receivers.unix_datagram(path, *mode), path.display().to_string())
        }
        StatsdListen::UnixStream(UnixSocket { path, mode }) => {
            (receivers.unix_stream(path, *mode), path.display().to_string())
        }
    };
    bound.map_err(refused("statsd", &place))
}

pub(super) fn bind_tcp(
    key: &'static str,
    listen: &Listen,
) -> Result<Option<TcpListener>, AppError> {
    let Some(address) = listen.address() else { return Ok(None) };
    let listener = first_of(address, TcpListener::bind::<SocketAddr>);
    let nonblocking = |listener: TcpListener| listener.set_nonblocking(true).map(|()| listener);
    listener.and_then(nonblocking).map(Some).map_err(refused(key, address))
}

/// The first of a name's addresses that can be bound.
pub(super) fn first_of<T>(
    address: &str,
    mut bind: impl FnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    for address in address.to_socket_addrs()? {
        match bind(address) {
            Ok(bound) => return Ok(bound),
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) fn refused(key: &'static str, address: &str) -> impl FnOnce(io::Error) -> AppError {
    move |source| AppError::Listen { key, address: address.to_owned(), source }
}
