//! Whom statics, attributes and free functions speak to: the client that was installed, or on a thread
//! or in a task that is in a scope, the scope's.

mod calls;
mod scoped_future;

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::child::{Child, write_name};
use crate::client::{Client, name_space};
use crate::pipeline::{self, Call, InScope, Recorded, Shared, Target, find, record_texts};
use crate::protocol::MetricType;
use crate::rendered::Addressee;

use scoped_future::ScopedFuture;

pub use calls::{
    count, count_at, decrement, distribution, event, gauge, gauge_at, gauge_delta, histogram,
    increment, measure, meter, service_check, set, timing,
};

/// The installed client's number, and its child's, a half each; 0 for none.
static INSTALLED: AtomicU64 = AtomicU64::new(0);

/// Scopes that any thread is in.
static SCOPES: AtomicUsize = AtomicUsize::new(0);

/// Installed clients and scopes: where this is 0, a call is a load and a branch.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);

/// The installed client itself; looked at once a thread and client. Held for the exchange of a pointer,
/// so who finds it held waits: a call must not be lost because another client is installed.
static CLIENT: RwLock<Option<Client>> = RwLock::new(None);

/// How often a client was installed: a guard ends its own installation and no later one. Held while one
/// takes the place of another.
static INSTALLS: Mutex<u64> = Mutex::new(0);

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
        *installs += 1;
        (replace(Some(client.clone())), *installs)
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
        let installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
        if *installs == self.install {
            // The guard holds a clone, so this one does not end the client under the lock.
            drop(replace(None));
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

/// Runs `fork`, which calls `fork(2)`, so that `clients` go on in parent and child: what was recorded
/// before it is sent by the parent, and once; what the child records, by the child. Connections to
/// streams are opened anew.
///
/// A child that was forked without it never blocks or panics here, but sends nothing. Waits until each
/// client's thread has sent the packets that it is at.
///
/// ```
/// # fn fork() -> u32 { 0 }
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let hour = Duration::from_secs(3600);
/// # let client = Client::builder().backend(backend).flush_interval(hour).build()?;
/// client.increment("jobs");
/// let _pid = statsd_client::around_fork(&[&client], || fork());
/// client.increment("jobs"); // in each of the two processes
/// # client.flush(Duration::from_secs(1));
/// # assert_eq!(captured.lines(), ["jobs:2|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn around_fork<R>(clients: &[&Client], fork: impl FnOnce() -> R) -> R {
    let mut pipelines: Vec<_> = clients.iter().map(|client| client.pipeline()).collect();
    pipelines.sort_unstable_by_key(|pipeline| pipeline.shared().id);
    pipelines.dedup_by_key(|pipeline| pipeline.shared().id);
    pipeline::around_fork(&pipelines, || {
        let _nobody_installs = INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
        let _nobody_looks = CLIENT.write().unwrap_or_else(PoisonError::into_inner);
        fork()
    })
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
        self.shared.clone().or_else(|| look_up(self.number(), Client::shared).flatten())
    }

    fn refuse(&self) {
        match self.shared() {
            Some(shared) => shared.threads.refuse(1),
            None => self.is_late.set(true),
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
pub(crate) fn current() -> Option<Current> {
    if SCOPES.load(Ordering::Relaxed) != 0 {
        let scoped = SCOPED.try_with(|scopes| scopes.try_borrow().ok()?.last().cloned());
        if let Ok(Some(scoped)) = scoped {
            return Some(scoped);
        }
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
    with_current(|target| match target.shared() {
        Some(shared) => {
            record(&Addressee { target, shared: &shared, child: target.child.as_deref() });
        }
        None => target.refuse(),
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
        Some(known) => recorded.is_stored(known) || recorded.is_stored_alone(known),
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
