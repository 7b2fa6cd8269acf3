//! Any number of listeners of any kind, bound one by one and started together.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::net::SocketAddr as UnixAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use socket2::{Socket, Type};
use statsd_client::protocol::Dialect;

use super::connection::Shared;
use super::datagrams::{Datagrams, DatagramsHandle};
use super::feed::{Feed, Sink};
use super::inherited::{Bound, Inherited};
use super::socket_file;
use super::streams::{self, StreamListener, StreamsHandle};
use super::udp::{self, UdpOptions};
use crate::aggregate::{Exact, Shard};
use crate::tap::Tap;
use crate::telemetry::Telemetry;

/// How often a port that UDP got from the kernel is tried for TCP before the two take different ones.
const SHARED_PORT_TRIES: usize = 16;

/// How what is received is read, the same for every listener. [`Reading::default`] is etsy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The dialect of packets and lines; etsy's includes that streams are ASCII.
    pub dialect: Dialect,
    /// Whether names are cleaned as they arrive, as [`Shard::sanitising`] says.
    pub sanitise: bool,
    /// How much of a timer and of a set is kept as it came.
    pub exact: Exact,
    /// Whether the lines of each name are counted.
    pub count_names: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { dialect: Dialect::Etsy, sanitise: true, exact: Exact::default(), count_names: false }
    }
}

impl Reading {
    fn shard(self) -> Arc<Mutex<Shard>> {
        let shard = Shard::new(self.dialect).sanitising(self.sanitise).exact(self.exact);
        let shard = shard.counting_names(self.count_names);
        Arc::new(Mutex::new(shard))
    }
}

/// Bound sockets. The kernel accepts packets and connections for them; nobody reads before
/// [`Receivers::start`]. Dropping them closes them and removes the files of Unix sockets.
#[derive(Debug)]
pub struct Receivers {
    reading: Reading,
    datagrams: Vec<(Datagrams, Arc<Mutex<Shard>>)>,
    streams: Vec<StreamListener>,
    /// All streams record into one.
    stream_shard: Arc<Mutex<Shard>>,
    tap: Tap,
    listening: Vec<Listening>,
}

/// What is listened on. Its text is what people are told: `udp 127.0.0.1:8125`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listening {
    /// Datagrams over UDP.
    Udp(SocketAddr),
    /// Lines over TCP.
    Tcp(SocketAddr),
    /// Datagrams over a Unix socket.
    UnixDatagram(PathBuf),
    /// Lines over a Unix socket.
    UnixStream(PathBuf),
}

/// The running threads. Dropping it lets them end by themselves; [`ReceiversHandle::stop`] waits for
/// that.
#[derive(Debug)]
pub struct ReceiversHandle {
    datagrams: Vec<DatagramsHandle>,
    streams: Option<StreamsHandle>,
}

impl Receivers {
    /// None yet. Packets and lines will be read as `reading` says.
    pub fn new(reading: Reading) -> Self {
        Self {
            reading,
            datagrams: Vec::new(),
            streams: Vec::new(),
            stream_shard: reading.shard(),
            tap: Tap::default(),
            listening: Vec::new(),
        }
    }

    /// Receives datagrams on an IPv4 or IPv6 address; port 0 lets the kernel choose. Yields the
    /// address in use. The error names the address.
    pub fn udp(&mut self, address: SocketAddr, options: &UdpOptions) -> io::Result<SocketAddr> {
        let (bound, sockets) = udp::bind(address, options)?;
        for socket in sockets {
            self.add(Datagrams::udp(socket, format!("udp {bound}")));
        }
        self.listening.push(Listening::Udp(bound));
        Ok(bound)
    }

    /// Receives lines over TCP, as [`Receivers::udp`] does datagrams.
    pub fn tcp(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        let (bound, listener) = StreamListener::tcp(address)?;
        self.streams.push(listener);
        self.listening.push(Listening::Tcp(bound));
        Ok(bound)
    }

    /// Receives over UDP and TCP on one address. With port 0 both get the same port unless no port
    /// of several tries is free for both. Yields UDP's address and TCP's.
    pub fn udp_and_tcp(
        &mut self,
        address: SocketAddr,
        options: &UdpOptions,
    ) -> io::Result<(SocketAddr, SocketAddr)> {
        for _ in 0..SHARED_PORT_TRIES {
            let (udp, sockets) = udp::bind(address, options)?;
            let (tcp, listener) = match StreamListener::tcp(udp) {
                Ok(bound) => bound,
                Err(error) if address.port() != 0 => return Err(error),
                // Somebody else's port over TCP: another one, then.
                Err(_) => continue,
            };
            for socket in sockets {
                self.add(Datagrams::udp(socket, format!("udp {udp}")));
            }
            self.streams.push(listener);
            self.listening.extend([Listening::Udp(udp), Listening::Tcp(tcp)]);
            return Ok((udp, tcp));
        }
        Ok((self.udp(address, options)?, self.tcp(address)?))
    }

    /// Receives datagrams on a Unix socket at `path`, whose file gets the permissions `mode` (such as
    /// `0o660`). The file of a server that is gone is replaced; it is removed at the end.
    ///
    /// # Errors
    /// They name the path: somebody listens there, it is no socket, or it cannot be made.
    pub fn unix_datagram(&mut self, path: &Path, mode: Option<u32>) -> io::Result<()> {
        let (socket, file) = socket_file::bind(path, Type::DGRAM, mode)?;
        self.add(Datagrams::unix(socket, format!("unix datagram {}", path.display()), Some(file)));
        self.listening.push(Listening::UnixDatagram(path.to_owned()));
        Ok(())
    }

