//! The switch for everything that follows the installed client, and that client's switches of single
//! metrics.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{CLIENT, INSTALLS, replace};
use crate::client::Client;

/// Written where `INSTALLS` is held.
static ENABLED: AtomicBool = AtomicBool::new(true);

/// Installations, one after the other.
#[derive(Debug)]
pub(super) struct Installs {
    /// A guard ends its own installation and no later one.
    pub(super) count: u64,
    /// The installed client while calls are switched off: calls find nobody, as if none were installed.
    waiting: Option<Client>,
}

impl Installs {
    pub(super) const fn none() -> Self {
        Self { count: 0, waiting: None }
    }

    /// Makes `client` the installed one, or the one that waits to be; answers who was there.
    pub(super) fn put(&mut self, client: Option<Client>) -> Option<Client> {
        if is_enabled() { replace(client) } else { std::mem::replace(&mut self.waiting, client) }
    }

    /// A clone of the installed client, which is not its last as long as nobody else may install.
    fn installed(&self) -> Option<Client> {
        let installed = CLIENT.read().unwrap_or_else(PoisonError::into_inner);
        installed.as_ref().or(self.waiting.as_ref()).cloned()
    }
}

/// Switches off, or on again, everything that follows the installed client: statics, attributes, call macros
/// and free functions, on every thread. Off, such a call is what it is before a client is installed: a no-op of
/// a nanosecond, counted nowhere.
///
/// The client stays installed, and what was recorded before leaves as ever. Clients may be installed and guards
/// dropped meanwhile: whoever is installed when it is switched on again is who calls are for. What names its
/// client is not concerned: methods of [`Client`], handles that are [bound](crate::Counter::on), and
/// [scopes](Client::scope), so that one test does not silence another. For these there is [`Client::mute`]. A
/// measurement that is under way may still be recorded.
///
/// Waits for an installation or a fork that is under way, and makes every handle look its name up again; meant
/// for an operator's hand, not for every request.
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// let flush_on_exit = statsd_client::install(client);
/// statsd_client::increment("users.new");
///
/// statsd_client::set_enabled(false);
/// statsd_client::count("users.new", 100); // nobody hears it
///
/// statsd_client::set_enabled(true);
/// statsd_client::increment("users.back");
/// drop(flush_on_exit);
/// assert_eq!(captured.lines(), ["users.new:1|c", "users.back:1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn set_enabled(is_enabled: bool) {
    let mut installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
    if ENABLED.swap(is_enabled, Ordering::Relaxed) != is_enabled {
        let client = if is_enabled { installs.waiting.take() } else { None };
        installs.waiting = replace(client);
    }
}

/// Whether calls that follow the installed client go to it: what [`set_enabled`] said last, and `true` before.
/// It says nothing about whether a client is installed. A load.
///
/// ```
/// assert!(statsd_client::is_enabled());
/// statsd_client::set_enabled(false);
/// assert!(!statsd_client::is_enabled());
/// ```
pub fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// Switches the metrics of a pattern off, at the installed client: see [`Client::mute`]. Also while calls are
/// switched off; not a [scope](Client::scope)'s, whose client is told by its own method. `false`: no client is
/// installed, or the pattern is refused. Waits for an installation or a fork that is under way.
///
/// ```
/// # use statsd_client::{CaptureBackend, Client, count};
/// # let (backend, captured) = CaptureBackend::new();
/// # let client = Client::builder().backend(backend).build()?;
/// assert!(!statsd_client::mute("cron.*"), "nobody is installed");
/// let flush_on_exit = statsd_client::install(client);
/// assert!(statsd_client::mute("cron.*"));
/// count!("cron.cleanup");
/// count!("users.new");
/// drop(flush_on_exit);
/// assert_eq!(captured.lines(), ["users.new:1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn mute(pattern: impl AsRef<str>) -> bool {
    with_installed(|client| client.mute(pattern)).unwrap_or(false)
}

/// Takes a pattern of [`mute`] back, at the installed client: see [`Client::unmute`]. `false`: no client is
/// installed, or it has no such pattern. Waits as [`mute`] does.
///
/// ```
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let client = Client::builder().backend(backend).build()?;
/// let flush_on_exit = statsd_client::install(client);
/// statsd_client::mute("cron.*");
/// statsd_client::increment("cron.cleanup");
/// assert!(statsd_client::unmute("cron.*"));
/// statsd_client::increment("cron.rotate");
/// drop(flush_on_exit);
/// assert_eq!(captured.lines(), ["cron.rotate:1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn unmute(pattern: impl AsRef<str>) -> bool {
    with_installed(|client| client.unmute(pattern)).unwrap_or(false)
}

/// The patterns of what is switched off at the installed client: see [`Client::muted`]; none where nobody is
/// installed. Allocates, and waits as [`mute`] does.
///
/// ```
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, _captured) = CaptureBackend::new();
/// # let client = Client::builder().backend(backend).build()?;
/// assert!(statsd_client::muted().is_empty());
/// let _flush_on_exit = statsd_client::install(client);
/// statsd_client::mute("cron.*");
/// assert_eq!(statsd_client::muted(), ["cron.*"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn muted() -> Vec<String> {
    with_installed(Client::muted).unwrap_or_default()
}

/// Asks the installed client something, whether or not calls find it; meanwhile nobody is installed.
fn with_installed<R>(ask: impl FnOnce(&Client) -> R) -> Option<R> {
    let installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
    installs.installed().as_ref().map(ask)
}
