//! Packets side by side, read without a lock and recorded under one.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use socket2::Socket;

use super::feed::Feed;
use crate::aggregate::{Lost, Shard};
use crate::limits::RECEIVE_BATCH_PACKETS;
use crate::tap::Tap;

#[cfg(target_os = "linux")]
use many as read;
#[cfg(any(not(target_os = "linux"), test))]
mod one;
#[cfg(not(target_os = "linux"))]
use one as read;

#[cfg(target_os = "linux")]
mod many;

/// Where packets begin at the same offset of a large power of two, all of them share a few lines of
/// the processor's cache; this much more spreads them.
const SPREAD_BYTES: usize = 192;

/// What the kernel said of one packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Received {
    bytes: usize,
    /// It was longer than its place, so that its last line may be half of one.
    truncated: bool,
    /// The size of the datagrams in it, where it is a train of them; 0 otherwise.
    segment_bytes: usize,
}

/// Places for `RECEIVE_BATCH_PACKETS` packets. Memory that no packet has needed is never touched, so
/// the process holds a page or two for each place as long as packets are small.
pub(super) struct Batch {
    bytes: Box<[u8]>,
    place_bytes: usize,
    received: Vec<Received>,
    /// The newest word of the kernel on how many packets it had dropped when one of these came.
    dropped: Option<u32>,
    /// A train of segments has come, in this batch or in one before it.
    merged: bool,
}

impl Batch {
    /// Packets of up to `packet_max_bytes` come whole.
    pub(super) fn new(packet_max_bytes: usize) -> Self {
        let place_bytes = packet_max_bytes + SPREAD_BYTES;
        Self {
            bytes: vec![0; place_bytes * RECEIVE_BATCH_PACKETS].into_boxed_slice(),
            place_bytes,
            received: Vec::with_capacity(RECEIVE_BATCH_PACKETS),
            dropped: None,
            merged: false,
        }
    }

    /// Whether every place is taken, so that there may be more to read.
    pub(super) fn is_full(&self) -> bool {
        self.received.len() == RECEIVE_BATCH_PACKETS
    }

    pub(super) fn len(&self) -> usize {
        self.received.len()
    }

    /// What the kernel said it had dropped by the newest packet of the batch.
    pub(super) fn dropped(&self) -> Option<u32> {
        self.dropped
    }

    /// Reads what is there, without waiting; nothing where that is nothing. What the batch held
    /// before is gone.
    pub(super) fn receive(&mut self, socket: &Socket) -> io::Result<()> {
        self.received.clear();
        self.dropped = None;
        match read::receive(self, socket) {
            Err(error) if !is_none_yet(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// How drops are counted: once trains come, each may have been one.
    pub(super) fn dropped_by_kernel(&self, kernel_drops: u64) -> Lost {
        let kernel_drops_merged = if self.merged { kernel_drops } else { 0 };
        Lost { kernel_drops, kernel_drops_merged, ..Lost::default() }
    }

    /// Hands the packets to the shard, and `kernel_drops` with them.
    pub(super) fn record(&self, shard: &Mutex<Shard>, kernel_drops: u64) {
        if self.received.is_empty() && kernel_drops == 0 {
            return;
        }
        let packets_truncated = self.received.iter().filter(|one| one.truncated).count() as u64;
        let mut shard = lock(shard);
        shard.count_lost(self.dropped_by_kernel(kernel_drops));
        shard.count_lost(Lost { packets_truncated, ..Lost::default() });
        self.packets().for_each(|packet| shard.record_packet(packet));
    }

    /// The same for somebody who takes the packets himself.
    pub(super) fn feed(&self, feed: &mut dyn Feed, kernel_drops: u64) {
        let packets_truncated = self.received.iter().filter(|one| one.truncated).count() as u64;
        if kernel_drops + packets_truncated > 0 {
            feed.lose(Lost { packets_truncated, ..self.dropped_by_kernel(kernel_drops) });
        }
        if !self.received.is_empty() {
            feed.take(&mut self.packets());
        }
    }

    /// Hands the packets on as they came, to be repeated.
    pub(super) fn offer(&self, tap: &Tap) {
        if !self.received.is_empty() {
            tap.offer(self.packets());
        }
    }

    /// Those that came whole, each as it was sent.
    fn packets(&self) -> impl Iterator<Item = &[u8]> {
        let places = self.received.iter().zip(self.bytes.chunks(self.place_bytes));
        places.filter(|(received, _)| !received.truncated).flat_map(|(received, place)| {
            let packet = &place[..received.bytes];
            let is_train = (1..packet.len()).contains(&received.segment_bytes);
            let part = if is_train { received.segment_bytes } else { packet.len() };
            // An empty packet is one packet, too.
            let (empty, parts) = (packet.is_empty().then_some(packet), packet.chunks(part.max(1)));
            empty.into_iter().chain(parts)
        })
    }
}

/// A shard is whole after every packet, so one that saw a panic is still good.
pub(super) fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing is there, or a signal came first.
fn is_none_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests;
