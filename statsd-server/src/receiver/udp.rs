//! StatsD over UDP: one socket, one plain thread, one shard.

use std::io;
use std::iter;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

use crate::aggregate::Shard;
use crate::limits::{
    PACKET_MAX_BYTES, RECEIVE_BATCH_BYTES, RECEIVE_BATCH_PACKETS, RECEIVE_BUFFER_BYTES,
};
use crate::tap::Tap;
use crate::telemetry::Telemetry;

/// How long the thread waits for a packet before it looks whether it is to stop.
const WAIT: Duration = Duration::from_millis(100);

/// Bytes of the receive buffer that a packet takes at the least, by the kernel's own account.
const PACKET_MIN_BUFFER_BYTES: usize = 256;

/// How a UDP socket is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpOptions {
    /// Bytes to which the kernel's receive buffer is raised, as far as the system allows. A buffer
    /// that is larger stays as it is.
    pub receive_buffer_bytes: usize,
}

impl Default for UdpOptions {
    fn default() -> Self {
        Self { receive_buffer_bytes: RECEIVE_BUFFER_BYTES }
    }
}

/// A bound socket. The kernel accepts packets for it; nobody reads them before
/// [`UdpReceiver::start`].
#[derive(Debug)]
pub struct UdpReceiver {
    socket: UdpSocket,
    local_addr: SocketAddr,
    tap: Tap,
}

/// The running thread. Dropping it lets the thread end by itself; [`UdpHandle::stop`] waits for that.
#[derive(Debug)]
pub struct UdpHandle {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl UdpReceiver {
    /// Binds an IPv4 or IPv6 address; port 0 lets the kernel choose. The error names the address.
    pub fn bind(addr: SocketAddr, options: &UdpOptions) -> io::Result<Self> {
        let bind = || {
            let socket = UdpSocket::bind(addr)?;
            socket.set_read_timeout(Some(WAIT))?;
            let local_addr = socket.local_addr()?;
            Ok(Self { socket, local_addr, tap: Tap::default() })
        };
        let receiver = bind().map_err(|error: io::Error| {
            io::Error::new(error.kind(), format!("cannot receive on udp {addr}: {error}"))
        })?;
        receiver.raise_buffer(options.receive_buffer_bytes);
        Ok(receiver)
    }

    /// The address in use, with the port that the kernel chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Offers every packet to that tap, too, as it came.
    #[must_use]
    pub fn with_tap(mut self, tap: Tap) -> Self {
        self.tap = tap;
        self
    }

    /// Starts the thread that records into `shard`.
    pub fn start(
        self,
        shard: Arc<Mutex<Shard>>,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<UdpHandle> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("statsd-udp".to_owned())
            .spawn(move || self.run(&shard, &telemetry, &stopped))?;
        Ok(UdpHandle { stop, thread })
    }

    /// A smaller buffer than asked for is no error: the system's administrator said so.
    fn raise_buffer(&self, bytes: usize) {
        let socket = SockRef::from(&self.socket);
        if socket.recv_buffer_size().is_ok_and(|now| now < bytes)
            && let Err(error) = socket.set_recv_buffer_size(bytes)
        {
            tracing::debug!(%error, "the receive buffer of udp {} stays as it is", self.local_addr);
        }
    }

    fn run(&self, shard: &Mutex<Shard>, telemetry: &Telemetry, stopped: &Receiver<()>) {
        let mut batch = Batch::new();
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            let received = self.receive(&mut batch);
            batch.record(shard, &self.tap);
            if let Err(error) = received {
                telemetry.receive_errors.add(1);
                tracing::warn!(%error, "cannot read from udp {}", self.local_addr);
                // An error that stays must not turn the loop into a busy one.
                let _stop_or_timeout = stopped.recv_timeout(WAIT);
            }
        }
        self.drain(shard, &mut batch);
    }

    /// Waits for a packet, then takes those that came with it.
    fn receive(&self, batch: &mut Batch) -> io::Result<()> {
        if batch.receive_one(&self.socket)? {
            self.socket.set_nonblocking(true)?;
            let rest = batch.receive_all(&self.socket);
            self.socket.set_nonblocking(false)?;
            rest?;
        }
        Ok(())
    }

    /// Takes what the kernel accepted before the stop. As many packets as its buffer can hold are
    /// enough for that, so a sender that goes on sending cannot hold the stop up.
    fn drain(&self, shard: &Mutex<Shard>, batch: &mut Batch) {
        let buffer = SockRef::from(&self.socket).recv_buffer_size().unwrap_or(RECEIVE_BUFFER_BYTES);
        let mut left = buffer / PACKET_MIN_BUFFER_BYTES;
        let mut more = self.socket.set_nonblocking(true).is_ok();
        while more && left > 0 {
            more = batch.receive_all(&self.socket).is_ok() && !batch.is_empty();
            left = left.saturating_sub(batch.len());
            batch.record(shard, &self.tap);
        }
    }
}

impl UdpHandle {
    /// Stops the thread within a tenth of a second and waits for it. Packets that the kernel has
    /// accepted by now are recorded.
    pub fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the udp receiver had panicked");
        }
    }
}

/// Packets one behind the other, read without a lock and recorded under one.
struct Batch {
    bytes: Box<[u8]>,
    /// Where each packet ends.
    ends: Vec<usize>,
}

impl Batch {
    fn new() -> Self {
        Self {
            bytes: vec![0; RECEIVE_BATCH_BYTES].into_boxed_slice(),
            ends: Vec::with_capacity(RECEIVE_BATCH_PACKETS),
        }
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Reads one packet; false where none came.
    fn receive_one(&mut self, socket: &UdpSocket) -> io::Result<bool> {
        let start = self.ends.last().copied().unwrap_or(0);
        match socket.recv(&mut self.bytes[start..]) {
            Ok(bytes) => {
                self.ends.push(start + bytes);
                Ok(true)
            }
            Err(error) if is_none_yet(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads packets until none is there or the batch is full.
    fn receive_all(&mut self, socket: &UdpSocket) -> io::Result<()> {
        while self.has_room() && self.receive_one(socket)? {}
        Ok(())
    }

    /// Whether a packet of any size fits.
    fn has_room(&self) -> bool {
        let used = self.ends.last().copied().unwrap_or(0);
        self.ends.len() < RECEIVE_BATCH_PACKETS && self.bytes.len() - used >= PACKET_MAX_BYTES
    }

    fn packets(&self) -> impl Iterator<Item = &[u8]> {
        let starts = iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Hands the packets to the shard and empties the batch.
    fn record(&mut self, shard: &Mutex<Shard>, tap: &Tap) {
        if self.ends.is_empty() {
            return;
        }
        tap.offer(self.packets());
        // A shard is whole after every packet, so one that saw a panic is still good.
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let mut start = 0;
        for end in self.ends.drain(..) {
            shard.record_packet(&self.bytes[start..end]);
            start = end;
        }
    }
}

/// No packet within the time, a signal, or (Windows) word that an earlier answer did not arrive.
fn is_none_yet(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionReset, Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted | ConnectionReset)
}

#[cfg(test)]
mod tests;
