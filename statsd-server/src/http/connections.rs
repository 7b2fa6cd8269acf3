//! How many connections there are at once, and how long a silent one is kept. Each takes a file
//! descriptor, and the store needs its own: whoever opens connections must not keep points from disk.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, Sleep, sleep};

use crate::limits::{HTTP_CONNECTIONS_MAX, HTTP_SILENCE_MAX};
use crate::telemetry::Telemetry;

/// A listener whose connections are bounded. Where as many are open, the one that has kept silent for
/// longest since it was opened makes room; where all have asked for something, further ones wait until
/// one ends.
#[derive(Debug)]
pub(super) struct Bounded<L> {
    listener: L,
    places: Arc<Semaphore>,
    /// Those that may not have said anything yet, the oldest first.
    unheard: VecDeque<oneshot::Sender<()>>,
    silence: Duration,
    telemetry: Arc<Telemetry>,
}

impl<L> Bounded<L> {
    pub(super) fn new(listener: L, telemetry: Arc<Telemetry>) -> Self {
        Self::with_bounds(listener, telemetry, HTTP_CONNECTIONS_MAX, HTTP_SILENCE_MAX)
    }

    fn with_bounds(
        listener: L,
        telemetry: Arc<Telemetry>,
        connections: usize,
        silence: Duration,
    ) -> Self {
        let places = Arc::new(Semaphore::new(connections));
        Self { listener, places, unheard: VecDeque::new(), silence, telemetry }
    }

    /// Tells the oldest connection that has never said anything to end.
    fn make_room(&mut self) {
        // Whoever has said something, or has ended, listens no more.
        while let Some(oldest) = self.unheard.pop_front() {
            if oldest.send(()).is_ok() {
                return;
            }
        }
    }
}

impl<L: Listener> Listener for Bounded<L> {
    type Io = Connection<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (io, address) = self.listener.accept().await;
        if self.places.available_permits() == 0 {
            self.telemetry.connections_over_limit.add(1);
            self.make_room();
        }
        // The semaphore is never closed, so there is always a permit in the end.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        self.unheard.retain(|unheard| !unheard.is_closed());
        let (unheard, room_wanted) = oneshot::channel();
        self.unheard.push_back(unheard);
        let connection = Connection {
            io,
            silent: Box::pin(sleep(self.silence)),
            silence: self.silence,
            room_wanted: Some(room_wanted),
            _place: place,
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when nothing went through it, either way, for too long: half a request, or a
/// browser that keeps it for later. Live pages are written to all the time.
#[derive(Debug)]
pub(super) struct Connection<I> {
    io: I,
    silent: Pin<Box<Sleep>>,
    silence: Duration,
    /// Says that another one needs the place. Not listened to once something was said.
    room_wanted: Option<oneshot::Receiver<()>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl<I> Connection<I> {
    fn heard(&mut self) {
        self.silent.as_mut().reset(Instant::now() + self.silence);
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Connection<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.io).poll_read(context, buffer) {
            self.heard();
            self.room_wanted = None;
            return Poll::Ready(read);
        }
        if let Some(room_wanted) = &mut self.room_wanted
            && Pin::new(room_wanted).poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(self.silent.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Connection<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write(context, bytes));
        self.heard();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(context, parts));
        self.heard();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
