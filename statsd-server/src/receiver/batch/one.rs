//! A batch in one call for each packet, where the system has no `recvmmsg`.

use std::io::{self, Read as _};

use socket2::Socket;

use super::{Batch, Received};

/// A byte more than a packet may have tells those that were cut. It lies in what spreads the places.
pub(super) fn receive(batch: &mut Batch, mut socket: &Socket) -> io::Result<()> {
    let packet_bytes = batch.place_bytes - super::SPREAD_BYTES;
    for place in batch.bytes.chunks_exact_mut(batch.place_bytes) {
        let bytes = socket.read(&mut place[..=packet_bytes])?;
        let truncated = bytes > packet_bytes;
        batch.received.push(Received { bytes, truncated, segment_bytes: 0 });
    }
    Ok(())
}
