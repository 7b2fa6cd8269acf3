//! Whom statics, attributes and free functions speak to: the client that was installed, or on a thread
//! or in a task that is in a scope, the scope's.

mod calls;
mod fork;
mod listening;
mod scoped_future;
mod switch;

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::child::{Child, write_name};
use crate::client::{Client, name_space};
use crate::pipeline::{Call, InScope, Recorded, Shared, Target, find, is_watched, record_texts};
use crate::protocol::MetricType;
use crate::rendered::Addressee;

use scoped_future::ScopedFuture;

pub use calls::{
    count, count_at, decrement, distribution, event, gauge, gauge_at, gauge_delta, histogram,
    increment, measure, meter, service_check, set, timing,
};
pub use fork::around_fork;
pub(crate) use listening::Listening;
use switch::Installs;
pub use switch::{is_enabled, mute, muted, set_enabled, unmute};

/// The installed client's number, and its child's, a half each; 0 for none.
static INSTALLED: AtomicU64 = AtomicU64::new(0);

/// Scopes that any thread is in.
static SCOPES: AtomicUsize = AtomicUsize::new(0);

/// Installed clients, scopes and captures: where this is 0, a call is a load and a branch.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// The installed client itself; looked at once a thread and client. Held for the exchange of a pointer,
/// so who finds it held waits: a call must not be lost because another client is installed.
static CLIENT: RwLock<Option<Client>> = RwLock::new(None);

/// Held while one client takes the place of another.
static INSTALLS: Mutex<Installs> = Mutex::new(Installs::none());

thread_local! {
    /// The clients of the scopes that this thread is in; the last one holds.
    static SCOPED: RefCell<Vec<Current>> = const { RefCell::new(Vec::new()) };
}

/// How often a call looks for its client: each time another one was installed meanwhile.
const CLIENT_TRIES: usize = 64;

/// How long a guard waits for what was recorded to leave.
const FLUSH_ON_EXIT_TIMEOUT: Duration = Duration::from_secs(1);

/// Makes `client` the one that statics, attributes, call macros and free functions use: a clone of it, and
/// the guard holds another. A client that was installed before is let go; where that was its last clone, it
/// sends what it has left, which blocks for a second at the most. Statics look their names up again.
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
        let mut installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
        installs.count += 1;
        (installs.put(Some(client.clone())), installs.count)
    };
    // Its last clone may wait for its thread; not under the lock.
    drop(replaced);
    FlushGuard { client, install }
}

/// Made by [`install`]. When it is dropped it sends what was recorded, by all threads, waiting a second at
/// the most, and uninstalls its client, unless another was installed meanwhile. The client ends with its last
/// clone; calls that come later are no-ops.
#[derive(Debug)]
#[must_use = "dropping the guard flushes and ends the client: keep it until the end of `main`"]
pub struct FlushGuard {
    client: Client,
    install: u64,
}

impl Drop for FlushGuard {
    fn drop(&mut self) {
        self.client.flush(FLUSH_ON_EXIT_TIMEOUT);
        let mut installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
        if installs.count == self.install {
            // The guard holds a clone, so this one does not end the client under the lock.
            drop(installs.put(None));
        }
    }
}

/// Says who is installed now; answers who was. Statics remember what they were told by that one; it
/// begins another generation, so that none of it is valid any more.
fn replace(client: Option<Client>) -> Option<Client> {
    let is_any = client.is_some();
    let replaced = {
        let mut installed = CLIENT.write().unwrap_or_else(PoisonError::into_inner);
        INSTALLED.store(client.as_ref().map_or(0, number), Ordering::SeqCst);
        std::mem::replace(&mut *installed, client)
    };
    match (is_any, replaced.is_some()) {
        (true, false) => drop(LISTENERS.fetch_add(1, Ordering::SeqCst)),
        (false, true) => drop(LISTENERS.fetch_sub(1, Ordering::SeqCst)),
        _ => {}
    }
    fence(Ordering::SeqCst);
    replaced.inspect(Client::begin_generation)
}

/// A client's number and its child's, a half each.
pub(crate) fn number(client: &Client) -> u64 {
    u64::from(client.id()) << 32 | u64::from(client.child_parts().map_or(0, |child| child.id))
}

