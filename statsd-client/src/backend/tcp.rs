//! Lines over TCP.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::connection::{Connection, Transport, stream_has_ended, write_whole};
use super::errand::Errand;
use super::host::HostPort;
use super::resolver::Resolver;
use super::{Backend, LOCAL_PACKET_BYTES, WRITE_TIMEOUT};

/// How long one address may take to answer, in the background: long enough for another continent and
/// for a first packet that was lost.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Sends lines over a TCP connection, each with its newline; packets of at most 8192 bytes.
///
/// The server need not be there yet, nor its name resolve: until then [`Backend::ready`] is `false`
/// and tries again, 10 ms after the first failure and up to a second after later ones. Names are
/// looked up and connections opened on a short-lived thread; the client's own waits 100 ms at most. A
/// packet that the server does not take whole within 100 ms closes the connection, so that no line
/// is ever joined to the half of another. [`Backend::ready`] costs three system calls, which find out
/// whether the server has closed the connection, a packet one. What the server sends is thrown away.
///
/// ```
/// use std::io::Read;
/// use std::net::TcpListener;
/// use statsd_client::{Backend, TcpBackend};
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let mut backend = TcpBackend::new(&server.local_addr()?.to_string())?;
/// while !backend.ready() {} // The client asks so before each flush.
/// backend.send(b"users.new:1|c")?;
///
/// let mut line = [0; 14];
/// server.accept()?.0.read_exact(&mut line)?;
/// assert_eq!(&line, b"users.new:1|c\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TcpBackend {
    connection: Connection<Lines>,
}

impl TcpBackend {
    /// For a server at `host:port` or `[v6]:port`. Resolves and connects when it is first asked.
    ///
    /// ```
    /// use std::io::Read;
    /// use std::net::TcpListener;
    /// use std::time::Duration;
    /// use statsd_client::{Client, TcpBackend};
    ///
    /// let server = TcpListener::bind("127.0.0.1:0")?;
    ///
    /// let client = Client::builder().backend(TcpBackend::new(&server.local_addr()?.to_string())?)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(10));
    ///
    /// let mut line = [0; 14];
    /// server.accept()?.0.read_exact(&mut line)?;
    /// assert_eq!(&line, b"users.new:1|c\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The address is not written like that; the error names it.
    pub fn new(address: &str) -> io::Result<Self> {
        HostPort::parse(address).map(Self::at)
    }

    pub(super) fn at(host: HostPort) -> Self {
        let resolver = Resolver::new(host.clone());
        Self { connection: Connection::new(Lines { host, resolver, packet: Vec::new() }) }
    }
}

impl Backend for TcpBackend {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        self.connection.send(packet, Instant::now)
    }

    fn max_packet_size(&self) -> usize {
        LOCAL_PACKET_BYTES
    }

    fn ready(&mut self) -> bool {
        self.connection.ready(Instant::now())
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.connection.reopen();
        self.connection.transport().resolver.reopen();
        Ok(())
    }
}

#[derive(Debug)]
struct Lines {
    host: HostPort,
    resolver: Resolver,
    /// The last one with its newline; kept for its memory.
    packet: Vec<u8>,
}

impl Transport for Lines {
    type Link = TcpStream;
    const DATAGRAMS: bool = false;

    fn open(&mut self, now: Instant) -> Errand<TcpStream> {
        // Whoever opens has lost a connection or found none: the server may have moved.
        self.resolver.hasten(now);
        self.resolver.poll(now);
        let host = self.host.clone();
        let addresses = self.resolver.addresses().to_vec();
        if addresses.is_empty() {
            let message = format!("{host} does not resolve");
            return Errand::done(Err(io::Error::new(io::ErrorKind::NotFound, message)));
        }
        Errand::start("statsd-connect", move || {
            connect(&addresses)
                .map_err(|error| io::Error::new(error.kind(), format!("{host}: {error}")))
        })
    }

    fn has_ended(&self, stream: &TcpStream) -> bool {
        stream_has_ended(stream, |nonblocking| stream.set_nonblocking(nonblocking))
    }

    fn send(&mut self, stream: &TcpStream, packet: &[u8]) -> io::Result<()> {
        self.packet.clear();
        self.packet.extend_from_slice(packet);
        self.packet.push(b'\n');
        write_whole(stream, &self.packet)
    }
}

/// A connection to the first address that takes one.
fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT_TIMEOUT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
