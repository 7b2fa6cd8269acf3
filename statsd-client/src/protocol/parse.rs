//! Packet → samples, zero-copy. The grammar is that of etsy's `stats.js` and `lib/helpers.js`, bit by
//! bit; the other dialects differ in where tags stand in the name, and DogStatsD (its published datagram
//! format, versions 1.0 to 1.6) in that the values of a line share their fields.
//!
//! It differs from etsy's on purpose where that one stops the process or stores rubbish: values that
//! are not finite and rates that divide to nothing are bad lines, a carriage return at the end of a
//! line is white space, and a sample rate after the tags counts.

mod notice;
mod plain;

pub use notice::{EventLine, Notice, ServiceCheckLine, notices};

use super::name_hash::hash_name;
use super::number::{is_js_space, parse_number};
use super::types::{Dialect, MetricType, Sample, Value};

/// Reads a packet. The iterator yields one item a value: a sample, or what was wrong with it. One
/// bad value does not spoil the others of its line, one bad line not the others of its packet.
///
/// Allocates nothing; every item borrows from `packet`. DogStatsD's events and service checks are lines,
/// but no samples: [`notices`] reads them.
///
/// ```
/// use statsd_client::protocol::{Dialect, MetricType, Value, parse};
///
/// let mut samples = parse(b"users.new:1|c\nrender:12.5|ms|@0.5\nnonsense", Dialect::Etsy);
/// let first = samples.next().unwrap().unwrap();
/// assert_eq!((first.name, first.kind, first.value), (&b"users.new"[..], MetricType::Counter, Value::Number(1.0)));
/// assert_eq!(samples.next().unwrap().unwrap().rate, 0.5);
/// assert_eq!(samples.next().unwrap().unwrap_err().line, b"nonsense");
/// assert!(samples.next().is_none());
/// assert_eq!(samples.lines(), 3);
/// ```
pub fn parse(packet: &[u8], dialect: Dialect) -> Samples<'_> {
    Samples { rest: packet, dialect, seed: 0, lines: 0, notices: 0, line: None }
}

/// The name of every line of a packet, as it stood there, and its tags: of good lines and bad ones, once
/// each, whatever values follow. Lines that are [`notices`] have none.
///
/// ```
/// use statsd_client::protocol::{Dialect, names};
///
/// let all: Vec<_> = names(b"users.new:1|c:2|c|#plan:pro\n\nnonsense", Dialect::Etsy).collect();
/// assert_eq!(all, [(&b"users.new"[..], Some(&b"plan:pro"[..])), (b"nonsense", None)]);
/// ```
pub fn names(packet: &[u8], dialect: Dialect) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let lines = packet.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let lines = lines.filter(move |line| !(dialect.has_events() && notice::is_one(line)));
    lines.map(move |line| {
        let line = Line::new(line.strip_suffix(b"\r").unwrap_or(line), dialect, 0);
        (line.name, line.tags)
    })
}

/// A value that could not be read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadLine<'a> {
    /// The whole line.
    pub line: &'a [u8],
    /// What is wrong with it.
    pub reason: Reason,
}

/// Why a value is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// There is no `|type`.
    MissingType,
    /// The type is none of the dialect's. To etsy's an unknown type is a counter.
    UnknownType,
    /// The value is not a number.
    BadValue,
    /// The value is infinite, or becomes so when divided by the rate.
    NotFinite,
    /// A timer below 0.
    NegativeTimer,
    /// The third field is not `@` and a number of at least 0.
    BadRate,
    /// An event does not begin with the lengths of its title and text, `_e{5,4}:`.
    BadEventHeader,
    /// An event's title and text do not have the lengths that it says, in bytes, or there is no title.
    BadEventLength,
    /// A service check has no name.
    UnnamedCheck,
    /// The status of a service check is not 0, 1, 2 or 3.
    BadStatus,
}

impl Reason {
    /// A few words for a log or a label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingType => "missing type",
            Self::UnknownType => "unknown type",
            Self::BadValue => "bad value",
            Self::NotFinite => "value is not finite",
            Self::NegativeTimer => "negative timer",
            Self::BadRate => "bad sample rate",
            Self::BadEventHeader => "bad event header",
            Self::BadEventLength => "wrong event length",
            Self::UnnamedCheck => "service check without a name",
            Self::BadStatus => "bad service check status",
        }
    }
}

/// The samples of a packet; made by [`parse`].
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    rest: &'a [u8],
    dialect: Dialect,
    seed: u64,
    lines: usize,
    notices: usize,
    line: Option<Line<'a>>,
}

