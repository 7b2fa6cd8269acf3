//! Meaning → bytes: the constant parts of a context's lines, rendered once, and the lines.

use std::ops::Range;

use super::legal::Legal;
use super::number::{Number, write_integer, write_number};
use super::types::{Dialect, MetricType};

/// Rates whose inverse, the weight of a call, is a finite number above 1.
const WRITTEN_RATES: Range<f64> = f64::MIN_POSITIVE..1.0;

/// The two constant parts of every line of one context: `head` `:` value `tail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Prefix, name and, where the dialect writes them there, the tags.
    pub(crate) head: Box<[u8]>,
    /// Type, rate and, in DogStatsD, tags and origin: `|c|@0.1|#plan:pro|c:3f2a`.
    pub(crate) tail: Box<[u8]>,
    /// Whether a name, a tag or the origin had to be changed.
    pub(crate) rewritten: bool,
    /// Whether a line may say when: DogStatsD's counters and gauges.
    timestamps: bool,
}

/// What a context is called, before it is made legal for the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming<'a> {
    /// Put before the name with a dot, unless it ends in one; empty for none.
    pub(crate) prefix: &'a str,
    /// The metric's own name; not empty.
    pub(crate) name: &'a str,
    /// Tags of the client. One gives way to a tag of its key.
    pub(crate) default_tags: &'a [(String, String)],
    /// Tags in order. An empty value makes a bare tag.
    pub(crate) tags: &'a [(&'a str, &'a str)],
    /// The kind.
    pub(crate) kind: MetricType,
    /// Written where it is above 0 and below 1.
    pub(crate) rate: f64,
    /// DogStatsD's origin fields as they stand in the line, `|c:3f2a|e:pod|card:low`; anything else
    /// in it is left out. Other dialects write none.
    pub(crate) origin: &'a str,
}

impl Frame {
    /// Renders the constant parts. Allocates; done once a context.
    pub(crate) fn render(dialect: Dialect, naming: &Naming<'_>) -> Self {
        let mut legal = Legal::new(dialect);
        let mut head = legal.head(naming.prefix, naming.name);
        let kind = dialect.wire_kind(naming.kind);
        let mut tail = Vec::from(*b"|");
        tail.extend_from_slice(kind.code().as_bytes());
        if WRITTEN_RATES.contains(&naming.rate) {
            tail.extend_from_slice(b"|@");
            write_number(&mut tail, naming.rate);
        }
        let tags = legal.tags(naming.default_tags, naming.tags);
        if dialect == Dialect::DogStatsd {
            tail.extend_from_slice(tags.as_bytes());
            tail.extend_from_slice(legal.origin(naming.origin, None).as_bytes());
        } else {
            head.push_str(&tags);
        }
        let timestamps =
            dialect.has_events() && matches!(kind, MetricType::Counter | MetricType::Gauge);
        Self {
            head: head.into_bytes().into(),
            tail: tail.into(),
            rewritten: legal.rewritten,
            timestamps,
        }
    }

    /// Appends one line, without a newline.
    pub(crate) fn write(&self, out: &mut Vec<u8>, value: Number<'_>) {
        out.extend_from_slice(&self.head);
        out.push(b':');
        value.write(out);
        out.extend_from_slice(&self.tail);
    }

    /// Appends one line that says when: Unix seconds, in DogStatsD and for counters and gauges only;
    /// 0 is no time. The field stands between origin and cardinality, where Datadog's own client
    /// writes it (readers go by the letter).
    pub(crate) fn write_at(&self, out: &mut Vec<u8>, value: Number<'_>, unix_seconds: u64) {
        self.write(out, value);
        if !self.timestamps || unix_seconds == 0 {
            return;
        }
        // No other field can hold a `|`, so this is the cardinality or nothing.
        let cardinality = self.tail.windows(6).position(|field| field == b"|card:");
        let behind = cardinality.map_or(0, |at| self.tail.len() - at);
        out.truncate(out.len() - behind);
        out.extend_from_slice(b"|T");
        write_integer(out, unix_seconds);
        out.extend_from_slice(&self.tail[self.tail.len() - behind..]);
    }
}

#[cfg(test)]
mod tests;
