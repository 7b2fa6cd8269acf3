//! The client: how one comes to be and to its end. What it is told is in `calls.rs`.

mod calls;
mod mutes;

use std::sync::Arc;
use std::time::Duration;

use crate::backend::Captured;
use crate::builder::Builder;
use crate::child::{Child, ChildBuilder, write_name};
use crate::env::EnvironmentReport;
use crate::error::Error;
use crate::pipeline::{Call, Pipeline, Recorded, Shared, Target, find, record_texts};
use crate::protocol::MetricType;
use crate::rendered::Addressee;
use crate::telemetry::{Leftover, Stats};

/// A StatsD client. Cloning it copies a pointer; dropping the last clone sends what is left, waiting
/// a second at the most.
///
/// Calls return nothing and cost next to nothing: no lock, no system call, no allocation once a name
/// was seen. What could not be sent is counted in [`Client::stats`]. A thread knows 32,768 names and
/// combinations of tag values, and begins anew over that; [handles](crate::Counter) need none of it.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().prefix("shop").backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.increment("users.new");
/// client.count("bytes.sent", 512);
/// client.gauge("queue.depth", 17);
/// client.timing("render", Duration::from_micros(12_500));
/// client.set("visitors", "user-81");
///
/// assert!(client.flush(Duration::from_secs(1)));
/// let mut lines = captured.lines();
/// lines.sort();
/// assert_eq!(lines, [
///     "shop.bytes.sent:512|c",
///     "shop.queue.depth:17|g",
///     "shop.render:12.5|ms",
///     "shop.users.new:1|c",
///     "shop.visitors:user-81|s",
/// ]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    pipeline: Arc<Pipeline>,
    /// What it was made of, for those who ask.
    making: Arc<Making>,
    child: Option<Arc<Child>>,
}

/// How a client came to be.
#[derive(Debug)]
struct Making {
    captured: Option<Captured>,
    environment: EnvironmentReport,
}

impl Client {
    /// Starts building a client. Nothing is opened before [`Builder::build`].
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A client as the environment says: `STATSD_*` first, then `DD_*`; see
    /// [`Builder::from_env`] for the variables.
    ///
    /// ```no_run
    /// # use statsd_client::{Client, install};
    /// // STATSD_ADDR=127.0.0.1:8125 STATSD_PREFIX=shop
    /// let _flush_on_exit = install(Client::from_env()?);
    /// statsd_client::increment("users.new"); // shop.users.new:1|c
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// A variable does not say what it should (the error names it), or the client cannot be built.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().from_env()?.build()
    }

    /// Starts building a client with a prefix, tags or a rate of its own that shares everything else
    /// with this one: see [`ChildBuilder`].
    pub fn child(&self) -> ChildBuilder {
        ChildBuilder::new(self.clone())
    }

    pub(crate) fn new(
        pipeline: Pipeline,
        captured: Option<Captured>,
        environment: EnvironmentReport,
    ) -> Self {
        let making = Arc::new(Making { captured, environment });
        Self { pipeline: Arc::new(pipeline), making, child: None }
    }

    /// What it has sent, where it captures instead of sending: with [`Output::Capture`](crate::Output),
    /// as in `STATSD_ENV=test`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{Client, Output};
    /// let client = Client::builder().output(Output::Capture).build()?;
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(client.captured().map(|sent| sent.lines()), Some(vec!["users.new:1|c".to_owned()]));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn captured(&self) -> Option<&Captured> {
        self.making.captured.as_ref()
    }

    /// The environment variables that it was built from.
    pub fn environment(&self) -> &EnvironmentReport {
        &self.making.environment
    }

    /// Sends everything recorded so far, by all threads. `true`: the backend took all of it within
    /// `timeout`. A backend that is not ready is asked every 10 ms meanwhile. Blocks; meant for the end of a
    /// program, a job or a test. From within [`Backend::send`](crate::Backend::send) it is `false` at once.
    /// At most 1,024 requests wait at a time; further ones are `false`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// assert!(client.flush(Duration::from_secs(1)));
    /// assert_eq!(captured.lines(), ["users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn flush(&self, timeout: Duration) -> bool {
        self.pipeline.flush(timeout)
    }

    /// Sends everything recorded so far, ends the client's thread, and says what was left. Blocks up
    /// to `timeout`. Calls after it are dropped as `no_thread`, which is counted; a second shutdown finds
    /// nothing to do. Clones and [children](Self::child) are of the same client, and end with it. A backend
    /// that is still busy when the time is up has 100 ms more to return.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// assert!(client.shutdown(Duration::from_secs(1)).is_nothing());
    /// assert_eq!(captured.lines(), ["users.new:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn shutdown(&self, timeout: Duration) -> Leftover {
        self.pipeline.shutdown(timeout)
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// The account of all calls so far. Takes a lock that no call waits for.
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }

    /// The client's number, which its children share. Unique in the process.
    pub(crate) fn number(&self) -> u32 {
        self.pipeline.shared().id
    }

    pub(crate) fn with_child(self, child: Arc<Child>) -> Self {
        Self { child: Some(child), ..self }
    }

    pub(crate) fn child_parts(&self) -> Option<&Arc<Child>> {
        self.child.as_ref()
    }

    /// Makes every handle ask again whom it speaks to.
    pub(crate) fn begin_generation(&self) {
        self.pipeline.begin_generation();
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    fn record(&self, kind: MetricType, name: &str, recorded: Recorded<'_>) {
        let space = name_space(kind, self.child.as_ref().map_or(0, |child| child.id));
        let known = find(self.id(), space, &[name.as_bytes()]);
        let is_stored = match known {
            Some(known) => {
                recorded.is_stored(known)
                    || recorded.is_stored_alone(known)
                    || recorded.is_muted(known)
            }
            None => false,
        };
        if !is_stored {
            self.record_long(kind, name, recorded);
        }
    }

    #[inline(never)]
    fn record_long(&self, kind: MetricType, name: &str, recorded: Recorded<'_>) {
        let child = self.child.as_deref();
        let call = Call { rate: child.and_then(|child| child.rate), ..Call::plain(kind, recorded) };
        let space = name_space(kind, child.map_or(0, |child| child.id));
        let _known = record_texts(self, space, &[name.as_bytes()], call, |key| {
            write_name(key, child, name, |_| false)
        });
    }

    fn addressee(&self) -> Addressee<'_, Self> {
        let shared = Some(&**self.pipeline.shared());
        Addressee { target: self, shared, child: self.child.as_deref() }
    }
}

impl Target for Client {
    fn id(&self) -> u32 {
        self.number()
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        Some(self.pipeline.shared().clone())
    }

    fn child_prefix_bytes(&self) -> usize {
        self.child.as_ref().map_or(0, |child| child.prefix_bytes())
    }
}

/// The space of a client's names among what a thread knows by texts.
pub(crate) fn name_space(kind: MetricType, child: u32) -> u64 {
    1 << 63 | u64::from(child) << 8 | kind as u64
}
