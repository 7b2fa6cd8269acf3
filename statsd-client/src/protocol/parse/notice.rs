//! DogStatsD's lines that are no samples: events and service checks, as its published datagram format
//! (1.0 to 1.6) has them.
//!
//! Fields that are unknown, or of which the value makes no sense, are passed over, as Datadog's agent
//! does: an event with a misspelt priority is one all the same.

use super::super::name_hash::hash_name;
use super::super::types::{MetricType, Sample, Value};
use super::{BadLine, Reason, split_once};

/// Reads the events and service checks of a packet in DogStatsD's dialect, and passes over its samples,
/// which [`parse`](super::parse) reads. A line that begins as one of them and is none yields what is
/// wrong with it.
///
/// Allocates nothing; every item borrows from `packet`.
///
/// ```
/// use statsd_client::protocol::{Notice, notices};
///
/// let packet = b"users.new:1|c\n_e{8,4}:Deployed|v1.2|t:success|#env:prod\n_sc|db.up|2|m:refused";
/// let all: Vec<_> = notices(packet).map(Result::unwrap).collect();
/// let [Notice::Event(event), Notice::ServiceCheck(check)] = all[..] else { panic!("{all:?}") };
/// assert_eq!((event.title, event.text, event.tags), (&b"Deployed"[..], &b"v1.2"[..], Some(&b"env:prod"[..])));
/// assert_eq!((check.name, check.status, check.message), (&b"db.up"[..], 2, Some(&b"refused"[..])));
/// ```
pub fn notices(packet: &[u8]) -> impl Iterator<Item = Result<Notice<'_>, BadLine<'_>>> {
    let lines = packet.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| is_one(line)).map(|line| {
        let read = match line.strip_prefix(CHECK) {
            Some(rest) => check(rest).map(Notice::ServiceCheck),
            None => event(&line[EVENT.len()..]).map(Notice::Event),
        };
        read.map_err(|reason| BadLine { line, reason })
    })
}

/// An event or a service check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice<'a> {
    /// Something that happened.
    Event(EventLine<'a>),
    /// What is known of something's health.
    ServiceCheck(ServiceCheckLine<'a>),
}

/// An event as it stood in a line: nothing is unescaped, so that a line break in its prose is still
/// written `\n`. Empty fields are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventLine<'a> {
    /// What happened; never empty.
    pub title: &'a [u8],
    /// More about it; may be empty.
    pub text: &'a [u8],
    /// When, in Unix seconds (`d:`).
    pub timestamp: Option<u64>,
    /// Where (`h:`).
    pub hostname: Option<&'a [u8]>,
    /// Events with the same one belong together (`k:`).
    pub aggregation_key: Option<&'a [u8]>,
    /// `normal` or `low` (`p:`).
    pub priority: Option<&'a [u8]>,
    /// What it comes from (`s:`).
    pub source_type: Option<&'a [u8]>,
    /// `info`, `warning`, `error` or `success` (`t:`).
    pub alert_type: Option<&'a [u8]>,
    /// `env:prod,region:eu` (`#`).
    pub tags: Option<&'a [u8]>,
}

/// A service check as it stood in a line; see [`EventLine`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceCheckLine<'a> {
    /// What was checked; never empty.
    pub name: &'a [u8],
    /// 0 ok, 1 warning, 2 critical, 3 unknown.
    pub status: u8,
    /// When, in Unix seconds (`d:`).
    pub timestamp: Option<u64>,
    /// Where (`h:`).
    pub hostname: Option<&'a [u8]>,
    /// `env:prod,region:eu` (`#`).
    pub tags: Option<&'a [u8]>,
    /// Why (`m:`). In it `m:` is written `m\:`.
    pub message: Option<&'a [u8]>,
}