    /// Receives lines on a Unix socket, as [`Receivers::unix_datagram`] does datagrams.
    pub fn unix_stream(&mut self, path: &Path, mode: Option<u32>) -> io::Result<()> {
        self.streams.push(StreamListener::unix(path, mode)?);
        self.listening.push(Listening::UnixStream(path.to_owned()));
        Ok(())
    }

    /// Receives on sockets that somebody else has bound. The files of Unix sockets among them stay.
    pub fn inherit(&mut self, inherited: Inherited) -> io::Result<()> {
        for bound in inherited.0 {
            match bound {
                Bound::Udp(socket) => {
                    let listening = Listening::Udp(socket.local_addr()?);
                    let socket = Socket::from(socket);
                    udp::prepare(&socket, &UdpOptions::default())?;
                    self.add(Datagrams::udp(socket, listening.to_string()));
                    self.listening.push(listening);
                }
                Bound::UnixDatagram(socket) => {
                    let listening = Listening::UnixDatagram(path_of(&socket.local_addr()?));
                    socket.set_nonblocking(true)?;
                    self.add(Datagrams::unix(socket.into(), listening.to_string(), None));
                    self.listening.push(listening);
                }
                Bound::Tcp(listener) => {
                    let listening = Listening::Tcp(listener.local_addr()?);
                    self.inherit_stream(listener.into(), listening, false)?;
                }
                Bound::UnixStream(listener) => {
                    let listening = Listening::UnixStream(path_of(&listener.local_addr()?));
                    self.inherit_stream(listener.into(), listening, true)?;
                }
            }
        }
        Ok(())
    }

    fn inherit_stream(
        &mut self,
        socket: Socket,
        listening: Listening,
        is_unix: bool,
    ) -> io::Result<()> {
        self.streams.push(StreamListener::inherited(socket, listening.to_string(), is_unix)?);
        self.listening.push(listening);
        Ok(())
    }

    fn add(&mut self, datagrams: Datagrams) {
        self.datagrams.push((datagrams, self.reading.shard()));
    }

    /// What is listened on, in the order in which it was asked for.
    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Where the samples go, for the flush: a shard for each socket of datagrams, and one for all
    /// streams.
    pub fn shards(&self) -> Vec<Arc<Mutex<Shard>>> {
        let datagrams = self.datagrams.iter().map(|(_, shard)| shard);
        datagrams.chain([&self.stream_shard]).cloned().collect()
    }

    /// Every packet is offered to that tap, too, before it is recorded: datagrams as they came, and of
    /// streams the lines that a chunk ends, in one piece.
    #[must_use]
    pub fn with_tap(self, tap: Tap) -> Self {
        Self { tap, ..self }
    }

    /// Starts the threads: one for each socket of datagrams, and one for all streams.
    ///
    /// # Errors
    /// A thread could not be started; those that were started end.
    pub fn start(self, telemetry: Arc<Telemetry>) -> io::Result<ReceiversHandle> {
        let seven_bits = self.reading.dialect == Dialect::Etsy;
        self.start_into(|shard| Ok(shard.into()), seven_bits, telemetry)
    }

    /// The same, but packets are not read: each thread hands them, byte for byte, to a feed of its own
    /// that `feed` makes, and the shards stay empty.
    ///
    /// # Errors
    /// As [`Receivers::start`], or a feed could not be made.
    pub fn start_feeding(
        self,
        mut feed: impl FnMut() -> io::Result<Box<dyn Feed>>,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<ReceiversHandle> {
        self.start_into(|_| feed().map(Sink::from), false, telemetry)
    }

    fn start_into(
        self,
        mut sink: impl FnMut(Arc<Mutex<Shard>>) -> io::Result<Sink>,
        seven_bits: bool,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<ReceiversHandle> {
        let streams = if self.streams.is_empty() {
            None
        } else {
            let (sink, telemetry) = (sink(self.stream_shard)?, Arc::clone(&telemetry));
            let shared = Shared::new(sink, self.tap.clone(), telemetry, seven_bits);
            Some(streams::start(self.streams, shared)?)
        };
        let datagrams = self.datagrams.into_iter();
        let datagrams = datagrams
            .map(|(datagrams, shard)| {
                let sink = sink(shard)?;
                datagrams.with_tap(self.tap.clone()).start(sink, Arc::clone(&telemetry))
            })
            .collect::<io::Result<_>>()?;
        Ok(ReceiversHandle { datagrams, streams })
    }
}

impl ReceiversHandle {
    /// Whether all of the threads run.
    pub fn is_running(&self) -> bool {
        self.datagrams.iter().all(DatagramsHandle::is_running)
            && self.streams.iter().all(StreamsHandle::is_running)
    }

    /// Stops all of them and waits until they have recorded what the kernel had accepted: datagrams,
    /// connections, and what these had sent.
    pub fn stop(self) {
        let datagrams = self.datagrams.into_iter().map(DatagramsHandle::stop);
        let streams = self.streams.into_iter().map(StreamsHandle::stop);
        // All are told before any is waited for.
        let threads: Vec<JoinHandle<()>> = datagrams.chain(streams).collect();
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a receiver had panicked");
            }
        }
    }
}

impl Listening {
    /// The address, if this is UDP.
    pub fn udp(&self) -> Option<SocketAddr> {
        if let Self::Udp(address) = self { Some(*address) } else { None }
    }

    /// The address, if this is TCP.
    pub fn tcp(&self) -> Option<SocketAddr> {
        if let Self::Tcp(address) = self { Some(*address) } else { None }
    }
}

/// Empty where the socket has no file.
fn path_of(address: &UnixAddr) -> PathBuf {
    address.as_pathname().map(Path::to_owned).unwrap_or_default()
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address) => write!(f, "udp {address}"),
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::UnixDatagram(path) => write!(f, "unix datagram {}", path.display()),
            Self::UnixStream(path) => write!(f, "unix stream {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests;
