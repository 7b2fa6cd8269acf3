//! One connection: bytes as they come, until its end, a time-out or the server's stop.

use std::io::{self, Read as _};
use std::time::Duration;

use socket2::{SockRef, Socket};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::limits::CARBON_READ_BYTES;

/// A connection that is read.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    stopped: watch::Receiver<bool>,
    /// Bytes that are still read once the server stops: what the kernel may have accepted by then, so that a
    /// sender that goes on sending cannot hold the stop up.
    left: usize,
}

/// What a read ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// So many bytes, at least one.
    Bytes(usize),
    /// The peer has ended its side in order.
    Ended,
    /// The server stops, and what the kernel had accepted is read.
    Stopped,
    /// Nothing came in the time that was given.
    Silent,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, stopped: watch::Receiver<bool>) -> Self {
        let left = SockRef::from(&stream).recv_buffer_size().unwrap_or(CARBON_READ_BYTES);
        Self { stream, stopped, left }
    }

    /// One whose end in order says something: until [`Connection::acknowledge`] says it, every other end of it
    /// is a reset. A process that is killed has its sockets closed by the kernel, in order if nothing is unread,
    /// and its peers would take that for what it never said.
    pub(super) fn acknowledging(stream: TcpStream, stopped: watch::Receiver<bool>) -> Self {
        // It fails where the peer is gone, who then sees nothing at all; so below.
        let _set = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        Self::new(stream, stopped)
    }

    /// Waits for bytes, and has `read` called with a function that reads them, so that its buffer need not be
    /// held meanwhile. Without a time it waits for ever.
    pub(super) async fn read(
        &mut self,
        wait: Option<Duration>,
        mut read: impl FnMut(&mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize>,
    ) -> io::Result<Read> {
        loop {
            let is_stopped = tokio::select! {
                biased;
                // An error means that whoever stops it is gone.
                _ = self.stopped.wait_for(|stopped| *stopped) => true,
                ready = self.stream.readable() => ready.map(|()| false)?,
                () = sleep_or_never(wait) => return Ok(Read::Silent),
            };
            if is_stopped {
                return self.read_left(read);
            }
            match read(&mut |buffer| self.stream.try_read(buffer)) {
                Ok(0) => return Ok(Read::Ended),
                Ok(bytes) => return Ok(Read::Bytes(bytes)),
                Err(error) if is_none_yet(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Without the runtime, which may not know yet what the kernel has.
    fn read_left(
        &mut self,
        mut read: impl FnMut(&mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize>,
    ) -> io::Result<Read> {
        if self.left == 0 {
            return Ok(Read::Stopped);
        }
        let socket = SockRef::from(&self.stream);
        let mut socket: &Socket = &socket;
        loop {
            return match read(&mut |buffer| socket.read(buffer)) {
                Ok(0) => Ok(Read::Ended),
                Ok(bytes) => {
                    self.left = self.left.saturating_sub(bytes);
                    Ok(Read::Bytes(bytes))
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Read::Stopped),
                Err(error) => Err(error),
            };
        }
    }

    /// Fills a buffer. Yields how it ended before that, and how much there was, where it did.
    pub(super) async fn fill(
        &mut self,
        buffer: &mut [u8],
        wait: Option<Duration>,
    ) -> io::Result<Result<(), (Read, usize)>> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(wait, |read| read(&mut buffer[filled..])).await? {
                Read::Bytes(bytes) => filled += bytes,
                other => return Ok(Err((other, filled))),
            }
        }
        Ok(Ok(()))
    }

    /// Writes all of an answer; each part of it has `wait` to be taken.
    pub(super) async fn write(&self, mut answer: &[u8], wait: Duration) -> io::Result<()> {
        while !answer.is_empty() {
            timeout(wait, self.stream.writable()).await??;
            match self.stream.try_write(answer) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => answer = &answer[written..],
                Err(error) if is_none_yet(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends it in order.
    pub(super) fn acknowledge(self) {
        let _set = SockRef::from(&self.stream).set_linger(None);
    }

    /// Ends it so that the peer sees an error and no end: nobody may take that for an acknowledgement.
    pub(super) fn reset(self) {
        let _set = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }
}

async fn sleep_or_never(wait: Option<Duration>) {
    match wait {
        Some(wait) => sleep(wait).await,
        None => std::future::pending().await,
    }
}

fn is_none_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
