//! Packet → somewhere. A backend sees finished bytes and may not know metrics, names or clients.
//! `pipeline/worker.rs` calls it, from the client's own thread and no other.
//!
//! `udp`, `unix` and `tcp` go to a server; `connection` opens and reopens what has a connection,
//! `resolver` turns names into addresses, `errand` keeps what may block off the client's thread.
//! `log`, `null`, `capture` and `tee` stay in the process. `address` chooses among them.

pub(crate) mod address;
mod backoff;
mod capture;
mod connection;
mod errand;
mod host;
mod log;
mod null;
mod resolver;
mod tcp;
mod tee;
mod udp;
#[cfg(unix)]
mod unix;

use std::io;
use std::time::Duration;

pub use capture::{CaptureBackend, Captured};
pub use log::LogBackend;
pub use null::NullBackend;
pub use tcp::TcpBackend;
pub use tee::TeeBackend;
pub use udp::UdpBackend;
#[cfg(unix)]
pub use unix::{UnixBackend, UnixStreamBackend};

/// What fits one Ethernet frame (1,500) beside the headers of IPv6 (40), UDP (8) and a tunnel.
const UDP_PACKET_BYTES: usize = 1432;

/// A packet where no network's frame limits it: what DogStatsD agents read at once.
const LOCAL_PACKET_BYTES: usize = 8192;

/// How long one packet waits for room in the system's buffer.
const WRITE_TIMEOUT: Duration = Duration::from_millis(100);

/// Signals that may interrupt the sending of one packet before it fails.
const INTERRUPTIONS_MAX: usize = 8;

/// Where packets go. It runs on the client's background thread: it may take its time, but what it
/// takes is time in which the thread does not drain the application's queues. No call waits for it. Where
/// it panics, the packet is lost and counted, and the thread goes on.
///
/// ```
/// use std::io;
/// use statsd_client::Backend;
///
/// struct Stdout;
///
/// impl Backend for Stdout {
///     fn send(&mut self, packet: &[u8]) -> io::Result<()> {
///         println!("{}", String::from_utf8_lossy(packet));
///         Ok(())
///     }
///     fn max_packet_size(&self) -> usize {
///         8 * 1024
///     }
/// }
/// ```
pub trait Backend: Send {
    /// Sends one packet of at most [`Self::max_packet_size`] bytes: lines joined by newlines, without
    /// one at the end.
    ///
    /// # Errors
    /// The packet is lost; the client counts its calls as dropped and goes on with the next.
    fn send(&mut self, packet: &[u8]) -> io::Result<()>;

    /// The largest packet this backend takes, in bytes.
    fn max_packet_size(&self) -> usize;

    /// Whether something can be sent right now. `true` unless a backend says otherwise.
    ///
    /// The client asks before each flush. At `false` it leaves what was recorded where it is
    /// (counters keep adding up, within their bounds) and asks again at the next flush, or every
    /// 10 ms while somebody waits in [`Client::flush`](crate::Client::flush). So a server that is
    /// not there yet loses nothing, where `send` would have to answer with an error.
    ///
    /// It may try to connect: at a pace that it limits itself, and for no longer than about 100 ms.
    ///
    /// ```
    /// use std::net::TcpListener;
    /// use statsd_client::{Backend, TcpBackend};
    ///
    /// let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    /// let mut backend = TcpBackend::new(&nobody.to_string())?;
    /// assert!(!backend.ready());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    fn ready(&mut self) -> bool {
        true
    }

    /// Called in the child of a `fork`, before its first packet: what must not be shared with the
    /// parent (a connection, whose bytes would mix) is let go of and opened anew, here or at the next
    /// [`Self::ready`]. Does nothing unless a backend says otherwise.
    ///
    /// # Errors
    /// It cannot be opened; the client goes on and asks [`Self::ready`].
    fn reopen(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a system call again that a signal interrupted.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..INTERRUPTIONS_MAX {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
    Err(io::ErrorKind::Interrupted.into())
}
