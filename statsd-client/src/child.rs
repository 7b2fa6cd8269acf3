//! Child clients: a prefix, tags and a rate of their own over another client's thread and backend.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::client::Client;
use crate::metric::{KeyBuffer, TooLong};

/// What a child adds to the client it came from.
#[derive(Debug)]
pub(crate) struct Child {
    /// Unique in the process, never 0.
    pub(crate) id: u32,
    pub(crate) prefix: String,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) rate: Option<f64>,
}

impl Child {
    /// Bytes that its prefix takes of a name, with the dot.
    pub(crate) fn prefix_bytes(&self) -> usize {
        if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 }
    }
}

/// Builds a child client; made by [`Client::child`].
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().prefix("shop").dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let cart = client.child().prefix("cart").tag("region", "eu").build();
/// cart.increment("items");
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["shop.cart.items:1|c|#region:eu"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before `build`"]
pub struct ChildBuilder {
    client: Client,
    prefix: String,
    /// Tags of the clients above that are not overridden.
    inherited: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    rate: Option<f64>,
}

impl ChildBuilder {
    pub(crate) fn new(client: Client) -> Self {
        let (prefix, inherited, rate) = match client.child_parts() {
            Some(child) => (child.prefix.clone(), child.tags.clone(), child.rate),
            None => (String::new(), Vec::new(), None),
        };
        Self { client, prefix, inherited, tags: Vec::new(), rate }
    }

    /// Put before every name with a dot, behind the prefixes of the clients above.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let eu = client.child().prefix("cart").prefix("eu").build();
    /// eu.increment("items");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["cart.eu.items:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn prefix(mut self, prefix: impl AsRef<str>) -> Self {
        let prefix = prefix.as_ref().trim_matches('.');
        if !self.prefix.is_empty() && !prefix.is_empty() {
            self.prefix.push('.');
        }
        self.prefix.push_str(prefix);
        self
    }

    /// A tag of every metric, event and service check; it overrides one of the same key of the clients above.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().tag("region", "any").dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let eu = client.child().tag("region", "eu").build();
    /// eu.gauge("queue.depth", 17);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:17|g|#region:eu"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn tag(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        let key = key.into();
        self.inherited.retain(|(known, _)| *known != key);
        self.tags.push((key, value.to_string()));
        self
    }

    /// The share of calls that are sent, for those that name no rate of their own; otherwise as
    /// [`Builder::sample_rate`](crate::Builder::sample_rate).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let never = client.child().sample_rate(0.0).build();
    /// never.increment("items");
    /// client.increment("items");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["items:1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn sample_rate(mut self, rate: f64) -> Self {
        self.rate = Some(rate).filter(|rate| !rate.is_nan());
        self
    }

    /// The child. It shares the thread, the queue, the account and the backend of the client it came
    /// from, which lives as long as the child does. Allocates; opens nothing.
    pub fn build(self) -> Client {
        static NEXT_ID: AtomicU32 = AtomicU32::new(1);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let Self { client, prefix, inherited, tags, rate } = self;
        let tags = [inherited, tags].concat();
        client.with_child(Arc::new(Child { id, prefix, tags, rate }))
    }
}

/// Writes a name with what a child adds before it and to its tags, but for those that the call overrides.
pub(crate) fn write_name(
    key: &mut KeyBuffer,
    child: Option<&Child>,
    name: impl std::fmt::Display,
    overrides: impl Fn(&str) -> bool,
) -> Result<(), TooLong> {
    let Some(child) = child else { return key.name(name) };
    key.name_in(&child.prefix, name)?;
    write_tags(key, child, overrides)
}

/// As [`write_name`], without a prefix, the client's own included.
pub(crate) fn write_bare_name(
    key: &mut KeyBuffer,
    child: Option<&Child>,
    name: impl std::fmt::Display,
    overrides: impl Fn(&str) -> bool,
) -> Result<(), TooLong> {
    key.name(name)?;
    key.without_prefix();
    child.map_or(Ok(()), |child| write_tags(key, child, overrides))
}

fn write_tags(
    key: &mut KeyBuffer,
    child: &Child,
    overrides: impl Fn(&str) -> bool,
) -> Result<(), TooLong> {
    let mut tags = child.tags.iter().filter(|(tag, _)| !overrides(tag));
    tags.try_for_each(|(tag, value)| key.tag(tag, value))
}
