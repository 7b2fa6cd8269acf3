//! What events and service checks have in common: some of their fields, and a line that is shortened
//! in its prose.

use crate::protocol::{Cardinality, Dialect, Legal};

/// Bytes of an event or a service check. Datadog's agent reads no larger datagram by default.
pub(super) const EVENT_MAX_BYTES: usize = 8 * 1024;

/// What a client adds to every event and service check.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Defaults<'a> {
    /// Put before the names of service checks.
    pub(crate) prefix: &'a str,
    /// Tags that come first and are overridden by key.
    pub(crate) tags: &'a [(String, String)],
    /// Origin fields as they stand in a line: `|c:3f2a|e:pod|card:low`.
    pub(crate) origin: &'a str,
}

/// Why an event or a service check is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventError {
    /// An event without a title, a service check without a name.
    Unnamed,
    /// Over the limit, even with its text left out.
    TooLong,
}

/// What is sent as a line of its own.
pub(crate) trait Rendered {
    /// What it is called: a title, a name.
    fn name(&self) -> &str;

    /// Its own tags.
    fn tags(&self) -> &[(String, String)];

    /// Appends the line, without a newline and no longer than `max_bytes`. Answers whether anything had
    /// to be rewritten or shortened; `out` is untouched where it fails.
    fn render(
        &self,
        defaults: &Defaults<'_>,
        max_bytes: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool, EventError>;
}

/// The fields that events and service checks share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    /// Unix seconds; 0 for none.
    pub(super) timestamp: u64,
    pub(super) hostname: String,
    pub(super) tags: Vec<(String, String)>,
    pub(super) cardinality: Option<Cardinality>,
}

impl Fields {
    /// `|d:17|h:web-1`, of what there is.
    pub(super) fn time_and_host(&self, legal: &mut Legal) -> String {
        let mut out = String::new();
        if self.timestamp != 0 {
            out.push_str("|d:");
            out.push_str(&self.timestamp.to_string());
        }
        push_field(&mut out, "|h:", &legal.field(&self.hostname));
        out
    }

    /// `|#env:dev,plan:pro`: the client's tags, then its own.
    pub(super) fn tags(&self, defaults: &Defaults<'_>, legal: &mut Legal) -> String {
        let own: Vec<_> = self.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
        legal.tags(defaults.tags, &own)
    }

    pub(super) fn origin(&self, defaults: &Defaults<'_>, legal: &mut Legal) -> String {
        legal.origin(defaults.origin, self.cardinality)
    }
}

pub(super) fn legal() -> Legal {
    Legal::new(Dialect::DogStatsd)
}

/// Appends a field that has a text.
pub(super) fn push_field(out: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(name);
        out.push_str(text);
    }
}

/// Cuts escaped prose to a number of bytes, never inside of a character or an escape. Answers
/// whether anything was cut.
pub(super) fn shorten(prose: &mut String, max_bytes: usize) -> bool {
    if prose.len() <= max_bytes {
        return false;
    }
    let mut end = max_bytes;
    while !prose.is_char_boundary(end) {
        end -= 1;
    }
    prose.truncate(end);
    if prose.ends_with('\\') {
        prose.pop();
    }
    true
}
