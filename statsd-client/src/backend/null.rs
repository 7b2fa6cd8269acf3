//! Nowhere.

use std::io;

use super::{Backend, LOCAL_PACKET_BYTES};

/// A backend that takes everything and keeps nothing: metrics switched off, or the cost of the client
/// alone.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{Client, NullBackend};
///
/// let client = Client::builder().backend(NullBackend).build()?;
/// client.increment("users.new");
/// assert!(client.flush(Duration::from_secs(1)));
/// assert_eq!(client.stats().bytes_sent, 13); // users.new:1|c
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NullBackend;

impl Backend for NullBackend {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        LOCAL_PACKET_BYTES
    }
}
