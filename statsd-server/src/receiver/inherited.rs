//! Sockets that whoever started the process had bound for it: systemd's socket activation, so that a
//! restart refuses nobody and a port below 1,024 needs no privilege.

use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};

use listenfd::ListenFd;

/// Sockets to receive on, of any of the four kinds. None is the usual case.
#[derive(Debug, Default)]
pub struct Inherited(pub(super) Vec<Bound>);

/// A socket that is bound, and listens if it is a stream's.
#[derive(Debug)]
pub(super) enum Bound {
    Udp(UdpSocket),
    Tcp(TcpListener),
    UnixDatagram(UnixDatagram),
    UnixStream(UnixListener),
}

impl Inherited {
    /// Takes the sockets that `LISTEN_FDS` counts, where `LISTEN_PID` says that this process is meant.
    ///
    /// To be called before there are other threads: it removes both variables, so that a process
    /// started by this one does not take them for its own.
    ///
    /// # Errors
    /// A descriptor is not a socket to receive on; the error tells which.
    pub fn take() -> io::Result<Self> {
        let mut descriptors = ListenFd::from_env();
        let all = 0..descriptors.len();
        let bound = all.map(|at| bound(&mut descriptors, at)).collect::<io::Result<Vec<_>>>()?;
        Ok(Self(bound))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A descriptor of another kind stays where it is, so each kind is asked for in turn.
fn bound(descriptors: &mut ListenFd, at: usize) -> io::Result<Bound> {
    if let Ok(Some(socket)) = descriptors.take_udp_socket(at) {
        return Ok(Bound::Udp(socket));
    }
    if let Ok(Some(listener)) = descriptors.take_tcp_listener(at) {
        return Ok(Bound::Tcp(listener));
    }
    if let Ok(Some(socket)) = descriptors.take_unix_datagram(at) {
        return Ok(Bound::UnixDatagram(socket));
    }
    if let Ok(Some(listener)) = descriptors.take_unix_listener(at) {
        return Ok(Bound::UnixStream(listener));
    }
    let text = format!("socket {} of LISTEN_FDS is none to receive on", at + 1);
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}
