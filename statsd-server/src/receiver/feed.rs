//! Who gets what is received: a shard, or somebody who takes the packets himself.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::batch::{Batch, lock};
use crate::aggregate::{Lost, Shard};

/// Takes packets as they came, on the thread that received them: while it is at work nobody reads the
/// socket, so it must not wait for long.
pub trait Feed: Send + fmt::Debug {
    /// The packets of one batch, or the lines that a chunk of a stream has ended, in one piece.
    fn take(&mut self, packets: &mut dyn Iterator<Item = &[u8]>);

    /// What was lost before anybody could take it; never nothing.
    fn lose(&mut self, lost: Lost);
}

/// The other end of a receiver.
#[derive(Debug)]
pub(super) enum Sink {
    /// Read and added up, under the lock that the flush takes, too.
    Shard(Arc<Mutex<Shard>>),
    /// Nobody else locks it.
    Feed(Mutex<Box<dyn Feed>>),
}

impl From<Arc<Mutex<Shard>>> for Sink {
    fn from(shard: Arc<Mutex<Shard>>) -> Self {
        Self::Shard(shard)
    }
}

impl From<Box<dyn Feed>> for Sink {
    fn from(feed: Box<dyn Feed>) -> Self {
        Self::Feed(Mutex::new(feed))
    }
}

impl Sink {
    /// Hands a batch over, and what the kernel has dropped of its socket.
    pub(super) fn record(&self, batch: &Batch, kernel_drops: u64) {
        match self {
            Self::Shard(shard) => batch.record(shard, kernel_drops),
            Self::Feed(feed) => batch.feed(&mut **hold(feed), kernel_drops),
        }
    }

    /// Hands one packet over.
    pub(super) fn record_packet(&self, packet: &[u8]) {
        match self {
            Self::Shard(shard) => lock(shard).record_packet(packet),
            Self::Feed(feed) => hold(feed).take(&mut std::iter::once(packet)),
        }
    }

    pub(super) fn count_lost(&self, lost: Lost) {
        match self {
            Self::Shard(shard) => lock(shard).count_lost(lost),
            Self::Feed(_) if lost == Lost::default() => {}
            Self::Feed(feed) => hold(feed).lose(lost),
        }
    }
}

fn hold(feed: &Mutex<Box<dyn Feed>>) -> MutexGuard<'_, Box<dyn Feed>> {
    feed.lock().unwrap_or_else(PoisonError::into_inner)
}
