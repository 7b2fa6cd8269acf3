//! Packet → somewhere. A backend sees finished bytes and may not know metrics, names or clients.
//! `pipeline/worker.rs` calls it, from the client's own thread and no other.

mod capture;
mod udp;

use std::io;

pub use capture::{CaptureBackend, Captured};
pub use udp::UdpBackend;

/// Where packets go. It runs on the client's background thread: it may take its time, but what it
/// takes is time in which the thread does not drain the application's queues.
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
}
