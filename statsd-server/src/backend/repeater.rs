//! Packets as they came → other StatsD servers, as etsy's repeater: no flush, no parsing.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits::REPEATED_PACKET_MAX_BYTES;
use crate::tap::{Packets, Tap, Tapped};
use crate::telemetry::Telemetry;

/// A name may mean another machine after that long.
const RESOLVED_FOR: Duration = Duration::from_secs(60);

/// Between two attempts to resolve or to connect; what comes meanwhile is dropped.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a TCP connection may take to be made, or take nothing.
const TCP_TIMEOUT: Duration = Duration::from_secs(2);

/// Where packets are repeated to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeaterOptions {
    /// `host:port` of each; every one gets every packet.
    pub targets: Vec<String>,
    /// Over what.
    pub protocol: RepeaterProtocol,
}

/// Over what packets are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeaterProtocol {
    /// A datagram for a datagram, over IPv4 where the name has such an address.
    #[default]
    Udp4,
    /// The same, over IPv6.
    Udp6,
    /// One connection to each server, a line end behind every packet.
    Tcp,
}

/// The running threads, one for each server, so that none waits for another. They end when the last
/// receiver that holds the [`Tap`] does.
///
/// ```
/// use std::net::UdpSocket;
/// use std::sync::Arc;
/// use std::time::Duration;
/// use statsd_server::backend::{Repeater, RepeaterOptions, RepeaterProtocol};
///
/// let other = UdpSocket::bind("127.0.0.1:0")?;
/// let targets = vec![other.local_addr()?.to_string()];
/// let options = RepeaterOptions { targets, protocol: RepeaterProtocol::Udp4 };
/// let (tap, repeater) = Repeater::start(&options, Arc::default())?;
/// tap.offer([&b"users.new:1|c"[..]].into_iter());
///
/// let mut packet = [0; 64];
/// let length = other.recv(&mut packet)?;
/// assert_eq!(&packet[..length], b"users.new:1|c");
/// drop(tap);
/// assert!(repeater.join(Duration::from_secs(5)));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Repeater {
    /// Disconnected when the last thread has ended.
    ended: Receiver<()>,
}

impl Repeater {
    /// Starts the threads. The receivers get the tap. A name that does not resolve yet is tried again.
    ///
    /// # Errors
    /// A thread could not be started.
    pub fn start(options: &RepeaterOptions, telemetry: Arc<Telemetry>) -> io::Result<(Tap, Self)> {
        let (tap, outlets) = Tap::new(options.targets.len(), Arc::clone(&telemetry));
        let (running, ended) = channel();
        for (target, tapped) in options.targets.iter().zip(outlets) {
            let line: Box<dyn Line> = match options.protocol {
                RepeaterProtocol::Udp4 => Box::new(Datagrams::new(target, SocketAddr::is_ipv4)),
                RepeaterProtocol::Udp6 => Box::new(Datagrams::new(target, SocketAddr::is_ipv6)),
                RepeaterProtocol::Tcp => Box::new(Connection::new(target)),
            };
            let running = running.clone();
            let (target, telemetry) = (target.clone(), Arc::clone(&telemetry));
            thread::Builder::new()
                .name("statsd-repeater".to_owned())
                .spawn(move || repeat(tapped, line, &target, &telemetry, running))?;
        }
        Ok((tap, Self { ended }))
    }

    /// Waits until what the receivers have read is sent on. To be called after they have stopped.
    /// False where that is not done in time; the threads then end with the process.
    pub fn join(self, within: Duration) -> bool {
        // Nobody ever sends.
        self.ended.recv_timeout(within) == Err(RecvTimeoutError::Disconnected)
    }
}

fn repeat(
    tapped: Tapped,
    mut line: Box<dyn Line>,
    target: &str,
    telemetry: &Telemetry,
    running: Sender<()>,
) {
    let mut failing = false;
    for packets in tapped {
        let (sent, error) = line.send(&packets);
        telemetry.packets_repeated.add(sent as u64);
        telemetry.packets_not_repeated.add((packets.len() - sent) as u64);
        match error {
            // Once for each time that it begins.
            Some(error) if !failing => tracing::warn!("cannot repeat packets to {target}: {error}"),
            _ => {}
        }
        failing = sent < packets.len();
    }
    drop(running);
}

/// How packets get to one server.
trait Line: Send {
    /// How many of them were sent, and why not the others.
    fn send(&mut self, packets: &Packets) -> (usize, Option<io::Error>);
}

/// A value that is made anew when it is old or has failed, and then not more often than it is worth.
struct Renewed<T> {
    now: Option<(T, Instant)>,
    failed: Option<Instant>,
}

