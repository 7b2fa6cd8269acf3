//! What all handles are: a description, and what is known of the context once it was met.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::child::{Child, write_bare_name, write_name};
use crate::client::Client;
use crate::global::{self, Current};
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Call, Recorded, Target, record_key, record_known, record_made};
use crate::protocol::MetricType;

/// A name with tags and rate, for one client or for whichever is installed.
#[derive(Debug)]
pub(crate) struct Site {
    /// What the thread's words for this context are found by; 0: not known yet. The client says no word
    /// when it is not true any more: no block is within reach of it then.
    known: AtomicU64,
    name: Cow<'static, str>,
    fixed_tags: &'static [(&'static str, &'static str)],
    tags: Vec<(String, String)>,
    kind: MetricType,
    rate: Option<f64>,
    has_prefix: bool,
    aggregates: Option<bool>,
    client: Option<Client>,
}

impl Site {
    pub(crate) const fn new(
        kind: MetricType,
        name: &'static str,
        fixed_tags: &'static [(&'static str, &'static str)],
        rate: Option<f64>,
    ) -> Self {
        Self {
            known: AtomicU64::new(0),
            name: Cow::Borrowed(name),
            fixed_tags,
            tags: Vec::new(),
            kind,
            rate,
            has_prefix: true,
            aggregates: None,
            client: None,
        }
    }

    /// Leaves the client's prefix out.
    pub(crate) const fn without_prefix(mut self) -> Self {
        self.has_prefix = false;
        self
    }

    pub(crate) fn named(kind: MetricType, name: String) -> Self {
        Self { name: Cow::Owned(name), ..Self::new(kind, "", &[], None) }
    }

    pub(crate) fn tag(mut self, key: String, value: String) -> Self {
        self.tags.push((key, value));
        self.forget()
    }

    pub(crate) fn sample_rate(mut self, rate: f64) -> Self {
        // Not a number is no rate; the client's own holds.
        self.rate = Some(rate).filter(|rate| !rate.is_nan());
        self.forget()
    }

    pub(crate) fn aggregates(mut self, aggregates: bool) -> Self {
        self.aggregates = Some(aggregates);
        self.forget()
    }

    pub(crate) fn on(mut self, client: &Client) -> Self {
        self.client = Some(client.clone());
        self.forget()
    }

    /// What the thread's words for the context are found by.
    #[inline]
    pub(crate) fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed)
    }

    /// The same, still to be read.
    #[inline]
    pub(crate) fn words(&self) -> &AtomicU64 {
        &self.known
    }

    /// Whether a call would go anywhere.
    #[inline]
    pub(crate) fn is_live(&self) -> bool {
        global::is_anybody_there() || self.client.is_some()
    }

    /// Records a call whose words were not found in front.
    #[inline(never)]
    pub(crate) fn record(&self, recorded: Recorded<'_>) {
        if !recorded.is_stored_alone(self.known()) {
            self.record_long(recorded);
        }
    }

    #[inline(never)]
    fn record_long(&self, recorded: Recorded<'_>) {
        if recorded.is_muted(self.known()) {
            return;
        }
        match &self.client {
            Some(client) => self.record_for(client, client.child_parts().map(|c| &**c), recorded),
            None => global::with_current(|current| self.record_current(current, recorded)),
        }
    }

    /// Records a call for `target`, and remembers what it was told.
    pub(crate) fn record_for(
        &self,
        target: &impl Target,
        child: Option<&Child>,
        recorded: Recorded<'_>,
    ) {
        let call = self.call(child, recorded);
        if !record_known(target, self.known(), call)
            && let Some(known) = record_key(target, |key| self.write_key(key, child), call)
        {
            self.known.store(known, Ordering::Relaxed);
        }
    }

    /// Records a call for `target`, and remembers nothing.
    pub(crate) fn record_once(
        &self,
        target: &impl Target,
        child: Option<&Child>,
        recorded: Recorded<'_>,
    ) {
        let call = self.call(child, recorded);
        record_made(target, |key| self.write_key(key, child), call);
    }

    #[inline]
    fn record_current(&self, current: &Current, recorded: Recorded<'_>) {
        let child = current.child.as_deref();
        let call = self.call(child, recorded);
        if current.is_scoped() {
            // What it knows is the installed client's.
            self.record_once(current, child, recorded);
        } else if !record_known(current, self.known(), call)
            && let Some(known) = record_key(current, |key| self.write_key(key, child), call)
            && current.is_still_installed()
        {
            self.known.store(known, Ordering::Relaxed);
        }
    }

    #[inline]
    fn call<'a>(&self, child: Option<&Child>, recorded: Recorded<'a>) -> Call<'a> {
        Call {
            kind: self.kind,
            recorded,
            rate: self.rate.or_else(|| child.and_then(|child| child.rate)),
            aggregates: self.aggregates,
        }
    }

    fn write_key(&self, key: &mut KeyBuffer, child: Option<&Child>) -> Result<(), TooLong> {
        let overrides = |tag: &str| {
            let fixed = self.fixed_tags.iter().any(|(own, _)| *own == tag);
            fixed || self.tags.iter().any(|(own, _)| own == tag)
        };
        if self.has_prefix {
            write_name(key, child, &self.name, overrides)?;
        } else {
            write_bare_name(key, child, &self.name, overrides)?;
        }
        for (tag, value) in self.fixed_tags {
            key.tag(tag, value)?;
        }
        for (tag, value) in &self.tags {
            key.tag(tag, value)?;
        }
        Ok(())
    }

    fn forget(mut self) -> Self {
        *self.known.get_mut() = 0;
        self
    }
}
