//! The sockets: bound one by one, started together.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Protocol as Transport, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::Stage;
use super::bad::BadReport;
use super::intake::{self, Intake, IntakeHandle, Parts};
use super::serve::{Frames, Shared};
use super::udp::UdpLines;
use crate::clock::Clock;
use crate::limits::{CARBON_CONNECTIONS_MAX, CARBON_FRAME_BYTES, CARBON_IDLE, STREAM_BACKLOG};
use crate::receiver::{Reading, Receivers, ReceiversHandle, UdpOptions};
use crate::store::Store;
use crate::telemetry::Telemetry;

/// A peer that is gone without a word is noticed after two minutes.
const KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(15))
    .with_retries(4);

/// How long accepting waits after an error, such as no descriptor being free.
const ERROR_WAIT: Duration = Duration::from_millis(100);

/// What is spoken at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Lines over TCP.
    Lines,
    /// Lines in datagrams.
    Datagrams,
    /// Python's pickles.
    Pickle,
    /// Protobuf frames.
    Protobuf,
    /// Questions for points that wait to be written.
    Query,
}

/// What holds for every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorsOptions {
    /// How long one with nothing to say is kept; `None`: for ever.
    pub idle: Option<Duration>,
    /// Bytes of one frame.
    pub frame_max_bytes: usize,
    /// How many there are at once.
    pub connections: usize,
}

impl Default for DoorsOptions {
    fn default() -> Self {
        Self {
            idle: Some(CARBON_IDLE),
            frame_max_bytes: CARBON_FRAME_BYTES,
            connections: CARBON_CONNECTIONS_MAX,
        }
    }
}

/// Bound sockets. The kernel accepts connections and datagrams for them; nobody reads before
/// [`Doors::start`]. Dropping them closes them.
#[derive(Debug)]
pub struct Doors {
    options: DoorsOptions,
    listeners: Vec<(Protocol, SocketAddr, Socket)>,
    datagrams: Receivers,
    listening: Vec<(Protocol, SocketAddr)>,
}

/// The running threads; [`DoorsHandle::stop`] waits for their end.
#[derive(Debug)]
pub struct DoorsHandle {
    stop: watch::Sender<bool>,
    streams: JoinHandle<()>,
    datagrams: ReceiversHandle,
    intake: IntakeHandle,
}

impl Protocol {
    /// What is listened on, to people: `carbon  tcp`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lines => "carbon  tcp",
            Self::Datagrams => "carbon  udp",
            Self::Pickle => "pickle  tcp",
            Self::Protobuf => "protobuf tcp",
            Self::Query => "query   tcp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Doors {
    /// None yet.
    pub fn new(options: DoorsOptions) -> Self {
        let datagrams = Receivers::new(Reading::default());
        Self { options, listeners: Vec::new(), datagrams, listening: Vec::new() }
    }

    /// Listens on an IPv4 or IPv6 address; port 0 lets the kernel choose. Yields the address in use.
    pub fn open(&mut self, protocol: Protocol, address: SocketAddr) -> io::Result<SocketAddr> {
        let bound = if protocol == Protocol::Datagrams {
            self.datagrams.udp(address, &UdpOptions::default())?
        } else {
            let socket =
                Socket::new(Domain::for_address(address), Type::STREAM, Some(Transport::TCP))?;
            // A server that starts again must not wait for the connections of the one before.
            socket.set_reuse_address(true)?;
            socket.set_nonblocking(true)?;
            socket.bind(&address.into())?;
            socket.listen(STREAM_BACKLOG)?;
            let bound = socket.local_addr()?.as_socket().unwrap_or(address);
            self.listeners.push((protocol, bound, socket));
            bound
        };
        self.listening.push((protocol, bound));
        Ok(bound)
    }

    /// What is listened on, in the order in which it was asked for.
    pub fn listening(&self) -> &[(Protocol, SocketAddr)] {
        &self.listening
    }

