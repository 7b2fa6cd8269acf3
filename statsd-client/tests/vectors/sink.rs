//! Where a row's client sends to, and what arrived there.

use std::io::{self, Read as _};
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use statsd_client::{Backend, Builder, CaptureBackend, Captured, Client};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) enum Sink {
    Capture(Captured),
    Udp(UdpSocket),
    Tcp(TcpListener),
    #[cfg(unix)]
    UnixDatagram(std::os::unix::net::UnixDatagram, Scratch),
    #[cfg(unix)]
    UnixStream(std::os::unix::net::UnixListener, Scratch),
}

impl Sink {
    /// Opens a sink by its name in the notation; `max_packet` is the backend's limit.
    pub(crate) fn open(
        name: &str,
        max_packet: Option<usize>,
        builder: Builder,
    ) -> Option<(Self, Builder)> {
        Some(match name {
            "capture" => {
                let (backend, captured) = CaptureBackend::new();
                let max_packet = max_packet.unwrap_or(backend.max_packet_size());
                (Self::Capture(captured), builder.backend(Limited { backend, max_packet }))
            }
            "udp" => {
                let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                let address = socket.local_addr().unwrap().to_string();
                (Self::Udp(socket), builder.address(address))
            }
            "tcp" => {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = format!("tcp://{}", listener.local_addr().unwrap());
                (Self::Tcp(listener), builder.address(address))
            }
            #[cfg(unix)]
            "uds" | "uds-datagram" => {
                let scratch = Scratch::new();
                let socket = std::os::unix::net::UnixDatagram::bind(scratch.socket()).unwrap();
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                let address = format!("unix://{}", scratch.socket().display());
                (Self::UnixDatagram(socket, scratch), builder.address(address))
            }
            #[cfg(unix)]
            "uds-stream" => {
                let scratch = Scratch::new();
                let listener = std::os::unix::net::UnixListener::bind(scratch.socket()).unwrap();
                let address = format!("unixstream://{}", scratch.socket().display());
                (Self::UnixStream(listener, scratch), builder.address(address))
            }
            _ => return None,
        })
    }

    /// Ends the client, and hands out the datagrams that arrived, or all of a stream as one.
    pub(crate) fn finish(self, client: &Client) -> Vec<Vec<u8>> {
        assert!(client.flush(PATIENCE), "everything leaves the process");
        let read_datagram = |receive: &dyn Fn(&mut [u8]) -> io::Result<usize>| {
            let mut buffer = vec![0; 65_535];
            let length = receive(&mut buffer).unwrap();
            buffer.truncate(length);
            vec![buffer]
        };
        let read_all = |mut stream: Box<dyn io::Read>| {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            vec![bytes]
        };
        match self {
            Self::Capture(captured) => captured.packets(),
            Self::Udp(socket) => read_datagram(&|buffer| socket.recv(buffer)),
            Self::Tcp(listener) => {
                assert!(client.shutdown(PATIENCE).is_nothing());
                read_all(Box::new(listener.accept().unwrap().0))
            }
            #[cfg(unix)]
            Self::UnixDatagram(socket, _scratch) => read_datagram(&|buffer| socket.recv(buffer)),
            #[cfg(unix)]
            Self::UnixStream(listener, _scratch) => {
                assert!(client.shutdown(PATIENCE).is_nothing());
                read_all(Box::new(listener.accept().unwrap().0))
            }
        }
    }
}

/// A capture with a limit of its own: the builder refuses one so small.
struct Limited {
    backend: CaptureBackend,
    max_packet: usize,
}

impl Backend for Limited {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        assert!(packet.len() <= self.max_packet, "never over the limit");
        self.backend.send(packet)
    }

    fn max_packet_size(&self) -> usize {
        self.max_packet
    }
}

/// A folder of its own for a socket, removed in the end.
#[cfg(unix)]
pub(crate) struct Scratch(std::path::PathBuf);

#[cfg(unix)]
impl Scratch {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("statsd-vectors-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn socket(&self) -> std::path::PathBuf {
        self.0.join("socket")
    }
}

#[cfg(unix)]
impl Drop for Scratch {
    fn drop(&mut self) {
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}
