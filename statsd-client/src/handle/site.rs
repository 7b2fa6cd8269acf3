//! What all handles are: a description, and the context's number once it is known.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::client::Client;
use crate::global;
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Event, Shared, Who, with_recorder};

/// A name with tags and rate, for one client or for whichever is installed.
#[derive(Debug)]
pub(crate) struct Site {
    name: Cow<'static, str>,
    fixed_tags: &'static [(&'static str, &'static str)],
    tags: Vec<(String, String)>,
    rate: Option<f64>,
    client: Option<Client>,
    /// Client number and context number, a half each; 0: not known yet.
    known: AtomicU64,
}

impl Site {
    pub(crate) const fn new(
        name: &'static str,
        fixed_tags: &'static [(&'static str, &'static str)],
        rate: Option<f64>,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            fixed_tags,
            tags: Vec::new(),
            rate,
            client: None,
            known: AtomicU64::new(0),
        }
    }

    pub(crate) fn named(name: String) -> Self {
        Self { name: Cow::Owned(name), ..Self::new("", &[], None) }
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

    pub(crate) fn on(mut self, client: &Client) -> Self {
        self.client = Some(client.clone());
        self.forget()
    }

    /// Whether a call would go anywhere.
    pub(crate) fn is_live(&self) -> bool {
        self.client.is_some() || global::installed_id() != 0
    }

    /// Records a call.
    #[inline]
    pub(crate) fn record(&self, event: Event) {
        let id = match &self.client {
            Some(client) => client.id(),
            None => global::installed_id(),
        };
        if id != 0 {
            self.record_live(id, event);
        }
    }

    /// Apart, so that without a client a call is a load and a branch, with no frame of its own.
    fn record_live(&self, id: u32, event: Event) {
        let known = self.known.load(Ordering::Relaxed);
        if known >> 32 == u64::from(id) {
            #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
            let context = known as u32;
            with_recorder(
                id,
                || self.shared(),
                |recorder| {
                    recorder.record(Who::Context(context), self.rate, event);
                },
            );
        } else {
            self.record_first(id, event);
        }
    }

    /// The first call for a client: looks the context up, or registers it.
    #[cold]
    fn record_first(&self, id: u32, event: Event) {
        let mut key = KeyBuffer::default();
        let written = self.write_key(&mut key);
        with_recorder(
            id,
            || self.shared(),
            |recorder| match written {
                Ok(()) => {
                    if let Some(context) = recorder.record_key(&mut key, self.rate, event) {
                        let known = u64::from(id) << 32 | u64::from(context);
                        self.known.store(known, Ordering::Relaxed);
                    }
                }
                Err(TooLong) => recorder.drop_bad_name(),
            },
        );
    }

    fn write_key(&self, key: &mut KeyBuffer) -> Result<(), TooLong> {
        key.name_str(&self.name)?;
        for (tag, value) in self.fixed_tags {
            key.tag(tag, value)?;
        }
        for (tag, value) in &self.tags {
            key.tag(tag, value)?;
        }
        Ok(())
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        match &self.client {
            Some(client) => Some(client.shared()),
            None => global::installed_shared(),
        }
    }

    fn forget(mut self) -> Self {
        *self.known.get_mut() = 0;
        self
    }
}
