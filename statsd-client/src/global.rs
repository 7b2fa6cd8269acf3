//! The process-wide client: installed once, in `main`, and found by statics and free functions.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, TryLockError};
use std::time::Duration;

use crate::client::Client;
use crate::handle::{GaugeValue, Stopwatch};
use crate::pipeline::{Event, Shared, record_named};

/// The installed client's number, 0 for none: the one word that a call looks at.
static INSTALLED: AtomicU32 = AtomicU32::new(0);

/// The installed client itself; looked at once a thread and client.
static CLIENT: RwLock<Installed> = RwLock::new(Installed { client: None, installs: 0 });

struct Installed {
    client: Option<Client>,
    /// How often one was installed; a guard ends its own installation and no later one.
    installs: u64,
}

/// How long a guard waits for what was recorded to leave.
const FLUSH_ON_EXIT_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes `client` the one that statics, attributes and free functions use. A client that was
/// installed before is let go, and sends what it has left.
///
/// ```
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let flush_on_exit = statsd_client::install(Client::builder().backend(backend).build()?);
/// statsd_client::increment("users.new");
///
/// drop(flush_on_exit); // at the end of `main`
/// assert_eq!(captured.lines(), ["users.new:1|c"]);
/// statsd_client::increment("users.new"); // no client: a no-op
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[must_use = "dropping the guard flushes and ends the client: keep it until the end of `main`"]
pub fn install(client: Client) -> FlushGuard {
    let (replaced, install) = {
        let mut installed = CLIENT.write().unwrap_or_else(PoisonError::into_inner);
        INSTALLED.store(client.id(), Ordering::Relaxed);
        installed.installs += 1;
        (installed.client.replace(client.clone()), installed.installs)
    };
    // Its last clone may wait for its thread; not under the lock.
    drop(replaced);
    FlushGuard { client, install }
}

/// Flushes the installed client when it is dropped, and uninstalls it.
#[derive(Debug)]
#[must_use = "dropping the guard flushes and ends the client: keep it until the end of `main`"]
pub struct FlushGuard {
    client: Client,
    install: u64,
}

impl Drop for FlushGuard {
    fn drop(&mut self) {
        self.client.flush(FLUSH_ON_EXIT_TIMEOUT);
        let mut installed = CLIENT.write().unwrap_or_else(PoisonError::into_inner);
        if installed.installs == self.install {
            INSTALLED.store(0, Ordering::Relaxed);
            // The guard holds a clone, so this one does not end the client under the lock.
            installed.client = None;
        }
    }
}

/// Adds 1 to a counter of the installed client. Without one, a no-op.
pub fn increment(name: &str) {
    count(name, 1);
}

/// Subtracts 1 from a counter of the installed client.
pub fn decrement(name: &str) {
    count(name, -1);
}

/// Adds to a counter of the installed client.
pub fn count(name: &str, n: i64) {
    record(name, Event::Count(n));
}

/// Sets a gauge of the installed client.
pub fn gauge(name: &str, value: impl GaugeValue) {
    record(name, Event::Gauge(value.to_f64()));
}

/// Changes a gauge of the installed client.
pub fn gauge_delta(name: &str, delta: impl GaugeValue) {
    record(name, Event::GaugeDelta(delta.to_f64()));
}

/// Records a duration with the installed client, in milliseconds.
pub fn timing(name: &str, elapsed: Duration) {
    record(name, Event::timing(elapsed));
}

/// Runs `work`, records with the installed client how long it took, and passes its value through.
pub fn measure<R>(name: &str, work: impl FnOnce() -> R) -> R {
    let started = || Stopwatch::start(|elapsed| timing(name, elapsed));
    let _recorded = (installed_id() != 0).then(started);
    work()
}

/// The installed client's number; 0: there is none.
pub(crate) fn installed_id() -> u32 {
    INSTALLED.load(Ordering::Relaxed)
}

/// The installed client's state. Never waits: while a client is being installed there is none. Never
/// the client itself: its last clone waits when it is dropped.
pub(crate) fn installed_shared() -> Option<Arc<Shared>> {
    if installed_id() == 0 {
        return None;
    }
    match CLIENT.try_read() {
        Ok(installed) => installed.client.as_ref().map(Client::shared),
        Err(TryLockError::Poisoned(poisoned)) => {
            poisoned.into_inner().client.as_ref().map(Client::shared)
        }
        Err(TryLockError::WouldBlock) => None,
    }
}

fn record(name: &str, event: Event) {
    let id = installed_id();
    if id != 0 {
        record_named(id, installed_shared, |key| key.name_str(name), None, event);
    }
}
