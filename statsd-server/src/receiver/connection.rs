//! One connection of a stream, TCP or Unix: chunks → lines → the shard, or whoever is fed.

use std::io::{self, Read as _};
use std::sync::{Arc, Mutex, PoisonError};

use socket2::{SockRef, Socket};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::yield_now;

use super::feed::Sink;
use super::lines::Lines;
use crate::aggregate::Lost;
use crate::limits::{LINE_MAX_BYTES, RECEIVE_BUFFER_BYTES};
use crate::tap::Tap;
use crate::telemetry::Telemetry;

/// What all connections share; they run on one thread, so nobody waits for a lock but the flush.
#[derive(Debug)]
pub(super) struct Shared {
    sink: Sink,
    /// Gets every packet as well.
    tap: Tap,
    pub(super) telemetry: Arc<Telemetry>,
    /// As etsy's server, which reads streams as ASCII: the highest bit of every byte is cleared.
    pub(super) seven_bits: bool,
    buffers: Mutex<Buffers>,
}

/// One pair for all connections: an idle one holds no memory for what may come.
#[derive(Debug)]
struct Buffers {
    chunk: Box<[u8]>,
    joined: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Whether a stream goes on after a chunk.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// That was all for now.
    Later,
    /// The chunk filled the buffer, so there is more.
    Now,
    /// The peer has ended it in order.
    Ended,
}

impl Shared {
    pub(super) fn new(
        sink: impl Into<Sink>,
        tap: Tap,
        telemetry: Arc<Telemetry>,
        seven_bits: bool,
    ) -> Self {
        let chunk = vec![0; LINE_MAX_BYTES].into_boxed_slice();
        let buffers = Mutex::new(Buffers { chunk, joined: Vec::new() });
        Self { sink: sink.into(), tap, telemetry, seven_bits, buffers }
    }

    /// Reads one chunk and records the lines that it ends.
    fn read_chunk(
        &self,
        lines: &mut Lines,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<Next> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let Buffers { chunk, joined } = &mut *buffers;
        let bytes = read(chunk)?;
        if bytes == 0 {
            return Ok(Next::Ended);
        }
        let full = bytes == chunk.len();
        let chunk = &mut chunk[..bytes];
        if self.seven_bits {
            clear_high_bits(chunk);
        }
        let long = lines.push(chunk, joined, |packet| self.take(packet));
        self.count_long(long);
        Ok(if full { Next::Now } else { Next::Later })
    }

    fn take(&self, packet: &[u8]) {
        self.tap.offer(std::iter::once(packet));
        self.sink.record_packet(packet);
    }

    /// A peer that has ended its stream has ended its last line, too; etsy's server loses that.
    fn record_last(&self, lines: &mut Lines) {
        if let Some(line) = lines.finish() {
            self.take(&line);
        }
    }

    fn count_long(&self, lines_too_long: u64) {
        if lines_too_long > 0 {
            self.sink.count_lost(Lost { lines_too_long, ..Lost::default() });
        }
    }

    /// Of a line that was broken off nobody knows what it would have said.
    fn count_unfinished(&self, lines: &mut Lines) {
        if lines.finish().is_some() {
            self.telemetry.stream_lines_unfinished.add(1);
        }
    }

    /// Reads a connection until its end, or until `stopped`; then what the kernel has accepted of it.
    pub(super) async fn serve(&self, stream: Stream, mut stopped: watch::Receiver<bool>) {
        let mut lines = Lines::new(LINE_MAX_BYTES);
        loop {
            tokio::select! {
                biased;
                // An error means that whoever stops it is gone.
                _ = stopped.wait_for(|stopped| *stopped) => break,
                ready = stream.readable() => if let Err(error) = ready {
                    return self.broken(&error, &mut lines);
                },
            }
            match self.read_chunk(&mut lines, |chunk| stream.try_read(chunk)) {
                Ok(Next::Later) => {}
                // The others come first: one that sends all the time costs them a chunk's time.
                Ok(Next::Now) => yield_now().await,
                Ok(Next::Ended) => return self.record_last(&mut lines),
                Err(error) if is_none_yet(&error) => {}
                Err(error) => return self.broken(&error, &mut lines),
            }
        }
        match stream.into_std() {
            Ok(socket) => self.drain(&socket, lines),
            Err(error) => self.broken(&error, &mut lines),
        }
    }

    /// Takes what the kernel accepted before the stop: no more than its buffer can hold, so that a
    /// sender that goes on sending cannot hold the stop up.
    pub(super) fn drain(&self, mut socket: &Socket, mut lines: Lines) {
        let mut left = SockRef::from(socket).recv_buffer_size().unwrap_or(RECEIVE_BUFFER_BYTES);
        while left > 0 {
            let read = self.read_chunk(&mut lines, |chunk| {
                let bytes = socket.read(chunk)?;
                left = left.saturating_sub(bytes);
                Ok(bytes)
            });
            match read {
                Ok(Next::Later | Next::Now) => {}
                Ok(Next::Ended) => return self.record_last(&mut lines),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.count_unfinished(&mut lines);
    }

    fn broken(&self, error: &io::Error, lines: &mut Lines) {
        tracing::debug!(%error, "a connection broke");
        self.count_unfinished(lines);
    }
}

/// A byte that would become a newline becomes one that names do not keep, so that a line stays one
/// line whatever letters are in it.
fn clear_high_bits(chunk: &mut [u8]) {
    if chunk.is_ascii() {
        return;
    }
    for byte in chunk {
        *byte = match *byte & 0x7f {
            b'\n' if !byte.is_ascii() => 0x1a,
            ascii => ascii,
        };
    }
}

impl Stream {
    async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            Self::Unix(stream) => stream.readable().await,
        }
    }

    fn try_read(&self, chunk: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(chunk),
            Self::Unix(stream) => stream.try_read(chunk),
        }
    }

    /// Without the runtime, which may not know yet what the kernel has.
    fn into_std(self) -> io::Result<Socket> {
        match self {
            Self::Tcp(stream) => stream.into_std().map(Into::into),
            Self::Unix(stream) => stream.into_std().map(Into::into),
        }
    }
}

fn is_none_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests;
