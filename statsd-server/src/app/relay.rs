//! The server as a relay: [`Config`] → parts → [`RelayApp::run`]. No shard, no flush, no store.

use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    Addresses, AppError, HTTP_DRAIN, Inherited, bind_receivers, bind_tcp, cannot, etsys_config,
};
use crate::admin;
use crate::clock::SystemClock;
use crate::config::{self, Config, RelayNode};
use crate::events::EventLog;
use crate::health::Health;
use crate::http::{self, HttpState, MayDelete};
use crate::live::Hub;
use crate::receiver::{Listening, Receivers};
use crate::relay::{NodeOptions, Relay, RelayConsole, RelayOptions};
use crate::store::NoStore;
use crate::telemetry::Telemetry;

/// A relay whose sockets are bound; it relays once it runs.
///
/// ```
/// use statsd_server::app::RelayApp;
/// use statsd_server::config::Config;
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// let text = "statsd = '127.0.0.1:0'\nhttp = 'off'\nadmin = '127.0.0.1:0'\n\
///             relay.nodes = [{ host = '127.0.0.1', port = 8127, adminport = 8128 }]";
/// let relay = RelayApp::bind(&Config::parse(text).unwrap()).unwrap();
/// assert_ne!(relay.addresses().statsd.unwrap().port(), 0);
/// relay.run(async { /* until this is done */ }).await.unwrap();
/// # })
/// ```
#[derive(Debug)]
pub struct RelayApp {
    receivers: Receivers,
    listening: Vec<Listening>,
    http: Option<TcpListener>,
    admin: Option<TcpListener>,
    addresses: Addresses,
    relay: Relay,
    console: Arc<RelayConsole>,
    state: HttpState,
}

impl RelayApp {
    /// Binds every socket, and resolves the nodes' names, for which it waits up to
    /// [`RELAY_RESOLVE_WAIT_MAX`](crate::limits::RELAY_RESOLVE_WAIT_MAX). Of the configuration it takes where
    /// to listen, the nodes and the health; nothing is added up or kept.
    ///
    /// # Errors
    /// Names the address that is not to be had. Nothing is left behind.
    pub fn bind(config: &Config) -> Result<Self, AppError> {
        Self::bind_inheriting(config, Inherited::default())
    }

    /// The same, with sockets that somebody else has bound.
    ///
    /// # Errors
    /// As [`RelayApp::bind`].
    pub fn bind_inheriting(config: &Config, inherited: Inherited) -> Result<Self, AppError> {
        let receivers = bind_receivers(config, inherited)?;
        let listening = receivers.listening().to_vec();
        let http = bind_tcp("http", &config.http)?;
        let admin = bind_tcp("admin", &config.admin)?;
        let addresses = Addresses::of(&listening, http.as_ref(), admin.as_ref(), &[]);
        let state = HttpState {
            statsd: addresses.statsd,
            store: Arc::new(NoStore),
            may_delete: MayDelete::Nobody,
            hub: Hub::new(),
            events: EventLog::default(),
            clock: Arc::new(SystemClock),
            telemetry: Arc::new(Telemetry::default()),
            health: Arc::new(Health::new(config.health_status == config::Health::Up)),
        };
        let relay = Relay::new(&options(&config.relay), Arc::clone(&state.telemetry));
        let console = Arc::new(RelayConsole::new(
            &relay,
            Arc::clone(&state.health),
            etsys_config::list_relay(config, &listening, addresses.admin),
            Arc::clone(&state.clock),
        ));
        Ok(Self { receivers, listening, http, admin, addresses, relay, console, state })
    }

    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// What StatsD packets and lines are received on.
    pub fn listening(&self) -> &[Listening] {
        &self.listening
    }

    /// Relays until `shutdown` is done; then sends on what the kernel has accepted, and returns.
    ///
    /// # Errors
    /// A thread could not be started, or a socket to send from is not to be had.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), AppError> {
        let (relay, telemetry) = (self.relay, Arc::clone(&self.state.telemetry));
        let receiving = self.receivers.start_feeding(|| relay.feed(), telemetry);
        let receiving = receiving.map_err(cannot("start the receivers"))?;
        let health = Arc::clone(&self.state.health);
        health.receives();
        let checking = tokio::spawn(relay.watch());

        let listener = self.admin.map(tokio::net::TcpListener::from_std).transpose();
        let listener = listener.map_err(cannot("serve admin"))?;
        let console = self.console;
        let administering = listener.map(|listener| tokio::spawn(admin::serve(listener, console)));

        let listener = self.http.map(tokio::net::TcpListener::from_std).transpose();
        let listener = listener.map_err(cannot("serve http"))?;
        let (stop_http, http_stopped) = oneshot::channel::<()>();
        let hub = self.state.hub.clone();
        let state = self.state;
        let serving = listener.map(|listener| {
            // Resolves when the sender is dropped, too.
            let stopped = async { http_stopped.await.unwrap_or_default() };
            tokio::spawn(http::serve(listener, state, stopped))
        });

        shutdown.await;
        health.stops();
        // It joins threads; a panic of theirs is logged where it is noticed.
        tokio::task::spawn_blocking(move || receiving.stop()).await.unwrap_or_default();
        checking.abort();
        if let Some(administering) = administering {
            administering.abort();
        }
        hub.close();
        drop(stop_http);
        if let Some(mut serving) = serving
            && tokio::time::timeout(HTTP_DRAIN, &mut serving).await.is_err()
        {
            serving.abort();
        }
        Ok(())
    }
}

fn options(relay: &config::Relay) -> RelayOptions {
    let node = |node: &RelayNode| NodeOptions {
        host: node.host.clone(),
        port: node.port,
        admin_port: node.adminport,
    };
    RelayOptions {
        nodes: relay.nodes.iter().map(node).collect(),
        check_interval: relay.check_interval,
    }
}
