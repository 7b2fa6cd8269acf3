//! The only file that knows everybody: [`Config`] → parts → [`App::run`]. `app/outputs.rs` is its
//! part for backends.

mod outputs;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use statsd_client::protocol;
use tokio::sync::oneshot;

use crate::aggregate::{DeleteIdle, Options, Shard};
use crate::backend::Repeater;
use crate::clock::SystemClock;
use crate::config::{Config, Dialect};
use crate::flush::Flusher;
use crate::http::{self, HttpState};
use crate::live::Hub;
use crate::receiver::{UdpOptions, UdpReceiver};
use crate::store::{LocalStore, OpenError};
use crate::telemetry::Telemetry;

/// How long requests that are being answered may take once the server is to stop.
const HTTP_DRAIN: Duration = Duration::from_secs(1);

/// How long the packets that were read may take to reach other servers once this one is to stop.
const REPEATER_DRAIN: Duration = Duration::from_secs(1);

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
    statsd: Option<UdpReceiver>,
    http: Option<TcpListener>,
    addresses: Addresses,
    repeater: Option<Repeater>,
    shard: Arc<Mutex<Shard>>,
    flusher: Flusher,
    state: HttpState,
}

/// The addresses in use, with the ports that the system chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// StatsD over UDP.
    pub statsd: Option<SocketAddr>,
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
        let statsd = config.statsd.address().map(bind_udp).transpose()?;
        let http = config.http.address().map(bind_tcp).transpose()?;
        let addresses = Addresses {
            statsd: statsd.as_ref().map(UdpReceiver::local_addr),
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
        let shard = Arc::new(Mutex::new(Shard::new(match config.dialect {
            Dialect::Etsy => protocol::Dialect::Etsy,
            Dialect::Dogstatsd => protocol::Dialect::DogStatsd,
        })));
        let flusher = Flusher::new(
            aggregation(config),
            vec![shard.clone()],
            outputs::lanes(config, &state, console)?,
            state.clock.clone(),
            state.telemetry.clone(),
        );
        let (tap, repeater) = outputs::repeater(config, state.telemetry.clone())?;
        let statsd = statsd.map(|receiver| receiver.with_tap(tap));
        Ok(Self { statsd, http, addresses, repeater, shard, flusher, state })
    }

    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Serves until `shutdown` is done; then takes what the kernel has accepted, flushes the open
    /// interval, answers the requests at hand, and returns.
    ///
    /// # Errors
    /// A thread could not be started, or the HTTP listener failed.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), AppError> {
        let flushing = self.flusher.start().map_err(cannot("start the flush thread"))?;
        let telemetry = self.state.telemetry.clone();
        let receiving = self
            .statsd
            .map(|receiver| receiver.start(self.shard, telemetry))
            .transpose()
            .map_err(cannot("start the udp receiver"))?;

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
        let repeater = self.repeater;
        let stop = move || {
            if let Some(receiving) = receiving {
                receiving.stop();
            }
            flushing.stop();
            // Its queues began to empty when the receivers stopped.
            if repeater.is_some_and(|repeater| !repeater.join(REPEATER_DRAIN)) {
                tracing::warn!("packets that a slow server did not take are not repeated");
            }
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

fn bind_udp(address: &str) -> Result<UdpReceiver, AppError> {
    let bind = |address| UdpReceiver::bind(address, &UdpOptions::default());
    first_of(address, bind).map_err(refused("statsd", address))
}

fn bind_tcp(address: &str) -> Result<TcpListener, AppError> {
    let listener = first_of(address, TcpListener::bind::<SocketAddr>);
    let nonblocking = |listener: TcpListener| listener.set_nonblocking(true).map(|()| listener);
    listener.and_then(nonblocking).map_err(refused("http", address))
}

/// The first of a name's addresses that can be bound.
fn first_of<T>(address: &str, bind: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
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
        keep_raw: config.console.is_some(),
    }
}

fn cannot(what: &'static str) -> impl Fn(io::Error) -> AppError {
    move |source| AppError::Run { what, source }
}