impl<T> Renewed<T> {
    fn new() -> Self {
        Self { now: None, failed: None }
    }

    fn get(&mut self, make: impl FnOnce() -> io::Result<T>) -> io::Result<&mut T> {
        let old = self.now.as_ref().is_none_or(|(_, made)| made.elapsed() > RESOLVED_FOR);
        let may = self.failed.is_none_or(|failed| failed.elapsed() > RETRY_AFTER);
        if old && may {
            match make() {
                Ok(made) => {
                    self.now = Some((made, Instant::now()));
                    self.failed = None;
                }
                Err(error) => {
                    self.failed = Some(Instant::now());
                    // An old one is better than none.
                    if self.now.is_none() {
                        return Err(error);
                    }
                }
            }
        }
        match &mut self.now {
            Some((now, _)) => Ok(now),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn has_failed(&mut self) {
        self.now = None;
        self.failed = Some(Instant::now());
    }
}

struct Datagrams {
    target: String,
    is_wanted: fn(&SocketAddr) -> bool,
    socket: Renewed<(UdpSocket, SocketAddr)>,
}

impl Datagrams {
    fn new(target: &str, is_wanted: fn(&SocketAddr) -> bool) -> Self {
        Self { target: target.to_owned(), is_wanted, socket: Renewed::new() }
    }
}

impl Line for Datagrams {
    fn send(&mut self, packets: &Packets) -> (usize, Option<io::Error>) {
        let (target, is_wanted) = (&self.target, self.is_wanted);
        let mut sent = 0;
        let mut last = None;
        match self.socket.get(|| open_udp(target, is_wanted)) {
            Ok((socket, address)) => {
                for packet in packets.iter() {
                    let mut pieces = pieces(packet, REPEATED_PACKET_MAX_BYTES);
                    match pieces.try_for_each(|piece| socket.send_to(piece, *address).map(drop)) {
                        Ok(()) => sent += 1,
                        Err(error) => last = Some(error),
                    }
                }
            }
            Err(error) => return (0, Some(error)),
        }
        if last.is_some() {
            // The route or the address may have changed; one packet too large changes nothing.
            self.socket.now = None;
        }
        (sent, last)
    }
}

/// What a stream brought at once may be more than a datagram holds; each piece ends with a line.
fn pieces(packet: &[u8], max_bytes: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(packet);
    std::iter::from_fn(move || {
        let packet = rest?;
        let most = packet.get(..max_bytes).unwrap_or(packet);
        let last = most.iter().rposition(|byte| *byte == b'\n');
        // One that holds no whole line is too large, and its error says so.
        let (piece, behind) = match last {
            Some(last) if packet.len() > max_bytes => packet.split_at(last + 1),
            _ => (packet, &[][..]),
        };
        rest = (!behind.is_empty()).then_some(behind);
        Some(piece)
    })
}

/// Not connected, because a connected socket would report that nobody listens, and drop a packet for
/// each report.
fn open_udp(
    target: &str,
    is_wanted: fn(&SocketAddr) -> bool,
) -> io::Result<(UdpSocket, SocketAddr)> {
    let addresses: Vec<SocketAddr> = target.to_socket_addrs()?.collect();
    let address = addresses
        .iter()
        .copied()
        .find(is_wanted)
        // Somebody who writes an address of the other family means it.
        .or_else(|| addresses.first().copied())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it resolves to no address"))?;
    let any: SocketAddr = if address.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    Ok((UdpSocket::bind(any)?, address))
}

struct Connection {
    target: String,
    stream: Renewed<TcpStream>,
    text: Vec<u8>,
}

impl Connection {
    fn new(target: &str) -> Self {
        Self { target: target.to_owned(), stream: Renewed::new(), text: Vec::new() }
    }
}

impl Line for Connection {
    /// All or, as far as anybody can tell, none.
    fn send(&mut self, packets: &Packets) -> (usize, Option<io::Error>) {
        self.text.clear();
        for packet in packets.iter() {
            self.text.extend_from_slice(packet);
            self.text.push(b'\n');
        }
        let target = &self.target;
        let text = &self.text;
        let written = self.stream.get(|| open_tcp(target)).and_then(|s| s.write_all(text));
        match written {
            Ok(()) => (packets.len(), None),
            Err(error) => {
                self.stream.has_failed();
                (0, Some(error))
            }
        }
    }
}

fn open_tcp(target: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    for address in target.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TCP_TIMEOUT) {
            Ok(stream) => {
                stream.set_write_timeout(Some(TCP_TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests;
