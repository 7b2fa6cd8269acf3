//! Keeps packets in memory, for tests and for looking at what a client says.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Backend, UDP_PACKET_BYTES};

/// Packets that are kept; the ones after are refused and so counted as dropped.
const CAPTURED_PACKETS_MAX: usize = 100_000;

/// A backend that keeps what it is sent: packets of at most 1432 bytes, as over UDP, and 100,000 of them;
/// further ones are refused, and so counted as dropped.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.increment("users.new");
/// client.increment("users.new");
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["users.new:2|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct CaptureBackend {
    captured: Captured,
}

/// What a [`CaptureBackend`] was sent. Clones look at the same packets.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    packets: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl CaptureBackend {
    /// The backend, and the view of what it is sent.
    ///
    /// ```
    /// use statsd_client::{Backend, CaptureBackend};
    ///
    /// let (mut backend, captured) = CaptureBackend::new();
    /// backend.send(b"users.new:1|c\nqueue.depth:17|g")?;
    /// assert_eq!(captured.lines(), ["users.new:1|c", "queue.depth:17|g"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> (Self, Captured) {
        let captured = Captured::default();
        (Self { captured: captured.clone() }, captured)
    }
}

impl Backend for CaptureBackend {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        let mut packets = self.captured.packets.lock().unwrap_or_else(PoisonError::into_inner);
        if packets.len() >= CAPTURED_PACKETS_MAX {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the capture is full"));
        }
        packets.push(packet.to_vec());
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        UDP_PACKET_BYTES
    }
}

impl Captured {
    /// The packets so far, in order: copies. [`Client::flush`](crate::Client::flush) first.
    pub fn packets(&self) -> Vec<Vec<u8>> {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lines of all packets, in order; what is not UTF-8 in them is replaced.
    pub fn lines(&self) -> Vec<String> {
        self.packets()
            .iter()
            .flat_map(|packet| packet.split(|&byte| byte == b'\n'))
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }

    /// Whether nothing was sent so far.
    pub fn is_empty(&self) -> bool {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Forgets the packets so far.
    pub fn clear(&self) {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
