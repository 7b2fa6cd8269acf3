//! A socket of datagrams: one plain thread, one shard. It reads until nothing is left, naps, and
//! reads again; only when nothing came in a nap it waits for the socket.
//!
//! Waking up for a packet costs several times what reading it does, so at some ten thousand packets
//! a second the nap saves most of the work.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socket2::Socket;

use super::batch::Batch;
use super::drops::{self, Drops};
use super::feed::Sink;
use super::socket_file::SocketFile;
use super::stop::{Stop, Stopped, stop};
use crate::limits::{
    DATAGRAM_NAP_MAX, PACKET_MAX_BYTES, RECEIVE_BUFFER_BYTES, UNIX_PACKET_MAX_BYTES,
};
use crate::tap::Tap;
use crate::telemetry::Telemetry;

/// Bytes of the receive buffer that a packet takes at the least, by the kernel's own account.
const PACKET_MIN_BUFFER_BYTES: usize = 256;

/// Bytes of a receive buffer, by the kernel's account, that the fastest senders fill in a
/// microsecond: a million packets a second of about two kilobytes each.
const FILLED_BYTES_A_MICROSECOND: usize = 2_000;

/// How long the thread waits after an error of the socket, so that one that stays does not keep a
/// core busy.
const ERROR_WAIT: Duration = Duration::from_millis(100);

/// How long a socket must have been silent before the kernel's table is asked for drops.
const SILENCE: Duration = Duration::from_secs(1);

/// A bound socket. The kernel accepts packets for it; nobody reads them before [`Datagrams::start`].
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: Socket,
    /// As it is told to people: `udp 127.0.0.1:8125`.
    name: String,
    packet_max_bytes: usize,
    nap: Duration,
    counts_drops: bool,
    /// Gets every packet as well.
    tap: Tap,
    /// Removed when the socket is closed; of an inherited one it is not ours.
    _file: Option<SocketFile>,
}

/// The running thread. Dropping it lets the thread end by itself.
#[derive(Debug)]
pub(super) struct DatagramsHandle {
    stop: Stop,
    thread: JoinHandle<()>,
}

/// What [`Datagrams::wait`] ended with.
#[derive(Debug, PartialEq, Eq)]
enum Wait {
    Readable,
    Silent,
    Stopped,
}

impl Datagrams {
    pub(super) fn udp(socket: Socket, name: String) -> Self {
        let nap = nap(&socket);
        Self {
            socket,
            name,
            packet_max_bytes: PACKET_MAX_BYTES,
            nap,
            counts_drops: cfg!(target_os = "linux"),
            tap: Tap::default(),
            _file: None,
        }
    }

    /// A Unix socket holds a few packets only, and its senders wait or give up where it is full: the
    /// kernel drops nothing, and a nap would cost packets.
    pub(super) fn unix(socket: Socket, name: String, file: Option<SocketFile>) -> Self {
        Self {
            socket,
            name,
            packet_max_bytes: UNIX_PACKET_MAX_BYTES,
            nap: Duration::ZERO,
            counts_drops: false,
            tap: Tap::default(),
            _file: file,
        }
    }

    /// Offers every packet to that tap before it is recorded.
    pub(super) fn with_tap(self, tap: Tap) -> Self {
        Self { tap, ..self }
    }

    /// Starts the thread that records into `sink`.
    pub(super) fn start(
        self,
        sink: impl Into<Sink>,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<DatagramsHandle> {
        let (stop, stopped) = stop()?;
        let sink = sink.into();
        let thread = thread::Builder::new()
            .name("statsd-packets".to_owned())
            .spawn(move || Reader::new(self, sink, telemetry).run(&stopped))?;
        Ok(DatagramsHandle { stop, thread })
    }
}

/// Half of the receive buffer must be enough for what comes in a nap, however fast it comes.
fn nap(socket: &Socket) -> Duration {
    let half = socket.recv_buffer_size().unwrap_or(0) / 2;
    let micros = u64::try_from(half / FILLED_BYTES_A_MICROSECOND).unwrap_or(u64::MAX);
    Duration::from_micros(micros).min(DATAGRAM_NAP_MAX)
}

impl DatagramsHandle {
    pub(super) fn is_running(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Tells the thread to stop: it records what the kernel has accepted by now.
    pub(super) fn stop(self) -> JoinHandle<()> {
        drop(self.stop);
        // It may be napping.
        self.thread.thread().unpark();
        self.thread
    }
}

/// The thread's own.
struct Reader {
    datagrams: Datagrams,
    sink: Sink,
    telemetry: Arc<Telemetry>,
    batch: Batch,
    drops: Drops,
    /// Packets came since the kernel's table was asked for drops.
    unsettled: bool,
}

impl Reader {
    fn new(datagrams: Datagrams, sink: Sink, telemetry: Arc<Telemetry>) -> Self {
        let batch = Batch::new(datagrams.packet_max_bytes);
        Self { datagrams, sink, telemetry, batch, drops: Drops::default(), unsettled: false }
    }

