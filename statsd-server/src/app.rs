//! The only file that knows everybody: [`Config`] → parts → [`App::run`].

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use statsd_client::protocol;
use tokio::sync::oneshot;

use crate::aggregate::{DeleteIdle, Options};
use crate::backend::{Backend, ConsoleBackend, LiveBackend, Naming, NamingOptions, StoreBackend};
use crate::clock::SystemClock;
use crate::config::{Config, Dialect};
use crate::flush::Flusher;
use crate::http::{self, HttpState};
use crate::live::Hub;
use crate::receiver::{Listening, Receivers, UdpOptions};
use crate::store::{LocalStore, OpenError};
use crate::telemetry::Telemetry;

pub use crate::receiver::Inherited;

/// How long requests that are being answered may take once the server is to stop.
const HTTP_DRAIN: Duration = Duration::from_secs(1);

/// A server whose sockets are bound and whose store is open; it serves once it runs.
///
/// ```
/// use statsd_server::app::App;
/// use statsd_server::config::Config;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let folder = tempfile::tempdir()?;
/// let mut config = Config::parse("statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'").unwrap();
/// config.data = folder.path().to_owned();
/// let app = App::bind(&config, None).unwrap();
/// assert_ne!(app.addresses().statsd.unwrap().port(), 0);
/// app.run(async { /* until this is done */ }).await.unwrap();
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct App {
    receivers: Receivers,
    listening: Vec<Listening>,
    http: Option<TcpListener>,
    addresses: Addresses,
    flusher: Flusher,
    state: HttpState,
}

/// The addresses in use, with the ports that the system chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// StatsD over UDP.
    pub statsd: Option<SocketAddr>,
    /// StatsD over TCP.
    pub statsd_tcp: Option<SocketAddr>,
    /// The page and Graphite's API.
    pub http: Option<SocketAddr>,
}