impl Client {
    /// Runs `work` with this client in the place of the installed one: for the statics, attributes,
    /// call macros and free functions that this thread calls meanwhile. Scopes may be nested. Calls take a
    /// longer way as long as one lasts: those of free functions on every thread, the others on this one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use statsd_client::{CaptureBackend, Client};
    ///
    /// let (backend, captured) = CaptureBackend::new();
    /// let client = Client::builder().backend(backend)
    /// #   .flush_interval(Duration::from_secs(3600))
    ///     .build()?;
    /// client.scope(|| statsd_client::increment("jobs"));
    /// statsd_client::increment("jobs"); // nobody is installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["jobs:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _scope = Scope::enter(self);
        work()
    }

    /// The future `task` with this client in the place of the installed one, whenever and wherever it
    /// is polled or dropped. What it spawns is not part of it. Allocates once, for the task.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// # fn block_on<F: Future>(task: F) -> F::Output {
    /// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     let mut task = std::pin::pin!(task);
    /// #     loop {
    /// #         if let std::task::Poll::Ready(output) = task.as_mut().poll(&mut context) { return output; }
    /// #     }
    /// # }
    /// block_on(client.scope_future(async { statsd_client::increment("jobs") }));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["jobs:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn scope_future<F: Future>(&self, task: F) -> impl Future<Output = F::Output> {
        ScopedFuture::new(self.clone(), task)
    }
}

/// A scope that this thread is in, until it is dropped.
#[derive(Debug)]
struct Scope {
    _in_scope: InScope,
    /// Not to be sent to another thread.
    _here: std::marker::PhantomData<*const ()>,
}

impl Scope {
    fn enter(client: &Client) -> Self {
        let scoped = Current {
            id: client.id(),
            child: client.child_parts().cloned(),
            shared: client.shared(),
            is_late: Cell::new(false),
        };
        // A thread that is ending has nowhere to keep it, and calls of its own no longer count.
        let _kept = SCOPED.try_with(|scopes| scopes.borrow_mut().push(scoped));
        SCOPES.fetch_add(1, Ordering::Relaxed);
        LISTENERS.fetch_add(1, Ordering::Relaxed);
        Self { _in_scope: InScope::enter(), _here: std::marker::PhantomData }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let _kept = SCOPED.try_with(|scopes| drop(scopes.borrow_mut().pop()));
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
        SCOPES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whom a call without a client of its own is for.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    id: u32,
    pub(crate) child: Option<Arc<Child>>,
    /// `None`: the installed client's, to be asked for where it is needed. Never the client itself: its
    /// last clone waits when it is dropped.
    shared: Option<Arc<Shared>>,
    /// A call was not recorded, because another client was installed meanwhile.
    is_late: Cell<bool>,
}

impl Current {
    /// Whom a call would be for that a capture sees; of the number 0 where nobody is installed. All of it at
    /// once, so that no call comes too late for it.
    fn watched() -> Self {
        let installed = CLIENT.read().unwrap_or_else(PoisonError::into_inner);
        let client = installed.as_ref();
        Self {
            id: client.map_or(0, Client::id),
            child: client.and_then(Client::child_parts).cloned(),
            shared: client.and_then(Client::shared),
            is_late: Cell::new(false),
        }
    }

    /// Whether it is a scope's.
    pub(crate) fn is_scoped(&self) -> bool {
        self.shared.is_some()
    }

    /// Whether it is still the one that calls are for: a static may remember what it said.
    pub(crate) fn is_still_installed(&self) -> bool {
        fence(Ordering::SeqCst);
        !self.is_scoped() && self.number() == INSTALLED.load(Ordering::SeqCst)
    }

    fn number(&self) -> u64 {
        u64::from(self.id) << 32 | u64::from(self.child.as_ref().map_or(0, |child| child.id))
    }
}

impl Target for Current {
    fn id(&self) -> u32 {
        self.id
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        let shared = self.shared.clone();
        let shared = shared.or_else(|| look_up(self.number(), Client::shared).flatten());
        // Remembered, because it may be installed again before the call is refused.
        // Nobody, whom a capture stands in for, is no client that was replaced.
        self.is_late.set(self.is_late.get() || shared.is_none() && self.id != 0);
        shared
    }