    /// Starts the threads: one for all streams, one for datagrams where there are any, one that hands
    /// points through `stages` to the store, and one that waits for its commits.
    ///
    /// # Errors
    /// A thread could not be started; those that were started end.
    pub fn start(
        self,
        store: Arc<dyn Store>,
        stages: Vec<Box<dyn Stage>>,
        clock: Arc<dyn Clock>,
        telemetry: Arc<Telemetry>,
    ) -> io::Result<DoorsHandle> {
        let (stop, stopped) = watch::channel(false);
        let parts = Parts {
            store: Arc::clone(&store),
            stages,
            clock: Arc::clone(&clock),
            telemetry: Arc::clone(&telemetry),
            stopped: stopped.clone(),
        };
        let (intake, intake_handle) = intake::start(parts)?;
        let bad = Arc::new(BadReport::new(Arc::clone(&telemetry)));
        let feed = || {
            let (intake, clock) = (Intake::clone(&intake), Arc::clone(&clock));
            let (telemetry, bad) = (Arc::clone(&telemetry), Arc::clone(&bad));
            Ok(Box::new(UdpLines { intake, clock, telemetry, bad }) as _)
        };
        let datagrams = self.datagrams.start_feeding(feed, Arc::clone(&telemetry))?;
        let shared = Shared::new(intake, store, clock, telemetry, bad, self.options);
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listeners = self.listeners;
        let streams = thread::Builder::new()
            .name("carbon-streams".to_owned())
            .spawn(move || runtime.block_on(serve(listeners, shared, stopped)))?;
        Ok(DoorsHandle { stop, streams, datagrams, intake: intake_handle })
    }
}

impl DoorsHandle {
    /// Whether all of the threads run.
    pub fn is_running(&self) -> bool {
        !self.streams.is_finished() && self.datagrams.is_running() && self.intake.is_running()
    }

    /// Stops, and waits until what the kernel had accepted is written.
    pub fn stop(self) {
        self.stop.send_replace(true);
        self.datagrams.stop();
        if self.streams.join().is_err() {
            tracing::error!("the thread of carbon's connections had panicked");
        }
        self.intake.join();
    }
}

async fn serve(
    listeners: Vec<(Protocol, SocketAddr, Socket)>,
    shared: Shared,
    stopped: watch::Receiver<bool>,
) {
    let connections = shared.options.connections;
    let shared = Arc::new(shared);
    let places = Arc::new(Semaphore::new(connections));
    let mut accepting = JoinSet::new();
    for (protocol, address, socket) in listeners {
        let door =
            Door { protocol, address, shared: Arc::clone(&shared), stopped: stopped.clone() };
        accepting.spawn(door.accept_all(socket, Arc::clone(&places)));
    }
    let mut stopped = stopped;
    // Without listeners there are datagrams alone, and the thread waits for its end like others.
    let _stopped = stopped.wait_for(|stopped| *stopped).await;
    accepting.join_all().await;
    // Every connection holds a place until it is read.
    let all = u32::try_from(connections).unwrap_or(u32::MAX);
    let _ended = places.acquire_many(all).await;
}

/// One listener's.
struct Door {
    protocol: Protocol,
    address: SocketAddr,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
}

impl Door {
    /// Accepts until it is stopped; then takes the connections that the kernel has completed, too.
    async fn accept_all(mut self, socket: Socket, places: Arc<Semaphore>) {
        let listener = match TcpListener::from_std(StdTcpListener::from(socket)) {
            Ok(listener) => listener,
            Err(error) => {
                return tracing::error!(%error, "cannot listen on {} {}", self.protocol, self.address);
            }
        };
        loop {
            let accepted = tokio::select! {
                biased;
                _ = self.stopped.wait_for(|stopped| *stopped) => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => self.take(stream, &places),
                Err(error) => {
                    self.shared.telemetry.receive_errors.add(1);
                    tracing::warn!(%error, "cannot accept on {} {}", self.protocol, self.address);
                    sleep(ERROR_WAIT).await;
                }
            }
        }
        let Ok(socket) = listener.into_std() else { return };
        for _ in 0..STREAM_BACKLOG {
            let Ok((stream, _)) = socket.accept() else { return };
            if stream.set_nonblocking(true).is_ok()
                && let Ok(stream) = TcpStream::from_std(stream)
            {
                self.take(stream, &places);
            }
        }
    }

    fn take(&self, stream: TcpStream, places: &Arc<Semaphore>) {
        self.shared.telemetry.carbon_connections.add(1);
        let Ok(place) = Arc::clone(places).try_acquire_owned() else {
            return self.shared.telemetry.carbon_connections_over_limit.add(1);
        };
        // Without it a peer that is gone would only keep its place longer.
        let _kept_alive = SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE);
        let (shared, stopped) = (Arc::clone(&self.shared), self.stopped.clone());
        let protocol = self.protocol;
        tokio::spawn(async move {
            let open = &shared.telemetry.carbon_open;
            open.set(open.get() + 1);
            match protocol {
                Protocol::Lines | Protocol::Datagrams => shared.serve_lines(stream, stopped).await,
                Protocol::Pickle => shared.serve_frames(stream, stopped, Frames::Pickle).await,
                Protocol::Protobuf => shared.serve_frames(stream, stopped, Frames::Protobuf).await,
                Protocol::Query => shared.serve_queries(stream, stopped).await,
            }
            // All connections run on one thread, so nobody else writes it.
            open.set(open.get().saturating_sub(1));
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests;