impl<'a> ServiceCheckLine<'a> {
    /// The status as a gauge of that name, with the check's tags.
    ///
    /// ```
    /// use statsd_client::protocol::{Notice, Value, notices};
    ///
    /// let Some(Ok(Notice::ServiceCheck(check))) = notices(b"_sc|db.up|2|#r:1").next() else { panic!() };
    /// let gauge = check.gauge(b"checks.db.up");
    /// assert_eq!((gauge.value, gauge.tags), (Value::Number(2.0), Some(&b"r:1"[..])));
    /// ```
    pub fn gauge<'b>(&self, name: &'b [u8]) -> Sample<'b>
    where
        'a: 'b,
    {
        let value = Value::Number(self.status.into());
        let name_hash = hash_name(name, 0);
        Sample { name, name_hash, tags: self.tags, kind: MetricType::Gauge, value, rate: 1.0 }
    }
}

const EVENT: &[u8] = b"_e{";
const CHECK: &[u8] = b"_sc|";

/// Whether a line is meant as one, by how it begins.
#[inline]
pub(super) fn is_one(line: &[u8]) -> bool {
    line.first() == Some(&b'_') && (line.starts_with(EVENT) || line.starts_with(CHECK))
}

/// What follows `_e{`.
fn event(rest: &[u8]) -> Result<EventLine<'_>, Reason> {
    let (lengths, rest) = split_once(rest, b'}').ok_or(Reason::BadEventHeader)?;
    let rest = rest.strip_prefix(b":").ok_or(Reason::BadEventHeader)?;
    let (title_len, text_len) = split_once(lengths, b',').ok_or(Reason::BadEventHeader)?;
    let title_len: usize = whole(title_len).ok_or(Reason::BadEventHeader)?;
    let text_len: usize = whole(text_len).ok_or(Reason::BadEventHeader)?;
    // Each part ends where its length says, and there stands what comes next.
    let (title, rest) = rest.split_at_checked(title_len).ok_or(Reason::BadEventLength)?;
    let rest = rest.strip_prefix(b"|").ok_or(Reason::BadEventLength)?;
    let (text, rest) = rest.split_at_checked(text_len).ok_or(Reason::BadEventLength)?;
    if title.is_empty() || !matches!(rest.first(), None | Some(b'|')) {
        return Err(Reason::BadEventLength);
    }
    let fields = Fields(rest);
    Ok(EventLine {
        title,
        text,
        timestamp: fields.time(),
        hostname: fields.get(b"h:"),
        aggregation_key: fields.get(b"k:"),
        priority: fields.get(b"p:"),
        source_type: fields.get(b"s:"),
        alert_type: fields.get(b"t:"),
        tags: fields.get(b"#"),
    })
}

/// What follows `_sc|`.
fn check(rest: &[u8]) -> Result<ServiceCheckLine<'_>, Reason> {
    let (name, rest) = split_once(rest, b'|').unwrap_or((rest, &[]));
    if name.is_empty() {
        return Err(Reason::UnnamedCheck);
    }
    let end = rest.iter().position(|&byte| byte == b'|').unwrap_or(rest.len());
    let (status, rest) = rest.split_at(end);
    let [status @ b'0'..=b'3'] = *status else { return Err(Reason::BadStatus) };
    let fields = Fields(rest);
    Ok(ServiceCheckLine {
        name,
        status: status - b'0',
        timestamp: fields.time(),
        hostname: fields.get(b"h:"),
        tags: fields.get(b"#"),
        message: fields.get(b"m:"),
    })
}

/// `|d:17|h:web-1|#env:prod`, in any order; the origin (`c:`, `e:`, `card:`) may stand among them.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The first field of that name, if it is not empty.
    fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        let named = self.0.split(|&byte| byte == b'|').find_map(|field| field.strip_prefix(name));
        named.filter(|value| !value.is_empty())
    }

    /// 0 is no time, as to Datadog's agent.
    fn time(&self) -> Option<u64> {
        self.get(b"d:").and_then(whole).filter(|&seconds| seconds > 0)
    }
}

/// Digits, and nothing else.
fn whole<N: core::str::FromStr>(digits: &[u8]) -> Option<N> {
    let text = core::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    text.parse().ok()
}

#[cfg(test)]
mod tests;