impl Samples<'_> {
    /// Hashes names with a seed, which is 0 without this.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Lines begun so far; all of the packet's once the iterator has ended. Empty lines do not count.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// Those of them that are events and service checks, good or bad, which yield no samples.
    pub fn notices(&self) -> usize {
        self.notices
    }
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, BadLine<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.line.is_none()
            && self.dialect.has_plain_names()
            && let Some((sample, rest)) =
                plain::read(self.rest, self.seed, self.dialect != Dialect::Etsy)
            && !(self.dialect.has_events() && notice::is_one(sample.name))
        {
            self.rest = rest;
            self.lines += 1;
            return Some(Ok(sample));
        }
        self.next_of_any()
    }
}

impl<'a> Samples<'a> {
    #[inline(never)]
    fn next_of_any(&mut self) -> Option<Result<Sample<'a>, BadLine<'a>>> {
        loop {
            if let Some(line) = &mut self.line {
                if let Some(item) = line.next() {
                    return Some(item);
                }
                self.line = None;
            }
            if self.rest.is_empty() {
                return None;
            }
            let (line, rest) = split_once(self.rest, b'\n').unwrap_or((self.rest, &[]));
            self.rest = rest;
            if !line.is_empty() {
                // A line of a carriage return alone is a bad one, as it is to etsy's.
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                self.lines += 1;
                if self.dialect.has_events() && notice::is_one(line) {
                    self.notices += 1;
                } else {
                    self.line = Some(Line::new(line, self.dialect, self.seed));
                }
            }
        }
    }
}

/// One line being read: its name and tags are known, its values come one by one.
#[derive(Debug, Clone)]
struct Line<'a> {
    whole: &'a [u8],
    name: &'a [u8],
    name_hash: u64,
    tags: Option<&'a [u8]>,
    /// The rate that stands after DogStatsD's tags.
    tail_rate: Option<&'a [u8]>,
    /// What of the values is still to be read; `None` at the end.
    bits: Option<&'a [u8]>,
    /// DogStatsD: the fields that all values of the line share (`ms|@0.5`).
    shared: Option<&'a [u8]>,
    dialect: Dialect,
}

impl<'a> Line<'a> {
    fn new(whole: &'a [u8], dialect: Dialect, seed: u64) -> Self {
        let (body, tail) = match find(whole, *b"|#") {
            Some(at) => (&whole[..at], Some(&whole[at + 2..])),
            None => (whole, None),
        };
        let (tail_tags, tail_rate) = tail.map_or((None, None), |tail| split_tail(tail, dialect));
        let (head, bits) = match split_once(body, b':') {
            Some((head, bits)) => (head, bits),
            // etsy's: a name alone is one value "1", which then lacks its type.
            None => (body, &b"1"[..]),
        };
        let (bits, shared) = match (dialect, split_once(bits, b'|')) {
            (Dialect::DogStatsd, Some((values, fields))) => (values, Some(fields)),
            _ => (bits, None),
        };
        let (name, head_tags) = split_head(head, dialect);
        let tags = head_tags.or(tail_tags);
        let name_hash = hash_name(name, seed);
        Self { whole, name, name_hash, tags, tail_rate, bits: Some(bits), shared, dialect }
    }

    fn next(&mut self) -> Option<Result<Sample<'a>, BadLine<'a>>> {
        let bits = self.bits.take()?;
        let bit = match split_once(bits, b':') {
            Some((bit, rest)) => {
                self.bits = Some(rest);
                bit
            }
            None => bits,
        };
        Some(self.sample(bit).map_err(|reason| BadLine { line: self.whole, reason }))
    }

