//! UDP over IPv4 or IPv6: one connected socket that never waits.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

use super::Backend;

/// What fits one Ethernet frame (1,500) beside the headers of IPv6 (40), UDP (8) and a tunnel.
pub(crate) const UDP_PACKET_BYTES: usize = 1432;

/// Sends each packet as one datagram.
///
/// ```
/// use std::net::UdpSocket;
/// use statsd_client::{Backend, UdpBackend};
///
/// let server = UdpSocket::bind("127.0.0.1:0")?;
/// let mut backend = UdpBackend::connect(server.local_addr()?)?;
/// backend.send(b"users.new:1|c")?;
///
/// let mut packet = [0; 64];
/// let length = server.recv(&mut packet)?;
/// assert_eq!(&packet[..length], b"users.new:1|c");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct UdpBackend {
    socket: UdpSocket,
}

impl UdpBackend {
    /// Resolves `address` and connects a socket of its family to it. Nothing is sent.
    ///
    /// # Errors
    /// The name does not resolve, or the system has no socket to give.
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the address resolves to nothing");
        for target in address.to_socket_addrs()? {
            match connect(target) {
                Ok(socket) => return Ok(Self { socket }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Backend for UdpBackend {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        match self.socket.send(packet) {
            // The kernel reports the refusal of an *earlier* packet and keeps this one back.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.socket.send(packet).map(|_| ())
            }
            result => result.map(|_| ()),
        }
    }

    fn max_packet_size(&self) -> usize {
        UDP_PACKET_BYTES
    }
}

fn connect(target: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match target {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(target)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
