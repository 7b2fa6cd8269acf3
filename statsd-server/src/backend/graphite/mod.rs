//! The output for carbon: snapshot → etsy's lines → a TCP connection a flush, and a spool on disk for
//! what does not arrive. May not know how samples came, nor configuration.
//!
//! `lines` writes the text, `pickle` the other format, `carbon` delivers over one connection, `spool`
//! keeps what could not be delivered, `courier` is the thread that does both.

mod carbon;
mod courier;
mod lines;
mod pickle;
mod spool;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::naming::Naming;
use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::clock::Clock;
use crate::limits::{BACKEND_DEADLINE, SPOOL_BYTES};
use crate::telemetry::{BackendStatus, Telemetry};

use carbon::Delivery;
use courier::rounded;
use lines::Lines;

pub(super) use courier::{Body, Carrier, Courier, CourierOptions, NotTaken};
pub(super) use lines::push_line;

/// In which format carbon gets its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GraphiteProtocol {
    /// A line each: `name value timestamp`.
    #[default]
    Text,
    /// Pickles of protocol 2, each behind its length. etsy's are of protocol 0, and one a flush, which
    /// carbon refuses from 1 MiB on.
    Pickle,
}

/// How a carbon server is reached, and what happens when it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphiteOptions {
    /// `host:port`. The name is resolved anew for every connection.
    pub address: String,
    /// In which format.
    pub protocol: GraphiteProtocol,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long carbon may take nothing while a flush is written.
    pub write_timeout: Duration,
    /// How long to wait, behind the flush, until carbon closes its side, which says that it has read
    /// all. Without that a flush counts as delivered once the kernel has taken it, and what a carbon
    /// that dies had not read is lost.
    pub confirm_timeout: Option<Duration>,
    /// The pause after the first failed attempt; it doubles up to `RETRY_PAUSE_MAX`.
    pub retry_pause: Duration,
    /// How long a flush that was delivered is kept, to be sent again where the next ones are not: a
    /// carbon that is stopped forgets what it had not written yet, up to a second's worth.
    pub replay: Duration,
    /// How long the end of the server waits for flushes under way; then they are spooled.
    pub stop_within: Duration,
    /// Where flushes wait for a carbon that is away.
    pub spool: SpoolOptions,
}

/// Where flushes are that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolOptions {
    /// It is made if there is none. Nobody else may write there. None: they stay in memory, at most
    /// `SPOOL_MEMORY_BYTES`, and the end of the process loses them.
    pub folder: Option<PathBuf>,
    /// Beyond it the oldest flushes are dropped, and counted.
    pub max_bytes: u64,
}

impl GraphiteOptions {
    /// The defaults, for a carbon at `address` and a spool in memory.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            protocol: GraphiteProtocol::Text,
            connect_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
            confirm_timeout: Some(Duration::from_secs(10)),
            retry_pause: Duration::from_millis(250),
            replay: Duration::from_secs(15),
            stop_within: BACKEND_DEADLINE,
            spool: SpoolOptions { folder: None, max_bytes: SPOOL_BYTES },
        }
    }
}

/// Sends every flush to a carbon server, as etsy's graphite backend does: its names, its numbers, its
/// order of kinds, its own lines behind them, one connection a flush.
///
/// Unlike etsy's, a flush that does not arrive is kept, first in memory, then on disk, and sent again,
/// oldest first, and so are those delivered shortly before the failure. A flush may so arrive twice;
/// its points are the same ones.
///
/// ```
/// use std::io::Read as _;
/// use std::net::TcpListener;
/// use std::sync::Arc;
/// use statsd_server::aggregate::{Named, Snapshot};
/// use statsd_server::backend::{Backend, GraphiteBackend, GraphiteOptions, Naming};
/// use statsd_server::clock::SystemClock;
///
/// let carbon = TcpListener::bind("127.0.0.1:0")?;
/// let options = GraphiteOptions::new(carbon.local_addr()?.to_string());
/// let clock = Arc::new(SystemClock);
/// let mut backend = GraphiteBackend::start(options, Naming::default(), clock, Arc::default())?;
/// let counters = Named::from([("users.new", 3.0)]);
/// backend.flush(&Snapshot { counters, interval: 10.0, timestamp: 1_000, ..Snapshot::default() })?;
///
/// let mut text = String::new();
/// carbon.accept()?.0.read_to_string(&mut text)?;
/// assert!(text.starts_with("stats.users.new 0.3 1000\nstats_counts.users.new 3 1000\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GraphiteBackend {
    lines: Arc<Lines>,
    courier: Courier,
    stop_within: Duration,
    telemetry: Arc<Telemetry>,
}

