//! One flush over one connection.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use super::GraphiteOptions;

/// Bytes handed to the kernel at once: each such piece has the whole of the write timeout.
const PIECE_BYTES: usize = 256 << 10;

/// A connection that takes one flush. Its errors name what was tried. `until`, where there is one, bounds
/// all of it.
pub(super) struct Delivery<'a> {
    stream: TcpStream,
    options: &'a GraphiteOptions,
    until: Option<Instant>,
    bytes: u64,
}

impl<'a> Delivery<'a> {
    pub(super) fn connect(
        options: &'a GraphiteOptions,
        until: Option<Instant>,
    ) -> io::Result<Self> {
        let stream = connect(&options.address, options.connect_timeout, until)?;
        Ok(Self { stream, options, until, bytes: 0 })
    }

    pub(super) fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        self.bytes += payload.len() as u64;
        write(&mut self.stream, payload, self.options.write_timeout, self.until)
            .map_err(saying("cannot write"))
    }

    /// Closes, and waits until the other side has closed, too: it has then read all. Yields how many
    /// bytes it has read.
    pub(super) fn end(mut self) -> io::Result<u64> {
        self.stream.shutdown(Shutdown::Write).map_err(saying("cannot write"))?;
        if let Some(timeout) = self.options.confirm_timeout {
            wait_for_end(&mut self.stream, timeout, self.until)?;
        }
        Ok(self.bytes)
    }
}

/// The first of the name's addresses that answers.
fn connect(address: &str, timeout: Duration, until: Option<Instant>) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    for address in address.to_socket_addrs().map_err(saying("cannot resolve"))? {
        match TcpStream::connect_timeout(&address, bounded(timeout, until)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(saying("cannot connect")(last))
}

fn write(
    stream: &mut TcpStream,
    payload: &[u8],
    timeout: Duration,
    until: Option<Instant>,
) -> io::Result<()> {
    for piece in payload.chunks(PIECE_BYTES) {
        let piece_until = Instant::now() + timeout;
        let mut rest = piece;
        while !rest.is_empty() {
            let left = bounded(timeout, Some(until.map_or(piece_until, |u| u.min(piece_until))))?;
            stream.set_write_timeout(Some(left))?;
            match stream.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(timed_out(error)),
            }
        }
    }
    Ok(())
}

fn wait_for_end(
    stream: &mut TcpStream,
    timeout: Duration,
    until: Option<Instant>,
) -> io::Result<()> {
    let own = Instant::now() + timeout;
    let until = until.map_or(own, |until| until.min(own));
    let mut answer = [0; 512];
    let failed = saying("it did not close the connection, so it may not have read all");
    loop {
        let left = bounded(timeout, Some(until)).map_err(&failed)?;
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut answer) {
            Ok(0) => return Ok(()),
            // Carbon says nothing; something in between may.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(timed_out(error))),
        }
    }
}

/// What is left of the time; an error where nothing is.
fn bounded(timeout: Duration, until: Option<Instant>) -> io::Result<Duration> {
    let left = until.map_or(timeout, |u| timeout.min(u.saturating_duration_since(Instant::now())));
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Linux says of a timeout that the call would block.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

fn saying(what: &'static str) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{what}: {error}"))
}