    fn sample(&self, bit: &'a [u8]) -> Result<Sample<'a>, Reason> {
        let (value, fields) = match self.shared {
            Some(shared) => (bit, shared),
            None => split_once(bit, b'|').ok_or(Reason::MissingType)?,
        };
        let mut fields = fields.split(|&b| b == b'|');
        let code = trim(fields.next().unwrap_or_default());
        // DogStatsD's fields come in any order; those that say when and where from are not for us.
        let own_rate = fields.find(|field| !(self.dialect.has_events() && is_origin(field)));
        let rate = match (own_rate, self.tail_rate) {
            (Some(field), _) | (None, Some(field)) => parse_rate(field)?,
            (None, None) => 1.0,
        };
        let kind = self.kind(code)?;
        let rate = usable_rate(rate, kind)?;
        let value = parse_value(kind, value, self.dialect)?;
        if let Value::Number(number) = value
            && kind != MetricType::Gauge
            && !(number * (1.0 / rate)).is_finite()
        {
            return Err(Reason::NotFinite);
        }
        let (name, name_hash, tags) = (self.name, self.name_hash, self.tags);
        Ok(Sample { name, name_hash, tags, kind, value, rate })
    }

    fn kind(&self, code: &[u8]) -> Result<MetricType, Reason> {
        match (code, self.dialect) {
            (b"g", _) => Ok(MetricType::Gauge),
            (b"ms", _) => Ok(MetricType::Timer),
            (b"s", _) => Ok(MetricType::Set),
            (b"c", _) | (_, Dialect::Etsy) => Ok(MetricType::Counter),
            (b"h", _) => Ok(MetricType::Histogram),
            (b"d", _) => Ok(MetricType::Distribution),
            _ => Err(Reason::UnknownType),
        }
    }
}

fn parse_value(kind: MetricType, text: &[u8], dialect: Dialect) -> Result<Value<'_>, Reason> {
    if kind == MetricType::Set {
        return Ok(Value::Text(if text.is_empty() { b"0" } else { text }));
    }
    let number = parse_number(text).ok_or(Reason::BadValue)?;
    if !number.is_finite() {
        return Err(Reason::NotFinite);
    }
    match (kind, text.first()) {
        (MetricType::Timer, _) if number < 0.0 => Err(Reason::NegativeTimer),
        (MetricType::Gauge, Some(b'+' | b'-')) if dialect.sign_is_delta() => {
            Ok(Value::Delta(number))
        }
        _ => Ok(Value::Number(number)),
    }
}

/// etsy's rule: the field must be `@` and a number that does not start with a minus sign; its value
/// is the leading run of digits and points, so that `@1e-1` is 1.
fn parse_rate(field: &[u8]) -> Result<f64, Reason> {
    let text = field.strip_prefix(b"@").ok_or(Reason::BadRate)?;
    if text.first() == Some(&b'-') || parse_number(text).is_none() {
        return Err(Reason::BadRate);
    }
    let end = text.iter().position(|b| !matches!(b, b'0'..=b'9' | b'.')).unwrap_or(text.len());
    parse_number(&text[..end]).ok_or(Reason::BadRate)
}

/// A rate by which can be divided: neither 0 nor infinite, nor so small that its inverse, the weight of
/// the call, is infinite. Gauges and sets do not look at theirs.
fn usable_rate(rate: f64, kind: MetricType) -> Result<f64, Reason> {
    match kind {
        _ if rate > 0.0 && rate.is_normal() => Ok(rate),
        MetricType::Gauge | MetricType::Set => Ok(1.0),
        _ => Err(Reason::BadRate),
    }
}

/// Name and tags, where the dialect writes both before the colon. SignalFx's brackets are read at
/// either end of a name; a name around them would be two pieces, and is left as it is.
fn split_head(head: &[u8], dialect: Dialect) -> (&[u8], Option<&[u8]>) {
    let parts = match dialect {
        Dialect::Influx => split_once(head, b','),
        Dialect::Graphite => split_once(head, b';'),
        Dialect::Librato => split_once(head, b'#'),
        Dialect::SignalFx => match head {
            [b'[', rest @ ..] => split_once(rest, b']').map(|(tags, name)| (name, tags)),
            [rest @ .., b']'] => split_once(rest, b'['),
            _ => None,
        },
        Dialect::Etsy | Dialect::DogStatsd | Dialect::Okmeter => None,
    };
    parts.map_or((head, None), |(name, tags)| (name, Some(tags).filter(|tags| !tags.is_empty())))
}

/// DogStatsD: when, and from where (`T`, `c:`, `e:`, `card:`).
fn is_origin(field: &[u8]) -> bool {
    [&b"T"[..], b"c:", b"e:", b"card:"].iter().any(|name| field.starts_with(name))
}

/// What follows `|#`: the tags, then fields of which only the sample rate matters here. To etsy's
/// other fields are a part of the last tag.
fn split_tail(tail: &[u8], dialect: Dialect) -> (Option<&[u8]>, Option<&[u8]>) {
    let end = match dialect {
        Dialect::Etsy => tail.windows(2).position(|pair| matches!(pair, b"|@" | b"|#")),
        _ => tail.iter().position(|&b| b == b'|'),
    };
    let (tags, fields) = tail.split_at(end.unwrap_or(tail.len()));
    let rate = fields.split(|&b| b == b'|').find(|field| field.first() == Some(&b'@'));
    (Some(tags).filter(|tags| !tags.is_empty()), rate)
}

fn trim(text: &[u8]) -> &[u8] {
    match core::str::from_utf8(text) {
        Ok(text) => text.trim_matches(is_js_space).as_bytes(),
        Err(_) => text,
    }
}

fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

fn find(text: &[u8], needle: [u8; 2]) -> Option<usize> {
    text.windows(2).position(|pair| pair == needle)
}

#[cfg(test)]
mod tests;
