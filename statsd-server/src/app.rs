//! The only file that knows everybody: [`Config`] → parts → [`App::run`]; `outputs` is its part for
//! backends.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::admin::{self, Admin, Shown};
use crate::backend::{Lane, Repeater};
use crate::carbon::rules::RuleError;
use crate::carbon::{Doors, DoorsHandle, Protocol, Stage};
use crate::checkpoint::LockError;
use crate::clock::SystemClock;
use crate::config::{self, Config, ConfigError};
use crate::events::EventLog;
use crate::flush::Flusher;
use crate::health::Health;
use crate::http::{self, HttpState, MayDelete};
use crate::key_flush::KeyFlush;
use crate::limits::STORE_DEADLINE;
use crate::live::Hub;
use crate::receiver::Receivers;
use crate::store::OpenError;
use crate::telemetry::Telemetry;

mod aggregation;
mod bind;
mod carbon;
mod etsys_config;
mod kept;
mod outputs;
mod reading;
mod relay;
mod reload;
mod schemas;
mod stages;
mod storing;
mod support;

use aggregation::{aggregation, align, exact};
use bind::{bind_receivers, bind_tcp};
use carbon::{bind_doors, start_doors};
use outputs::SharedOut;

pub use crate::receiver::{Inherited, Listening};
pub use relay::RelayApp;
pub use reload::{Reloaded, Reloader};
pub use schemas::schemas;
pub use stages::{check_rules, stages};
pub use support::{Part, Support, parts};

/// How long requests that are being answered may take once the server is to stop.
const HTTP_DRAIN: Duration = Duration::from_secs(1);

/// How often it is looked whether the threads run; an orchestrator asks less often.
const LOOK: Duration = Duration::from_secs(1);

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
/// let text = "statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'\nadmin = 'off'\ncarbon = 'off'\npickle = 'off'";
/// let mut config = Config::parse(text).unwrap();
/// config.data = Some(folder.path().to_owned());
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
    repeater: Option<Repeater>,
    admin: Option<TcpListener>,
    console: Arc<Admin>,
    addresses: Addresses,
    doors: Doors,
    /// What stands between the doors and the store.
    taking: Vec<Box<dyn Stage>>,
    flusher: Flusher,
    key_flush: Option<KeyFlush>,
    messages: Option<JoinHandle<()>>,
    state: HttpState,
    config: Config,
    out: Option<SharedOut>,
}

/// The addresses in use, with the ports that the system chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// StatsD over UDP; of several the first.
    pub statsd: Option<SocketAddr>,
    /// StatsD over TCP.
    pub statsd_tcp: Option<SocketAddr>,
    /// The page and Graphite's API.
    pub http: Option<SocketAddr>,
    /// etsy's management console.
    pub admin: Option<SocketAddr>,
    /// Carbon's lines over TCP.
    pub carbon: Option<SocketAddr>,
    /// The same over UDP.
    pub carbon_udp: Option<SocketAddr>,
    /// Carbon's pickles.
    pub pickle: Option<SocketAddr>,
    /// Carbon's protobuf frames.
    pub protobuf: Option<SocketAddr>,
    /// Carbon's cache queries.
    pub query: Option<SocketAddr>,
}

impl Addresses {
    fn of(
        listening: &[Listening],
        http: Option<&TcpListener>,
        admin: Option<&TcpListener>,
        doors: &[(Protocol, SocketAddr)],
    ) -> Self {
        let local = |listener: &TcpListener| listener.local_addr().ok();
        let door = |protocol| doors.iter().find(|(of, _)| *of == protocol).map(|(_, at)| *at);
        Self {
            statsd: listening.iter().find_map(Listening::udp),
            statsd_tcp: listening.iter().find_map(Listening::tcp),
            http: http.and_then(local),
            admin: admin.and_then(local),
            carbon: door(Protocol::Lines),
            carbon_udp: door(Protocol::Datagrams),
            pickle: door(Protocol::Pickle),
            protobuf: door(Protocol::Protobuf),
            query: door(Protocol::Query),
        }
    }
}

