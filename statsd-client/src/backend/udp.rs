//! UDP over IPv4 or IPv6: a connected socket for each address of the server, one of them in use.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Instant;

use super::host::HostPort;
use super::resolver::Resolver;
use super::{Backend, UDP_PACKET_BYTES, WRITE_TIMEOUT, uninterrupted};

/// Sends each packet as one datagram; at most 1432 bytes.
///
/// Where a name has several addresses, of IPv4 and IPv6 alike, a refusal moves on to the next one. A
/// server that is not there is no error: the system reports a refusal with a later packet, and that
/// one is sent again. A packet is one system call; it waits up to 100 ms for room in the send buffer,
/// whose size is left as it is.
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
    resolver: Resolver,
    targets: Vec<Target>,
    /// Which of the targets takes packets.
    current: usize,
}

#[derive(Debug)]
struct Target {
    address: SocketAddr,
    socket: UdpSocket,
}

impl UdpBackend {
    /// Resolves `address`, once and for good, and connects a socket to each address found. Nothing
    /// is sent. May block for as long as the system's resolver does.
    ///
    /// ```
    /// use std::net::UdpSocket;
    /// use std::time::Duration;
    /// use statsd_client::{Client, UdpBackend};
    ///
    /// let server = UdpSocket::bind("127.0.0.1:0")?;
    ///
    /// let client = Client::builder().backend(UdpBackend::connect(server.local_addr()?)?)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    ///
    /// let mut packet = [0; 64];
    /// let length = server.recv(&mut packet)?;
    /// assert_eq!(&packet[..length], b"users.new:1|c");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The name does not resolve, or the system has no socket to give.
    pub fn connect(address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut backend = Self::over(Resolver::fixed(address.to_socket_addrs()?));
        backend.open()?;
        Ok(backend)
    }

    /// For a server at `host:port` or `[v6]:port`, whose name need not resolve yet and may come to
    /// mean another address. [`Backend::ready`] is `false` until it resolves.
    ///
    /// A name is looked up on a short-lived thread: when it is first asked for, every 60 s, and after
    /// errors. The last good address is kept where a look-up fails. An address literal starts no
    /// thread.
    ///
    /// ```
    /// use std::net::UdpSocket;
    /// use std::time::Duration;
    /// use statsd_client::{Client, UdpBackend};
    ///
    /// let server = UdpSocket::bind("127.0.0.1:0")?;
    /// let address = server.local_addr()?.to_string(); // or a name and a port
    ///
    /// let client = Client::builder().backend(UdpBackend::resolving(&address)?)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    ///
    /// let mut packet = [0; 64];
    /// let length = server.recv(&mut packet)?;
    /// assert_eq!(&packet[..length], b"users.new:1|c");
    ///
    /// let error = UdpBackend::resolving("metrics.example.com").unwrap_err();
    /// assert!(error.to_string().contains("metrics.example.com")); // which port?
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The address is not written like that; the error names it.
    pub fn resolving(address: &str) -> io::Result<Self> {
        HostPort::parse(address).map(Self::at)
    }

    pub(super) fn at(host: HostPort) -> Self {
        Self::over(Resolver::new(host))
    }

    fn over(resolver: Resolver) -> Self {
        Self { resolver, targets: Vec::new(), current: 0 }
    }

    /// Sees to it that there is a socket to send with.
    fn poll(&mut self, now: Instant) -> io::Result<()> {
        if self.resolver.poll(now) || self.targets.is_empty() { self.open() } else { Ok(()) }
    }

    /// Connects a socket to each address, as far as the system has a way there, and stays with the
    /// address in use where it is still one of them.
    fn open(&mut self) -> io::Result<()> {
        let in_use = self.targets.get(self.current).map(|target| target.address);
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name does not resolve");
        self.targets.clear();
        for &address in self.resolver.addresses() {
            match connect(address) {
                Ok(socket) => self.targets.push(Target { address, socket }),
                Err(error) => failure = error,
            }
        }
        let kept = self.targets.iter().position(|target| Some(target.address) == in_use);
        self.current = kept.unwrap_or(0);
        if self.targets.is_empty() { Err(failure) } else { Ok(()) }
    }

    /// Sends to the current target, and on a refusal to the ones after it; to a lone one again.
    fn send_to_any(&mut self, packet: &[u8]) -> io::Result<()> {
        for _ in 0..self.targets.len() {
            let target = &self.targets[self.current];
            match uninterrupted(|| target.socket.send(packet)) {
                Ok(_) if self.targets.len() == 1 || !target.refused_at_once() => return Ok(()),
                Err(error) if !is_refusal(&error) => return Err(error),
                // Of this packet, or the kernel reports that of an *earlier* one and keeps this back.
                _ => {}
            }
            self.resolver.hasten(Instant::now());
            self.current = (self.current + 1) % self.targets.len();
        }
        // Nobody wants it. What is sent over UDP may always be lost, so this is no error yet.
        let socket = &self.targets[self.current].socket;
        uninterrupted(|| socket.send(packet)).map(|_| ())
    }
}

impl Backend for UdpBackend {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        if self.targets.is_empty() {
            self.poll(Instant::now())?;
        }
        let sent = self.send_to_any(packet);
        if let Err(error) = &sent
            && error.kind() != io::ErrorKind::WouldBlock
        {
            // The way there may have changed, as when this machine gets another address: new sockets
            // find the new one, and where they do not, `ready` says so. A packet that was too long
            // costs them, too; the client makes none.
            let _tried_again_by_ready = self.open();
            self.resolver.hasten(Instant::now());
        }
        sent
    }

    fn max_packet_size(&self) -> usize {
        UDP_PACKET_BYTES
    }

    fn ready(&mut self) -> bool {
        self.poll(Instant::now()).is_ok()
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.resolver.reopen();
        if self.resolver.addresses().is_empty() { Ok(()) } else { self.open() }
    }
}

impl Target {
    /// Whether the packet just sent was refused already. On the loopback device the refusal is there
    /// when `send` returns, so that a name with two addresses (`localhost`) loses not even the first
    /// packet. On a network it would be that of an earlier packet.
    fn refused_at_once(&self) -> bool {
        self.address.ip().is_loopback() && matches!(self.socket.take_error(), Ok(Some(_)))
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}

/// A socket that blocks, for a while: where the send buffer is full, it is the client's own thread
/// that waits for room, and the packet is not lost.
fn connect(target: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match target {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(target)?;
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    Ok(socket)
}

#[cfg(test)]
mod tests;
