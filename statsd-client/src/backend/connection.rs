//! A connection that is opened when it is wanted, and again after it broke.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::errand::{Errand, PATIENCE};
use super::uninterrupted;

/// Waits between two tries to connect.
const RECONNECT_FIRST: Duration = Duration::from_millis(10);
const RECONNECT_MOST: Duration = Duration::from_secs(1);

/// What a server says is not heard; this much of it is thrown away each time.
const UNHEARD_BYTES: usize = 512;

/// How one kind of connection is opened and used.
pub(super) trait Transport {
    type Link;

    /// Whether a packet that was not taken leaves the link as it was. Over a stream it does not:
    /// half of it may be under way.
    const DATAGRAMS: bool;

    /// Begins to open a link. The errors name the server.
    fn open(&mut self, now: Instant) -> Errand<Self::Link>;

    /// Whether the other side is known to have closed the link. Never waits.
    fn has_ended(&self, link: &Self::Link) -> bool;

    /// Sends a packet over a link, all of it or with an error.
    fn send(&mut self, link: &Self::Link, packet: &[u8]) -> io::Result<()>;
}

#[derive(Debug)]
pub(super) struct Connection<T: Transport> {
    transport: T,
    state: State<T::Link>,
    backoff: Backoff,
    /// Why there was no link when one was last tried.
    failure: Option<io::Error>,
}

#[derive(Debug)]
enum State<L> {
    Closed,
    Opening(Errand<L>),
    Open(L),
}

impl<T: Transport<Link: Send + 'static>> Connection<T> {
    /// Connects to nothing yet.
    pub(super) fn new(transport: T) -> Self {
        let backoff = Backoff::new(RECONNECT_FIRST, RECONNECT_MOST);
        Self { transport, state: State::Closed, backoff, failure: None }
    }

    pub(super) fn transport(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Whether there is a link; where there is none, tries to open one if it is time for a try.
    pub(super) fn ready(&mut self, now: Instant) -> bool {
        if let State::Open(link) = &self.state
            && self.transport.has_ended(link)
        {
            self.state = State::Closed;
        }
        if matches!(self.state, State::Closed) && self.backoff.is_due(now) {
            self.backoff.tried(now);
            self.state = State::Opening(self.transport.open(now));
        }
        if let State::Opening(errand) = &mut self.state
            && let Some(answer) = errand.answer(PATIENCE)
        {
            self.state = match answer {
                Ok(link) => State::Open(link),
                Err(error) => {
                    self.failure = Some(error);
                    State::Closed
                }
            };
        }
        matches!(self.state, State::Open(_))
    }

    /// Sends a packet. Where it turns out that the other side is gone, and it can be connected to
    /// again right away, the packet goes there.
    pub(super) fn send(&mut self, packet: &[u8], now: impl Fn() -> Instant) -> io::Result<()> {
        if !matches!(self.state, State::Open(_)) && !self.ready(now()) {
            return Err(self.not_connected());
        }
        match self.send_once(packet) {
            Err(error) if is_gone(&error) && self.ready(now()) => self.send_once(packet),
            result => result,
        }
    }

    /// Forgets the link, which belongs to the parent of this process, and any thread that was to
    /// open one, because it stayed there.
    pub(super) fn reopen(&mut self) {
        self.state = State::Closed;
        self.backoff = Backoff::new(RECONNECT_FIRST, RECONNECT_MOST);
    }

    fn send_once(&mut self, packet: &[u8]) -> io::Result<()> {
        let State::Open(link) = &self.state else { return Err(self.not_connected()) };
        let result = self.transport.send(link, packet);
        match &result {
            // Not when it connects: a server that accepts and reads nothing is no success.
            Ok(()) => self.backoff.succeeded(),
            Err(error) if !T::DATAGRAMS || is_gone(error) => self.state = State::Closed,
            Err(_) => {}
        }
        result
    }

    fn not_connected(&self) -> io::Error {
        let kind = io::ErrorKind::NotConnected;
        match &self.failure {
            Some(failure) => io::Error::new(kind, format!("not connected: {failure}")),
            None => io::Error::new(kind, "not connected yet"),
        }
    }
}

/// Whether an error says that there is nobody at the other end any more.
fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::NotConnected
    )
}

/// Writes a frame to a stream in one call. What is written in part within the stream's write timeout
/// is an error of a kind that closes the connection and is not tried again: the server has the
/// beginning, and would read its lines twice.
pub(super) fn write_whole(mut stream: impl Write, frame: &[u8]) -> io::Result<()> {
    let written = uninterrupted(|| stream.write(frame))?;
    if written == frame.len() {
        return Ok(());
    }
    let message = format!("only {written} of {} bytes were taken in time", frame.len());
    Err(io::Error::new(io::ErrorKind::TimedOut, message))
}

/// Whether the other side of a stream has closed it. Without asking, the first packet after a
/// server's restart would be written to nobody: TCP reports that only to the second.
pub(super) fn stream_has_ended<S: Read>(
    mut stream: S,
    set_nonblocking: impl Fn(bool) -> io::Result<()>,
) -> bool {
    let mut unheard = [0; UNHEARD_BYTES];
    let read = set_nonblocking(true).and_then(|()| stream.read(&mut unheard));
    let is_open = match read {
        Ok(bytes) => bytes > 0,
        Err(error) => {
            matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
        }
    };
    !is_open || set_nonblocking(false).is_err()
}

#[cfg(test)]
mod tests;