/// Why a server did not start, or stopped. One line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// An address is not to be had: it is in use, or not this machine's.
    #[error("cannot listen on {key} {address}: {source}")]
    Listen {
        /// The setting: `statsd` or `http`.
        key: &'static str,
        /// The address as it was set.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// A thread could not be started, or the HTTP server failed.
    #[error("cannot {what}: {source}")]
    Run {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl App {
    /// Binds every socket and opens the store. `console` gets one line a flush.
    ///
    /// # Errors
    /// Names the address or the folder that is not to be had. Nothing is left behind.
    pub fn bind(
        config: &Config,
        console: Option<Box<dyn io::Write + Send>>,
    ) -> Result<Self, AppError> {
        Self::bind_inheriting(config, console, Inherited::default())
    }

    /// The same, with sockets that somebody else has bound: where there are any, StatsD is received on
    /// these, whatever the configuration says of `statsd`.
    ///
    /// # Errors
    /// As [`App::bind`].
    pub fn bind_inheriting(
        config: &Config,
        console: Option<Box<dyn io::Write + Send>>,
        inherited: Inherited,
    ) -> Result<Self, AppError> {
        let mut receivers = Receivers::new(match config.dialect {
            Dialect::Etsy => protocol::Dialect::Etsy,
            Dialect::Dogstatsd => protocol::Dialect::DogStatsd,
        });
        if !inherited.is_empty() {
            receivers.inherit(inherited).map_err(refused("statsd", "LISTEN_FDS"))?;
        } else if let Some(address) = config.statsd.address() {
            bind_statsd(&mut receivers, address, config.statsd_sockets)?;
        }
        let listening = receivers.listening().to_vec();
        let http = config.http.address().map(bind_http).transpose()?;
        let addresses = Addresses {
            statsd: listening.iter().find_map(Listening::udp),
            statsd_tcp: listening.iter().find_map(Listening::tcp),
            http: http.as_ref().and_then(|listener| listener.local_addr().ok()),
        };
        let store = Arc::new(LocalStore::open(&config.data, config.flush_interval)?);
        let state = HttpState {
            statsd: addresses.statsd,
            store,
            hub: Hub::new(),
            clock: Arc::new(SystemClock),
            telemetry: Arc::new(Telemetry::default()),
        };
        let flusher = Flusher::new(
            aggregation(config),
            receivers.shards(),
            backends(config, &state, console),
            state.clock.clone(),
            state.telemetry.clone(),
        );
        Ok(Self { receivers, listening, http, addresses, flusher, state })
    }

    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What StatsD packets and lines are received on.
    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Serves until `shutdown` is done; then takes what the kernel has accepted, flushes the open
    /// interval, answers the requests at hand, and returns.
    ///
    /// # Errors
    /// A thread could not be started, or the HTTP listener failed.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), AppError> {
        let cannot = |what| move |source| AppError::Run { what, source };
        let flushing = self.flusher.start().map_err(cannot("start the flush thread"))?;
        let telemetry = self.state.telemetry.clone();
        let receiving = self.receivers.start(telemetry).map_err(cannot("start the receivers"))?;

        let (stop_http, http_stopped) = oneshot::channel::<()>();
        let listener = self.http.map(tokio::net::TcpListener::from_std).transpose();
        let listener = listener.map_err(cannot("serve http"))?;
        let hub = self.state.hub.clone();
        let mut serving = tokio::spawn(async move {
            if let Some(listener) = listener {
                // Resolves when the sender is dropped, too.
                let stopped = async { http_stopped.await.unwrap_or_default() };
                http::serve(listener, self.state, stopped).await;
            }
        });

        shutdown.await;
        let stop = move || {
            receiving.stop();
            flushing.stop();
        };
        // Both join threads; a panic of theirs is logged where it is noticed.
        tokio::task::spawn_blocking(stop).await.unwrap_or_default();
        // Live pages would never end by themselves.
        hub.close();
        drop(stop_http);
        if tokio::time::timeout(HTTP_DRAIN, &mut serving).await.is_err() {
            serving.abort();
        }
        Ok(())
    }
}

/// UDP and TCP on one address, as one setting.
fn bind_statsd(receivers: &mut Receivers, address: &str, sockets: usize) -> Result<(), AppError> {
    let options = UdpOptions { sockets, ..UdpOptions::default() };
    let bound = first_of(address, |address| receivers.udp_and_tcp(address, &options));
    bound.map(|_addresses| ()).map_err(refused("statsd", address))
}

fn bind_http(address: &str) -> Result<TcpListener, AppError> {
    let listener = first_of(address, TcpListener::bind::<SocketAddr>);
    let nonblocking = |listener: TcpListener| listener.set_nonblocking(true).map(|()| listener);
    listener.and_then(nonblocking).map_err(refused("http", address))
}

/// The first of a name's addresses that can be bound.
fn first_of<T>(address: &str, mut bind: impl FnMut(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    for address in address.to_socket_addrs()? {
        match bind(address) {
            Ok(bound) => return Ok(bound),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn refused(key: &'static str, address: &str) -> impl FnOnce(io::Error) -> AppError {
    move |source| AppError::Listen { key, address: address.to_owned(), source }
}

fn aggregation(config: &Config) -> Options {
    Options {
        interval: config.flush_interval,
        percent_thresholds: config.percent_threshold.clone(),
        prefix_stats: config.prefix_stats.clone(),
        delete_idle: if config.delete_idle_stats { DeleteIdle::ALL } else { DeleteIdle::default() },
    }
}

/// The store comes first, so that a page that is told of a flush finds it stored.
fn backends(
    config: &Config,
    state: &HttpState,
    console: Option<Box<dyn io::Write + Send>>,
) -> Vec<Box<dyn Backend>> {
    let HttpState { store, hub, telemetry, .. } = state.clone();
    let naming = Naming::new(&NamingOptions {
        prefix_stats: config.prefix_stats.clone(),
        ..NamingOptions::default()
    });
    let mut backends: Vec<Box<dyn Backend>> = vec![
        Box::new(StoreBackend::new(store, telemetry.clone(), naming.clone())),
        Box::new(LiveBackend::new(hub, telemetry.clone(), naming, &config.prefix_stats)),
    ];
    if let Some(out) = console {
        let zone = TimeZone::system();
        backends.push(Box::new(ConsoleBackend::new(out, telemetry, zone, &config.prefix_stats)));
    }
    backends
}
