//! All streams, TCP and Unix: their listeners and connections run on one thread, in a runtime of
//! their own, so that a flood here takes no time from HTTP and needs one shard only.

use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::os::unix::net::UnixListener as StdUnixListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::{Shared, Stream};
use super::descriptors::stream_connections;
use super::lines::Lines;
use super::socket_file::{self, SocketFile};
use crate::limits::{LINE_MAX_BYTES, STREAM_BACKLOG};

/// A peer that is gone without a word is noticed after two minutes.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// How long accepting waits after an error, such as no descriptor being free.
const ERROR_WAIT: Duration = Duration::from_millis(100);

/// A socket that listens. The kernel completes connections for it and takes what they send.
#[derive(Debug)]
pub(super) struct StreamListener {
    socket: Socket,
    /// As it is told to people: `tcp 127.0.0.1:8125`.
    name: String,
    is_unix: bool,
    /// Removed when the listener is gone; of an inherited one it is not ours.
    file: Option<SocketFile>,
}

/// The running thread. Dropping it lets the thread end by itself.
#[derive(Debug)]
pub(super) struct StreamsHandle {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl StreamListener {
    /// Binds an IPv4 or IPv6 address; port 0 lets the kernel choose. The error names the address.
    pub(super) fn tcp(address: SocketAddr) -> io::Result<(SocketAddr, Self)> {
        let bind = || {
            let socket =
                Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
            // A server that starts again must not wait for the connections of the one before.
            socket.set_reuse_address(true)?;
            socket.set_nonblocking(true)?;
            socket.bind(&address.into())?;
            socket.listen(STREAM_BACKLOG)?;
            let bound = socket.local_addr()?.as_socket().unwrap_or(address);
            Ok((bound, Self { socket, name: format!("tcp {bound}"), is_unix: false, file: None }))
        };
        bind().map_err(|error: io::Error| {
            io::Error::new(error.kind(), format!("cannot listen on tcp {address}: {error}"))
        })
    }

    /// Binds a path; the error names it.
    pub(super) fn unix(path: &Path, mode: Option<u32>) -> io::Result<Self> {
        let (socket, file) = socket_file::bind(path, Type::STREAM, mode)?;
        socket.listen(STREAM_BACKLOG)?;
        let name = format!("unix stream {}", path.display());
        Ok(Self { socket, name, is_unix: true, file: Some(file) })
    }

    /// A socket that listens already.
    pub(super) fn inherited(socket: Socket, name: String, is_unix: bool) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket, name, is_unix, file: None })
    }
}

/// Starts the thread that serves `listeners` into `shared`. To be called anywhere: it needs no
/// runtime around it.
pub(super) fn start(listeners: Vec<StreamListener>, shared: Shared) -> io::Result<StreamsHandle> {
    let (stop, stopped) = watch::channel(false);
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let connections = stream_connections();
    let thread = thread::Builder::new()
        .name("statsd-streams".to_owned())
        .spawn(move || runtime.block_on(serve(listeners, shared, connections, stopped)))?;
    Ok(StreamsHandle { stop, thread })
}

impl StreamsHandle {
    pub(super) fn is_running(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Tells the thread to stop: it records what the kernel has accepted by now.
    pub(super) fn stop(self) -> JoinHandle<()> {
        self.stop.send_replace(true);
        self.thread
    }
}

async fn serve(
    listeners: Vec<StreamListener>,
    shared: Shared,
    connections: usize,
    stopped: watch::Receiver<bool>,
) {
    let shared = Arc::new(shared);
    let places = Arc::new(Semaphore::new(connections));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        let (shared, places) = (Arc::clone(&shared), Arc::clone(&places));
        accepting.spawn(accept_all(listener, shared, places, stopped.clone()));
    }
    accepting.join_all().await;
    // Every connection holds a place until it has read what was there.
    let all = u32::try_from(connections).unwrap_or(u32::MAX);
    let _ended = places.acquire_many(all).await;
}

/// Accepts until it is stopped; then takes the connections that the kernel has completed, too.
async fn accept_all(
    listener: StreamListener,
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) {
    let StreamListener { socket, name, is_unix, file } = listener;
    let accepting = match Accepting::new(socket, is_unix) {
        Ok(accepting) => accepting,
        Err(error) => return tracing::error!(%error, "cannot listen on {name}"),
    };
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => break,
            accepted = accepting.accept() => accepted,
        };
        match accepted {
            Ok(stream) => {
                shared.telemetry.stream_connections.add(1);
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    shared.telemetry.stream_connections_over_limit.add(1);
                    continue;
                };
                let (shared, stopped) = (Arc::clone(&shared), stopped.clone());
                tokio::spawn(async move {
                    shared.serve(stream, stopped).await;
                    drop(place);
                });
            }
            Err(error) => {
                shared.telemetry.receive_errors.add(1);
                tracing::warn!(%error, "cannot accept on {name}");
                sleep(ERROR_WAIT).await;
            }
        }
    }
    if let Ok(socket) = accepting.into_std() {
        drain_backlog(&socket, &shared);
    }
    drop(file);
}

/// A connection that the kernel completed may have brought lines already. There are no more of them
/// than the backlog holds.
fn drain_backlog(socket: &Socket, shared: &Shared) {
    for _ in 0..STREAM_BACKLOG {
        let Ok((stream, _)) = socket.accept() else { return };
        shared.telemetry.stream_connections.add(1);
        if stream.set_nonblocking(true).is_ok() {
            shared.drain(&stream, Lines::new(LINE_MAX_BYTES));
        }
    }
}

#[derive(Debug)]
enum Accepting {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Accepting {
    fn new(socket: Socket, is_unix: bool) -> io::Result<Self> {
        Ok(if is_unix {
            Self::Unix(UnixListener::from_std(StdUnixListener::from(socket))?)
        } else {
            Self::Tcp(TcpListener::from_std(StdTcpListener::from(socket))?)
        })
    }

    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without it a peer that is gone would only keep its place longer.
                let _kept_alive = SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE);
                Ok(Stream::Tcp(stream))
            }
            Self::Unix(listener) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }

    /// Without the runtime, which may not know yet what the kernel has.
    fn into_std(self) -> io::Result<Socket> {
        match self {
            Self::Tcp(listener) => listener.into_std().map(Into::into),
            Self::Unix(listener) => listener.into_std().map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests;
