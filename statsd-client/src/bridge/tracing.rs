//! The layer of `tracing` that sends how long spans took.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::kept::Kept;
use crate::client::Client;
use crate::handle::Distribution;

/// Bytes of a field's value as a tag: what Datadog keeps of a whole tag.
const VALUE_MAX_BYTES: usize = 200;

/// A layer of [`tracing_subscriber`] that sends how long spans took (feature `tracing`): each as one value
/// of a distribution, in milliseconds, named like the span.
///
/// A span's time runs from where it is first entered to where it closes, when the last handle to it is
/// dropped. Of an `async` block that is the time it took, waiting included. A span that is never entered
/// or that another layer's filter turns off is not sent.
///
/// Only the spans named by [`SpanTimes::span`] are timed; the others cost a look at their name. A timed one
/// allocates where it begins, and looks up its name and tags once where it closes.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, SpanTimes};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let times = SpanTimes::new(client.child().prefix("spans").build()).span("checkout").field("region");
///
/// tracing::subscriber::with_default(tracing_subscriber::registry().with(times), || {
///     tracing::info_span!("checkout", region = "eu", user = 81).in_scope(|| "paid");
///     tracing::info_span!("render").in_scope(|| "not asked for");
/// });
/// client.flush(Duration::from_secs(1));
/// let lines = captured.lines();
/// assert_eq!(lines.len(), 1);
/// assert!(lines[0].starts_with("spans.checkout:"));
/// assert!(lines[0].ends_with("|d|#region:eu"));
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct SpanTimes {
    client: Client,
    names: HashSet<String>,
    times_all: bool,
    fields: Vec<String>,
    distributions: Kept<Tagged, Distribution>,
    hasher: RandomState,
    values_cut: AtomicU64,
    /// Unique in the process: a subscriber may have several such layers.
    layer: u64,
}

/// A span's name, and its values of the fields that are asked for, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Tagged {
    name: &'static str,
    values: Values,
}

/// `None`: the span has no such field, or no value of it.
type Values = Vec<Option<String>>;