impl GraphiteBackend {
    /// Opens the spool and starts the thread that delivers; what an earlier run left in the spool is
    /// sent first. No connection is made before there is something to send.
    ///
    /// # Errors
    /// The spool's folder cannot be used (the error names it), or the thread not started.
    pub fn start(
        options: GraphiteOptions,
        naming: Naming,
        clock: Arc<dyn Clock>,
        telemetry: Arc<Telemetry>,
    ) -> std::io::Result<Self> {
        let stop_within = options.stop_within;
        let status = telemetry.backends.named("graphite");
        let lines = Arc::new(Lines::new(naming));
        let courier = CourierOptions {
            retry_pause: options.retry_pause,
            replay: options.replay,
            spool: options.spool.clone(),
        };
        let carrier = Box::new(CarbonCarrier {
            target: format!("graphite {}", options.address),
            lines: Arc::clone(&lines),
            options,
            status: Arc::clone(&status),
            clock: Arc::clone(&clock),
        });
        let courier = Courier::start(courier, carrier, clock, status)?;
        Ok(Self { lines, courier, stop_within, telemetry })
    }
}

/// A connection a flush, with the lines about the last one behind it.
struct CarbonCarrier {
    target: String,
    options: GraphiteOptions,
    lines: Arc<Lines>,
    status: Arc<BackendStatus>,
    clock: Arc<dyn Clock>,
}

impl Carrier for CarbonCarrier {
    fn target(&self) -> &str {
        &self.target
    }

    fn deliver(&self, body: &Body, until: Option<Instant>) -> Result<u64, NotTaken> {
        let now = i64::try_from(rounded(self.clock.now())).unwrap_or(i64::MAX);
        let about = self.lines.about(&self.status, now);
        let mut delivery = Delivery::connect(&self.options, until)?;
        let mut send = |text: &str| match self.options.protocol {
            GraphiteProtocol::Text => delivery.write(text.as_bytes()),
            GraphiteProtocol::Pickle => delivery.write(&pickle::frames(text)),
        };
        match body {
            Body::Snapshot(snapshot, lines) => lines.write(snapshot, &about, &mut send)?,
            Body::Text(text) => {
                send(text)?;
                send(&about)?;
            }
        }
        Ok(delivery.end()?)
    }
}

impl Backend for GraphiteBackend {
    fn name(&self) -> &'static str {
        "graphite"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        self.flush_shared(&Arc::new(snapshot.clone()))
    }

    /// Hands the flush over; where another one is still under way, it is written to the spool.
    fn flush_shared(&mut self, snapshot: &Arc<Snapshot>) -> Result<(), BackendError> {
        self.telemetry.results_not_finite.add(Lines::not_finite(snapshot) as u64);
        self.courier.hand_over(Body::Snapshot(Arc::clone(snapshot), Arc::clone(&self.lines)))
    }

    fn deadline(&self) -> Duration {
        self.stop_within
    }

    fn delivers_later(&self) -> bool {
        true
    }

    fn close(&mut self, deadline: Instant) {
        self.courier.close(deadline);
    }
}

#[cfg(test)]
mod tests;