    fn child_prefix_bytes(&self) -> usize {
        self.child.as_ref().map_or(0, |child| child.prefix_bytes())
    }

    fn refuse(&self) {
        if !self.is_late.get()
            && let Some(shared) = self.shared()
        {
            shared.threads.refuse(1);
        }
    }
}

/// Whether a call would go anywhere.
#[inline]
pub(crate) fn is_anybody_there() -> bool {
    LISTENERS.load(Ordering::Relaxed) != 0
}

/// The installed client's number and its child's, where no thread is in a scope.
#[inline]
pub(crate) fn installed() -> Option<(u32, u32)> {
    if SCOPES.load(Ordering::Relaxed) != 0 {
        return None;
    }
    halves(INSTALLED.load(Ordering::Relaxed))
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn halves(number: u64) -> Option<(u32, u32)> {
    let id = (number >> 32) as u32;
    (id != 0).then_some((id, number as u32))
}

/// The number of the client in whose scope this thread is.
pub(crate) fn scope() -> Option<u64> {
    if SCOPES.load(Ordering::Relaxed) == 0 {
        return None;
    }
    SCOPED.try_with(|scopes| scopes.try_borrow().ok()?.last().map(Current::number)).ok()?
}

/// Makes a call for whoever it is for, and makes it again where another client was installed before it
/// was recorded.
#[inline]
pub(crate) fn with_current(mut record: impl FnMut(&Current)) {
    for _ in 0..CLIENT_TRIES {
        let Some(current) = current() else { return };
        record(&current);
        if !current.is_late.get() {
            return;
        }
    }
}

/// Whom this thread's calls are for.
fn current() -> Option<Current> {
    if SCOPES.load(Ordering::Relaxed) != 0 {
        let scoped = SCOPED.try_with(|scopes| scopes.try_borrow().ok()?.last().cloned());
        if let Ok(Some(scoped)) = scoped {
            return Some(scoped);
        }
    }
    if is_watched() {
        return Some(Current::watched());
    }
    (0..CLIENT_TRIES).find_map(|_| installed_now())?
}

/// Whom calls outside of every scope are for; `None`: another client was installed at this moment.
#[expect(clippy::option_option, reason = "nobody is an answer, too")]
fn installed_now() -> Option<Option<Current>> {
    let number = INSTALLED.load(Ordering::Relaxed);
    let Some((id, child)) = halves(number) else { return Some(None) };
    let child = if child == 0 { None } else { look_up(number, |c| c.child_parts().cloned())? };
    Some(Some(Current { id, child, shared: None, is_late: Cell::new(false) }))
}

/// Asks the client of this number something; `None`: it is not installed any more.
fn look_up<R>(of: u64, ask: impl FnOnce(&Client) -> R) -> Option<R> {
    let installed = CLIENT.read().unwrap_or_else(PoisonError::into_inner);
    installed.as_ref().filter(|client| number(client) == of).map(ask)
}

fn addressed(record: impl Fn(&Addressee<'_, Current>)) {
    if !is_anybody_there() {
        return;
    }
    with_current(|target| {
        let shared = target.shared();
        if shared.is_some() || target.id == 0 {
            let child = target.child.as_deref();
            record(&Addressee { target, shared: shared.as_deref(), child });
        } else {
            target.refuse();
        }
    });
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
fn record(kind: MetricType, name: &str, recorded: Recorded<'_>) {
    if !is_anybody_there() {
        return;
    }
    let known =
        installed().and_then(|(id, child)| find(id, name_space(kind, child), &[name.as_bytes()]));
    let is_stored = match known {
        Some(known) => {
            recorded.is_stored(known) || recorded.is_stored_alone(known) || recorded.is_muted(known)
        }
        None => false,
    };
    if !is_stored {
        record_long(kind, name, recorded);
    }
}

#[inline(never)]
fn record_long(kind: MetricType, name: &str, recorded: Recorded<'_>) {
    with_current(|current| {
        let child = current.child.as_deref();
        let call = Call { rate: child.and_then(|child| child.rate), ..Call::plain(kind, recorded) };
        let space = name_space(kind, child.map_or(0, |child| child.id));
        record_texts(current, space, &[name.as_bytes()], call, |key| {
            write_name(key, child, name, |_| false)
        });
    });
}