impl SpanTimes {
    /// A layer that sends to `client`, and times nothing yet. A [child](Client::child) gives all spans a
    /// prefix, tags or a sample rate of their own.
    pub fn new(client: Client) -> Self {
        static NEXT_LAYER: AtomicU64 = AtomicU64::new(0);
        Self {
            client,
            names: HashSet::new(),
            times_all: false,
            fields: Vec::new(),
            distributions: Kept::new(),
            hasher: RandomState::new(),
            values_cut: AtomicU64::new(0),
            layer: NEXT_LAYER.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Times the spans of a name; may be said several times.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// use statsd_client::SpanTimes;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// let times = SpanTimes::new(client.clone()).span("render");
    /// tracing::subscriber::with_default(tracing_subscriber::registry().with(times), || {
    ///     tracing::info_span!("render").in_scope(|| "done");
    /// });
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("render:") && lines[0].ends_with("|d"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn span(mut self, name: impl Into<String>) -> Self {
        self.names.insert(name.into());
        self
    }

    /// Times every span. Names count as any other context of the client: those beyond
    /// [`Builder::max_contexts`](crate::Builder::max_contexts) stand in its overflow series.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect, SpanTimes};
    /// # use tracing_subscriber::layer::SubscriberExt;
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let subscriber = tracing_subscriber::registry().with(SpanTimes::new(client.clone()).all_spans());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info_span!("render").in_scope(|| "done");
    /// });
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("render:") && lines[0].ends_with("|d"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn all_spans(self) -> Self {
        Self { times_all: true, ..self }
    }

    /// Adds a span's field as a tag, where the span has one; it may be recorded late. At most 200 bytes of
    /// a value are kept. Choose fields of few values: each combination is a context.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// use statsd_client::SpanTimes;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// let times = SpanTimes::new(client.clone()).span("checkout").field("items");
    /// tracing::subscriber::with_default(tracing_subscriber::registry().with(times), || {
    ///     tracing::info_span!("checkout", items = 3, user = 81).in_scope(|| "paid");
    /// });
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("checkout:") && lines[0].ends_with("|d|#items:3"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.fields.push(name.into());
        self
    }

    /// How many values were over 200 bytes. Of a layer that is in use,
    /// [`Dispatch::downcast_ref`](tracing::Dispatch::downcast_ref) knows where it is.
    pub fn values_cut(&self) -> u64 {
        self.values_cut.load(Ordering::Relaxed)
    }

    /// How often name and tags were resolved anew because there was no room to keep them: beyond 16,384
    /// combinations, or where 8 share a hash. Such a span is sent all the same.
    pub fn handles_refused(&self) -> u64 {
        self.distributions.refused()
    }

    fn is_timed(&self, name: &str) -> bool {
        self.times_all || self.names.contains(name)
    }

    /// What a span says of the fields that are asked for.
    fn values(&self, record: impl FnOnce(&mut dyn Visit)) -> Values {
        let mut read =
            Reader { fields: &self.fields, values: vec![None; self.fields.len()], cut: 0 };
        record(&mut read);
        if read.cut > 0 {
            self.values_cut.fetch_add(read.cut, Ordering::Relaxed);
        }
        read.values
    }

    fn distribution(&self, tagged: &Tagged) -> Distribution {
        let tags = self.fields.iter().zip(&tagged.values);
        let tags = tags.filter_map(|(field, value)| value.as_ref().map(|value| (field, value)));
        let named = Distribution::named(tagged.name);
        tags.fold(named, |it, (field, value)| it.tag(field, value)).on(&self.client)
    }

    /// Works on what is kept with a span, where it is timed.
    fn with_timing<S, R>(
        &self,
        id: &Id,
        context: &Context<'_, S>,
        work: impl FnOnce(&mut Timing) -> R,
    ) -> Option<R>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let span = context.span(id).filter(|span| self.is_timed(span.name()))?;
        let mut extensions = span.extensions_mut();
        let timings = &mut extensions.get_mut::<Timings>()?.0;
        timings.iter_mut().find(|timing| timing.layer == self.layer).map(work)
    }

    fn send(&self, tagged: &Tagged, elapsed: Duration) {
        let hash = self.hasher.hash_one(tagged);
        let make = || self.distribution(tagged);
        match self.distributions.get_or_make(hash, tagged, make) {
            Some(distribution) => distribution.record(elapsed),
            None => make().record(elapsed),
        }
    }
}

/// What is kept with a span, for each layer that times it.
struct Timings(Vec<Timing>);

struct Timing {
    layer: u64,
    tagged: Tagged,
    entered: Option<Instant>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SpanTimes {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let name = attributes.metadata().name();
        if !self.is_timed(name) {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let values = self.values(|read| attributes.record(read));
        let timing = Timing { layer: self.layer, tagged: Tagged { name, values }, entered: None };
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<Timings>() {
            Some(timings) => timings.0.push(timing),
            None => extensions.insert(Timings(vec![timing])),
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let is_timed = context.span(id).is_some_and(|span| self.is_timed(span.name()));
        if self.fields.is_empty() || !is_timed {
            return;
        }
        // Before the span is locked: what a value displays is the application's code.
        let values = self.values(|read| record.record(read));
        self.with_timing(id, &context, |timing| {
            let known = timing.tagged.values.iter_mut().zip(values);
            known.filter(|(_, new)| new.is_some()).for_each(|(known, new)| *known = new);
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.with_timing(id, &context, |timing| {
            timing.entered.get_or_insert_with(Instant::now);
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let ended = self.with_timing(&id, &context, |timing| {
            let name = timing.tagged.name;
            let values = std::mem::take(&mut timing.tagged.values);
            (timing.entered.take(), Tagged { name, values })
        });
        if let Some((Some(entered), tagged)) = ended {
            self.send(&tagged, entered.elapsed());
        }
    }
}

/// Keeps the values of the fields that are asked for.
struct Reader<'a> {
    fields: &'a [String],
    values: Values,
    /// Values that were too long.
    cut: u64,
}

impl Reader<'_> {
    fn keep(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let at = self.fields.iter().position(|asked| asked == field.name());
        if let Some(kept) = at.and_then(|at| self.values.get_mut(at)) {
            let mut text = Bounded { text: String::new(), is_cut: false };
            // Takes whatever it is given; an error would be the value's own, which then ends there.
            let _written = text.write_fmt(value);
            self.cut += u64::from(text.is_cut);
            *kept = Some(text.text);
        }
    }
}

impl Visit for Reader<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, format_args!("{value:?}"));
    }
}

/// Text that ends at the last character within [`VALUE_MAX_BYTES`].
struct Bounded {
    text: String,
    is_cut: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_cut {
            return Ok(());
        }
        let room = VALUE_MAX_BYTES - self.text.len();
        let fits = text.len().min(room);
        let end = (0..=fits).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        self.text.push_str(&text[..end]);
        self.is_cut = end < text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