/// Why a server did not start, or stopped. One line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// An address is not to be had: it is in use, or not this machine's.
    #[error("cannot listen on {key} {address}: {source}")]
    Listen {
        /// The setting, such as `statsd` or `http`.
        key: &'static str,
        /// The address as it was set.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The configuration is that of a relay, which is a [`RelayApp`].
    #[error("with relay.nodes the server is a relay, and nothing else")]
    IsRelay,
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] LockError),
    /// A file of carbon's with lists or rules cannot be used.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// A new configuration makes no sense together with what cannot change, or a file that it names has a
    /// mistake.
    #[error(transparent)]
    Config(ConfigError),
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
    /// Binds every socket, opens the store and starts the outputs. `console` gets one line a flush,
    /// unless `console.summary` is off, or all of it where `backends` names the console. What this version does not do of a configuration is in [`parts`].
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
        if config.is_relay() {
            return Err(AppError::IsRelay);
        }
        let receivers = bind_receivers(config, inherited)?;
        let listening = receivers.listening().to_vec();
        let http = bind_tcp("http", &config.http)?;
        let admin = bind_tcp("admin", &config.admin)?;
        let doors = bind_doors(config)?;
        let addresses = Addresses::of(&listening, http.as_ref(), admin.as_ref(), doors.listening());
        let clock = Arc::new(SystemClock);
        let state = HttpState {
            statsd: addresses.statsd,
            store: storing::store(config, clock.clone())?,
            may_delete: may_delete(config, addresses.http),
            hub: Hub::new(),
            health: Arc::new(Health::new(config.health_status == config::Health::Up)),
            events: EventLog::default(),
            clock,
            telemetry: Arc::new(Telemetry::default()),
        };
        let is_closed = doors.listening().is_empty();
        let taking =
            if is_closed { Vec::new() } else { stages(config, &state.telemetry, &state.store)? };
        let out = console.map(SharedOut::new);
        let key_flush = outputs::key_flush(config, &receivers, &state, out.as_ref());
        let plans = outputs::plans(config, !config.key_name_sanitize, &state, out.as_ref());
        let start = |plan: outputs::Plan| plan.start(state.telemetry.clone());
        let mut lanes = plans.into_iter().map(start).collect::<Result<Vec<_>, _>>()?;
        let kept = kept::open(config, &mut lanes, &*state.clock, &state.telemetry)?;
        let mut flusher = flusher(config, &receivers, lanes, &state);
        if let Some(kept) = kept {
            flusher.restore(kept);
        }
        let (tap, repeater) = outputs::repeater(config, state.telemetry.clone())?;
        let (tap, messages) = outputs::message_log(config, tap, &state)?;
        let receivers = receivers.with_tap(tap);
        let console = Arc::new(Admin {
            inquirer: flusher.inquirer(),
            health: state.health.clone(),
            shown: Mutex::new(Shown {
                config: etsys_config::list(config, &listening, addresses.admin),
                backends: outputs::facts(config, &state),
            }),
            started: state.clock.now(),
            clock: state.clock.clone(),
            telemetry: state.telemetry.clone(),
        });
        let config = config.clone();
        Ok(Self {
            receivers,
            listening,
            http,
            repeater,
            admin,
            console,
            addresses,
            doors,
            taking,
            flusher,
            key_flush,
            messages,
            state,
            config,
            out,
        })
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
        let flushing = self.flusher.start().map_err(cannot("start the flush thread"))?;
        let key_flushing = self.key_flush.map(KeyFlush::start).transpose();
        let key_flushing = key_flushing.map_err(cannot("start the key log"))?;
        let telemetry = self.state.telemetry.clone();
        let receiving = self.receivers.start(telemetry).map_err(cannot("start the receivers"))?;

        let taking = start_doors(self.doors, self.taking, &self.state)?;
        let (stop_http, http_stopped) = oneshot::channel::<()>();
        let listener = served(self.http).map_err(cannot("serve http"))?;
        let hub = self.state.hub.clone();
        let health = self.state.health.clone();
        let store = self.state.store.clone();
        let mut serving = tokio::spawn(async move {
            if let Some(listener) = listener {
                // Resolves when the sender is dropped, too.
                let stopped = async { http_stopped.await.unwrap_or_default() };
                http::serve(listener, self.state, stopped).await;
            }
        });

        let listener = served(self.admin).map_err(cannot("serve admin"))?;
        let console = self.console;
        let administering = listener.map(|listener| tokio::spawn(admin::serve(listener, console)));

        health.receives();
        let watching = async {
            let mut looks = tokio::time::interval(LOOK);
            loop {
                looks.tick().await;
                let threads = [
                    ("the flush thread", flushing.is_running()),
                    ("a receiver", receiving.is_running()),
                    ("carbon's ports", taking.as_ref().is_none_or(DoorsHandle::is_running)),
                ];
                let ended = threads.into_iter().filter(|(_, runs)| !runs);
                health.ended(ended.map(|(thread, _)| thread).collect());
            }
        };
        tokio::select! {
            () = shutdown => {}
            () = watching => {}
        }
        health.stops();
        let (repeater, messages) = (self.repeater, self.messages);
        let stop = move || {
            receiving.stop();
            if let Some(taking) = taking {
                taking.stop();
            }
            flushing.stop();
            store.close(STORE_DEADLINE);
            if let Some(key_flushing) = key_flushing {
                key_flushing.stop();
            }
            if messages.is_some_and(|messages| messages.join().is_err()) {
                tracing::error!("the thread that logs lines had panicked");
            }
            // Its queues began to empty when the receivers stopped.
            if repeater.is_some_and(|repeater| !repeater.join(REPEATER_DRAIN)) {
                tracing::warn!("packets that a slow server did not take are not repeated");
            }
        };
        // Both join threads; a panic of theirs is logged where it is noticed.
        tokio::task::spawn_blocking(stop).await.unwrap_or_default();
        if let Some(administering) = administering {
            administering.abort();
        }
        // Live pages would never end by themselves.
        hub.close();
        drop(stop_http);
        if tokio::time::timeout(HTTP_DRAIN, &mut serving).await.is_err() {
            serving.abort();
        }
        Ok(())
    }
}

fn flusher(config: &Config, receivers: &Receivers, lanes: Vec<Lane>, state: &HttpState) -> Flusher {
    let (clock, telemetry) = (state.clock.clone(), state.telemetry.clone());
    Flusher::new(aggregation(config), receivers.shards(), lanes, clock, telemetry)
        .aligned(align(config))
        .telling(state.health.clone())
        .with_events(state.events.clone())
}

fn served(listener: Option<TcpListener>) -> io::Result<Option<tokio::net::TcpListener>> {
    listener.map(tokio::net::TcpListener::from_std).transpose()
}

/// Who may delete series over HTTP.
fn may_delete(config: &Config, address: Option<SocketAddr>) -> MayDelete {
    if config.store.delete_over_http {
        MayDelete::Everybody
    } else if address.is_some_and(|address| address.ip().is_loopback()) {
        MayDelete::ThisMachine
    } else {
        MayDelete::Nobody
    }
}

fn cannot(what: &'static str) -> impl Fn(io::Error) -> AppError {
    move |source| AppError::Run { what, source }
}