    fn run(mut self, stopped: &Stopped) {
        loop {
            match self.wait(stopped) {
                Ok(Wait::Readable) => self.read_until_silent(stopped),
                Ok(Wait::Silent) => self.settle(),
                Ok(Wait::Stopped) => break,
                Err(error) => self.failed(&error, stopped),
            }
        }
        self.drain();
        self.settle();
    }

    /// Waits for a packet or the stop; after packets, no longer than the silence that settles them.
    fn wait(&self, stopped: &Stopped) -> io::Result<Wait> {
        let timeout = if self.unsettled && self.datagrams.counts_drops {
            PollTimeout::try_from(SILENCE).unwrap_or(PollTimeout::MAX)
        } else {
            PollTimeout::NONE
        };
        let mut waited = [
            PollFd::new(stopped.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.datagrams.socket.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut waited, timeout) {
            Err(Errno::EINTR) => return Ok(Wait::Readable),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let [stop, socket] = waited.map(|fd| fd.any().unwrap_or(true));
        Ok(match (stop, socket) {
            (true, _) => Wait::Stopped,
            (false, true) => Wait::Readable,
            (false, false) => Wait::Silent,
        })
    }

    /// Reads, naps and reads again until nothing came in a nap.
    fn read_until_silent(&mut self, stopped: &Stopped) {
        while !stopped.is_stopped() {
            match self.read_all(stopped) {
                Ok(0) => return,
                Ok(_) if self.datagrams.nap.is_zero() => return,
                // The stop unparks it; whatever else does only makes it read earlier.
                Ok(_) => thread::park_timeout(self.datagrams.nap),
                Err(error) => return self.failed(&error, stopped),
            }
        }
    }

    /// Reads what is there. Yields how many packets that were.
    fn read_all(&mut self, stopped: &Stopped) -> io::Result<usize> {
        let mut packets = 0;
        loop {
            packets += self.read_batch()?;
            // A batch that is not full has emptied the socket, so asking again would be for nothing.
            if !self.batch.is_full() || stopped.is_stopped() {
                return Ok(packets);
            }
        }
    }

    /// Reads and records one batch.
    fn read_batch(&mut self) -> io::Result<usize> {
        let received = self.batch.receive(&self.datagrams.socket);
        let dropped = self.batch.dropped().map_or(0, |all| self.drops.new_in(all));
        self.batch.offer(&self.datagrams.tap);
        self.sink.record(&self.batch, dropped);
        self.unsettled |= self.batch.len() > 0;
        received.map(|()| self.batch.len())
    }

    /// Takes what the kernel accepted before the stop. As many packets as its buffer can hold are
    /// enough for that, so a sender that goes on sending cannot hold the stop up.
    fn drain(&mut self) {
        let buffer = self.datagrams.socket.recv_buffer_size().unwrap_or(RECEIVE_BUFFER_BYTES);
        let mut left = buffer / PACKET_MIN_BUFFER_BYTES;
        while left > 0 {
            match self.read_batch() {
                Ok(packets) if packets > 0 => left = left.saturating_sub(packets),
                _ => return,
            }
        }
    }

    /// Counts what the kernel dropped after the last packet that it handed over.
    fn settle(&mut self) {
        if !std::mem::take(&mut self.unsettled) || !self.datagrams.counts_drops {
            return;
        }
        if let Some(all) = drops::of(&self.datagrams.socket) {
            let kernel_drops = self.drops.new_in(all);
            self.sink.count_lost(self.batch.dropped_by_kernel(kernel_drops));
        }
    }

    fn failed(&self, error: &io::Error, stopped: &Stopped) {
        self.telemetry.receive_errors.add(1);
        tracing::warn!(%error, "cannot read from {}", self.datagrams.name);
        if !stopped.is_stopped() {
            thread::park_timeout(ERROR_WAIT);
        }
    }
}

#[cfg(test)]
mod tests;
