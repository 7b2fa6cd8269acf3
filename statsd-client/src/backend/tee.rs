//! Two backends at once.

use std::io;

use super::Backend;

/// Sends every packet to two backends: two agents, or a server and a log. Tees nest.
///
/// A packet is as long as both take. It goes to both even if one fails, and is an error, counted as
/// dropped, if either did: what one of them misses is never lost in silence. It is ready when either
/// is, so that one server that is down does not keep the numbers from the other; what the one that is
/// not ready misses meanwhile is an error like any other.
///
/// ```
/// use statsd_client::{Backend, CaptureBackend, TeeBackend};
///
/// let (one, first) = CaptureBackend::new();
/// let (other, second) = CaptureBackend::new();
/// TeeBackend::new(one, other).send(b"users.new:1|c")?;
/// assert_eq!(first.lines(), ["users.new:1|c"]);
/// assert_eq!(second.lines(), ["users.new:1|c"]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TeeBackend<A, B> {
    first: Branch<A>,
    second: Branch<B>,
}

#[derive(Debug)]
struct Branch<T> {
    backend: T,
    /// What it last said of itself: the client asks before a flush, not before each packet.
    is_ready: bool,
}

impl<A: Backend, B: Backend> TeeBackend<A, B> {
    /// Both of them, in this order.
    ///
    /// ```
    /// use std::time::Duration;
    /// use statsd_client::{CaptureBackend, Client, NullBackend, TeeBackend};
    ///
    /// let (capture, captured) = CaptureBackend::new();
    /// let client = Client::builder().backend(TeeBackend::new(NullBackend, capture))
    /// #   .flush_interval(Duration::from_secs(3600))
    ///     .build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.packets(), [b"users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn new(first: A, second: B) -> Self {
        Self { first: Branch::new(first), second: Branch::new(second) }
    }
}

impl<A: Backend, B: Backend> Backend for TeeBackend<A, B> {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        either(self.first.send(packet), self.second.send(packet))
    }

    fn max_packet_size(&self) -> usize {
        self.first.backend.max_packet_size().min(self.second.backend.max_packet_size())
    }

    fn ready(&mut self) -> bool {
        let (first, second) = (self.first.ready(), self.second.ready());
        first || second
    }

    fn reopen(&mut self) -> io::Result<()> {
        either(self.first.backend.reopen(), self.second.backend.reopen())
    }
}

impl<T: Backend> Branch<T> {
    fn new(backend: T) -> Self {
        Self { backend, is_ready: true }
    }

    fn ready(&mut self) -> bool {
        self.is_ready = self.backend.ready();
        self.is_ready
    }

    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        if self.is_ready {
            return self.backend.send(packet);
        }
        Err(io::Error::new(io::ErrorKind::NotConnected, "one of the two backends is not ready"))
    }
}

/// The error of the one that failed, or of both.
fn either(first: io::Result<()>, second: io::Result<()>) -> io::Result<()> {
    match (first, second) {
        (Err(first), Err(second)) => {
            Err(io::Error::new(first.kind(), format!("{first}, and: {second}")))
        }
        (first, second) => first.and(second),
    }
}
