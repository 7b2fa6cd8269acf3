//! Unix sockets: datagrams, and a stream of frames as Datadog's agent reads them.

use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use std::{fs, io};

use super::connection::{Connection, Transport, stream_has_ended, write_whole};
use super::errand::Errand;
use super::{Backend, LOCAL_PACKET_BYTES, WRITE_TIMEOUT, uninterrupted};

/// Sends each packet as one datagram to a Unix socket; at most 8192 bytes.
///
/// The server need not be there yet: until it is, [`Backend::ready`] is `false` and tries again, 10 ms
/// after the first failure and up to a second after later ones. After a restart of the server it is
/// found again. A packet is one system call; it waits up to 100 ms for room in the server's queue.
///
/// ```
/// use std::os::unix::net::UnixDatagram;
/// use statsd_client::{Backend, UnixBackend};
///
/// let path = std::env::temp_dir().join(format!("statsd-{}.sock", std::process::id()));
/// let server = UnixDatagram::bind(&path)?;
/// let mut backend = UnixBackend::new(&path)?;
/// backend.send(b"users.new:1|c")?;
///
/// let mut packet = [0; 64];
/// let length = server.recv(&mut packet)?;
/// assert_eq!(&packet[..length], b"users.new:1|c");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct UnixBackend {
    connection: Connection<Datagrams>,
}

/// Sends each packet as one frame over a Unix stream: its length in four bytes, little-endian, then
/// its lines, each with its newline; at most 8192 bytes of lines. So Datadog's agent reads its
/// `dogstatsd_stream_socket`.
///
/// It connects and connects again as [`UnixBackend`] does; [`Backend::ready`] costs three system
/// calls, which find out whether the server has closed the connection, a frame one. A frame that the
/// server does not take whole within 100 ms closes the connection, so that what follows never begins
/// inside of it.
///
/// ```
/// use std::io::Read;
/// use std::os::unix::net::UnixListener;
/// use statsd_client::{Backend, UnixStreamBackend};
///
/// let path = std::env::temp_dir().join(format!("statsd-stream-{}.sock", std::process::id()));
/// let server = UnixListener::bind(&path)?;
/// let mut backend = UnixStreamBackend::new(&path)?;
/// while !backend.ready() {} // The client asks so before each flush.
/// backend.send(b"users.new:1|c")?;
///
/// let mut frame = [0; 4 + 14];
/// server.accept()?.0.read_exact(&mut frame)?;
/// assert_eq!(&frame, b"\x0e\0\0\0users.new:1|c\n");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct UnixStreamBackend {
    connection: Connection<Frames>,
}

impl UnixBackend {
    /// For the datagram socket at `path`, which need not exist. Connects when it is first asked.
    ///
    /// ```
    /// use std::os::unix::net::UnixDatagram;
    /// use std::time::Duration;
    /// use statsd_client::{Client, UnixBackend};
    ///
    /// let path = std::env::temp_dir().join(format!("statsd-new-{}.sock", std::process::id()));
    /// let server = UnixDatagram::bind(&path)?;
    ///
    /// let client = Client::builder().backend(UnixBackend::new(&path)?)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    ///
    /// let mut packet = [0; 64];
    /// let length = server.recv(&mut packet)?;
    /// assert_eq!(&packet[..length], b"users.new:1|c");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A socket cannot have this path: it is too long (about 100 bytes) or holds a NUL.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = socket_path(path.as_ref())?;
        Ok(Self { connection: Connection::new(Datagrams { path }) })
    }
}

impl Backend for UnixBackend {
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
        Ok(())
    }
}

impl UnixStreamBackend {
    /// For the stream socket at `path`, which need not exist. Connects when it is first asked.
    ///
    /// ```
    /// use std::io::Read;
    /// use std::os::unix::net::UnixListener;
    /// use std::time::Duration;
    /// use statsd_client::{Client, UnixStreamBackend};
    ///
    /// let path = std::env::temp_dir().join(format!("statsd-stream-new-{}.sock", std::process::id()));
    /// let server = UnixListener::bind(&path)?;
    ///
    /// let client = Client::builder().backend(UnixStreamBackend::new(&path)?)
    /// #   .flush_interval(std::time::Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(10));
    ///
    /// let mut frame = [0; 4 + 14];
    /// server.accept()?.0.read_exact(&mut frame)?;
    /// assert_eq!(&frame, b"\x0e\0\0\0users.new:1|c\n");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A socket cannot have this path: it is too long (about 100 bytes) or holds a NUL.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = socket_path(path.as_ref())?.into();
        Ok(Self { connection: Connection::new(Frames { path, frame: Vec::new() }) })
    }
}

impl Backend for UnixStreamBackend {
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
        Ok(())
    }
}

#[derive(Debug)]
struct Datagrams {
    path: PathBuf,
}

impl Transport for Datagrams {
    type Link = UnixDatagram;
    const DATAGRAMS: bool = true;

    /// At once: a datagram socket waits for nobody when it connects.
    fn open(&mut self, _now: Instant) -> Errand<UnixDatagram> {
        let opened = UnixDatagram::unbound().and_then(|socket| {
            socket.connect(&self.path)?;
            socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
            Ok(socket)
        });
        Errand::done(opened.map_err(|error| named(&self.path, &error)))
    }

    fn has_ended(&self, _socket: &UnixDatagram) -> bool {
        false
    }

    fn send(&mut self, socket: &UnixDatagram, packet: &[u8]) -> io::Result<()> {
        uninterrupted(|| socket.send(packet)).map(|_| ())
    }
}

#[derive(Debug)]
struct Frames {
    path: Arc<Path>,
    /// The last frame; kept for its memory.
    frame: Vec<u8>,
}

impl Transport for Frames {
    type Link = UnixStream;
    const DATAGRAMS: bool = false;

    /// By an errand: connecting waits, without a limit, for a server whose queue of connections is
    /// full. What is not there needs no thread to find that out.
    fn open(&mut self, _now: Instant) -> Errand<UnixStream> {
        let path = self.path.clone();
        if let Err(error) = fs::metadata(&path) {
            return Errand::done(Err(named(&path, &error)));
        }
        Errand::start("statsd-connect", move || {
            let opened = UnixStream::connect(&path).and_then(|stream| {
                stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
                Ok(stream)
            });
            opened.map_err(|error| named(&path, &error))
        })
    }

    fn has_ended(&self, stream: &UnixStream) -> bool {
        stream_has_ended(stream, |nonblocking| stream.set_nonblocking(nonblocking))
    }

    fn send(&mut self, stream: &UnixStream, packet: &[u8]) -> io::Result<()> {
        let length = u32::try_from(packet.len() + 1).map_err(io::Error::other)?;
        self.frame.clear();
        self.frame.extend_from_slice(&length.to_le_bytes());
        self.frame.extend_from_slice(packet);
        self.frame.push(b'\n');
        write_whole(stream, &self.frame)
    }
}

fn socket_path(path: &Path) -> io::Result<PathBuf> {
    SocketAddr::from_pathname(path).map_err(|error| named(path, &error))?;
    Ok(path.to_owned())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
