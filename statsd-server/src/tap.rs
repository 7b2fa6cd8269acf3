//! Raw packets on their way from the receivers to those who repeat or log them. May not know either: it
//! is two ends of bounded queues, one for each server that packets are repeated to, and one for the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::limits::{REPEATER_BATCHES_MAX, REPEATER_BYTES_MAX};
use crate::telemetry::{Count, Telemetry};

/// The receivers' end. [`Tap::default`] has no outlet: an offer to it is a comparison and no more.
#[derive(Debug, Clone, Default)]
pub struct Tap(Option<Arc<Outlets>>);

#[derive(Debug)]
struct Outlets {
    outlets: Vec<Outlet>,
    telemetry: Arc<Telemetry>,
}

#[derive(Debug, Clone)]
struct Outlet {
    queue: SyncSender<Arc<Packets>>,
    held_bytes: Arc<AtomicUsize>,
    /// Where packets are counted that it has no room for.
    left_out: fn(&Telemetry) -> &Count,
}

/// The other end of one outlet: an iterator that waits for packets, and ends when no receiver is
/// left.
#[derive(Debug)]
pub struct Tapped {
    queue: Receiver<Arc<Packets>>,
    held_bytes: Arc<AtomicUsize>,
}

/// Packets one behind the other, as they came in one batch.
#[derive(Debug, Default)]
pub struct Packets {
    bytes: Vec<u8>,
    /// Where each packet ends.
    ends: Vec<usize>,
}

impl Tap {
    /// A tap with so many outlets, each of which gets every packet.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use statsd_server::tap::Tap;
    ///
    /// let (tap, mut tapped) = Tap::new(1, Arc::default());
    /// tap.offer([&b"a:1|c"[..], b"b:1|c"].into_iter());
    /// drop(tap);
    /// let batch = tapped[0].next().unwrap();
    /// assert_eq!(batch.iter().collect::<Vec<_>>(), [b"a:1|c", b"b:1|c"]);
    /// assert!(tapped[0].next().is_none());
    /// ```
    pub fn new(outlets: usize, telemetry: Arc<Telemetry>) -> (Self, Vec<Tapped>) {
        let outlet = |_| Outlet::new(|telemetry| &telemetry.packets_not_repeated);
        let (outlets, tapped) = (0..outlets).map(outlet).unzip();
        (Self(Some(Arc::new(Outlets { outlets, telemetry }))), tapped)
    }

    /// The same tap with one more outlet, for somebody who repeats nothing: packets that it has no
    /// room for are counted where `left_out` says.
    #[must_use]
    pub fn with_outlet(
        self,
        left_out: fn(&Telemetry) -> &Count,
        telemetry: Arc<Telemetry>,
    ) -> (Self, Tapped) {
        let mut outlets = self.0.map(|all| all.outlets.clone()).unwrap_or_default();
        let (outlet, tapped) = Outlet::new(left_out);
        outlets.push(outlet);
        (Self(Some(Arc::new(Outlets { outlets, telemetry }))), tapped)
    }

    /// Copies the packets of a batch once, and never waits: an outlet that is full does not get them,
    /// and each of them is counted.
    pub fn offer<'p>(&self, packets: impl Iterator<Item = &'p [u8]>) {
        let Some(Outlets { outlets, telemetry }) = self.0.as_deref() else { return };
        let mut batch = Packets::default();
        for packet in packets {
            batch.bytes.extend_from_slice(packet);
            batch.ends.push(batch.bytes.len());
        }
        let (bytes, batch) = (batch.bytes.len(), Arc::new(batch));
        for Outlet { queue, held_bytes, left_out } in outlets {
            let held = held_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
            if held > REPEATER_BYTES_MAX || queue.try_send(Arc::clone(&batch)).is_err() {
                held_bytes.fetch_sub(bytes, Ordering::Relaxed);
                left_out(telemetry).add(batch.len() as u64);
            }
        }
    }
}

impl Outlet {
    fn new(left_out: fn(&Telemetry) -> &Count) -> (Self, Tapped) {
        let (sender, queue) = sync_channel(REPEATER_BATCHES_MAX);
        let held_bytes = Arc::<AtomicUsize>::default();
        let outlet = Self { queue: sender, held_bytes: Arc::clone(&held_bytes), left_out };
        (outlet, Tapped { queue, held_bytes })
    }
}

impl Iterator for Tapped {
    type Item = Arc<Packets>;

    fn next(&mut self) -> Option<Self::Item> {
        let packets = self.queue.recv().ok()?;
        self.held_bytes.fetch_sub(packets.bytes.len(), Ordering::Relaxed);
        Some(packets)
    }
}

impl Packets {
    /// Each packet's bytes, as received.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// How many packets there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_outlet_drops_and_counts_and_the_others_get_all() {
        let telemetry = Arc::new(Telemetry::default());
        let (tap, mut tapped) = Tap::new(2, Arc::clone(&telemetry));
        for _ in 0..REPEATER_BATCHES_MAX {
            tap.offer([&b"a"[..], b""].into_iter());
            assert_eq!(tapped[1].next().unwrap().len(), 2);
        }
        tap.offer([&b"b"[..], b"c", b"d"].into_iter());
        assert_eq!(telemetry.packets_not_repeated.get(), 3);
        assert_eq!(tapped[1].next().unwrap().iter().last(), Some(&b"d"[..]));
        // One that is taken out makes room for one.
        assert!(!tapped[0].next().unwrap().is_empty());
        tap.offer([&b"e"[..]].into_iter());
        tap.offer([&b"f"[..]].into_iter());
        assert_eq!(telemetry.packets_not_repeated.get(), 4);
    }

    #[test]
    fn another_outlet_gets_what_the_others_get_and_counts_for_itself() {
        let telemetry = Arc::new(Telemetry::default());
        let (tap, mut repeated) = Tap::new(1, Arc::clone(&telemetry));
        let (tap, mut logged) =
            tap.with_outlet(|telemetry| &telemetry.packets_not_logged, Arc::clone(&telemetry));
        for _ in 0..=REPEATER_BATCHES_MAX {
            tap.offer([&b"a"[..]].into_iter());
            assert_eq!(repeated[0].next().unwrap().len(), 1);
        }
        let counts = (&telemetry.packets_not_logged, &telemetry.packets_not_repeated);
        assert_eq!((counts.0.get(), counts.1.get()), (1, 0));
        drop(tap);
        assert_eq!(logged.by_ref().count(), REPEATER_BATCHES_MAX);
        assert!(repeated[0].next().is_none());
    }

    #[test]
    fn bytes_are_bounded_too() {
        let telemetry = Arc::new(Telemetry::default());
        let (tap, mut tapped) = Tap::new(1, Arc::clone(&telemetry));
        let large = vec![0; REPEATER_BYTES_MAX];
        tap.offer([&large[..]].into_iter());
        tap.offer([&b"a"[..]].into_iter());
        assert_eq!(telemetry.packets_not_repeated.get(), 1);
        assert_eq!(tapped[0].next().unwrap().len(), 1);
        tap.offer([&b"a"[..]].into_iter());
        assert_eq!(telemetry.packets_not_repeated.get(), 1);
    }
}
