//! One byte string that says which context is meant: the thread's cache and the registry look it up,
//! and where neither is to be had at once it travels through the queue in place of a number.
//!
//! ```text
//! kind u8, its highest bit for a name without the client's prefix · rate f64 · name (u16 length, bytes) · { key (u16 length, bytes) · value (likewise) }
//! ```

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::protocol::MetricType;

/// Bytes of a name with all its tags. DogStatsD's own packets are cut at 8 KiB.
pub(crate) const KEY_MAX_BYTES: usize = 4 * 1024;

/// Kind and rate, which stand before the name.
const STAMP_BYTES: usize = 9;

/// Beside the kind: the name is sent without the client's prefix.
const NO_PREFIX: u8 = 1 << 7;

/// The name and its tags are over [`KEY_MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Writes keys; kept and reused, so that it stops allocating.
///
/// An empty one costs nothing: it stands in for the thread's own at every call by name.
#[derive(Debug, Default)]
pub(crate) struct KeyBuffer {
    /// Empty, or at least a stamp.
    bytes: Vec<u8>,
}

impl KeyBuffer {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Starts a key over with a name that is formatted.
    pub(crate) fn name(&mut self, name: impl fmt::Display) -> Result<(), TooLong> {
        self.clear();
        self.text(name)
    }

    /// Starts a key over with a name that is text already: no formatting machinery.
    pub(crate) fn name_str(&mut self, name: &str) -> Result<(), TooLong> {
        self.clear();
        self.str(name)
    }

    /// Starts a key over with a name below a prefix; an empty prefix adds nothing.
    pub(crate) fn name_in(&mut self, prefix: &str, name: impl fmt::Display) -> Result<(), TooLong> {
        if prefix.is_empty() { self.name(name) } else { self.name(format_args!("{prefix}.{name}")) }
    }

    /// Says that the name is sent without the client's prefix.
    pub(crate) fn without_prefix(&mut self) {
        if let Some(kind) = self.bytes.first_mut() {
            *kind |= NO_PREFIX;
        }
    }

    /// Appends one tag.
    pub(crate) fn tag(&mut self, key: &str, value: impl fmt::Display) -> Result<(), TooLong> {
        self.str(key)?;
        self.text(value)
    }

    /// Appends one tag whose value is text already.
    pub(crate) fn tag_str(&mut self, key: &str, value: &str) -> Result<(), TooLong> {
        self.str(key)?;
        self.str(value)
    }

    /// Writes kind and rate into their places, and hands out the whole key.
    pub(crate) fn stamp(&mut self, kind: MetricType, rate: f64) -> &[u8] {
        if self.bytes.is_empty() {
            self.clear();
        }
        self.bytes[0] = self.bytes[0] & NO_PREFIX | kind as u8;
        self.bytes[1..STAMP_BYTES].copy_from_slice(&rate.to_bits().to_le_bytes());
        &self.bytes
    }

    /// Whether the name holds anything: the two bytes of its length are not 0.
    pub(crate) fn has_name(&self) -> bool {
        self.bytes.get(STAMP_BYTES..STAMP_BYTES + 2).is_some_and(|length| length != [0, 0])
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.resize(STAMP_BYTES, 0);
    }

    fn str(&mut self, text: &str) -> Result<(), TooLong> {
        if self.bytes.len() + 2 + text.len() > KEY_MAX_BYTES {
            return Err(TooLong);
        }
        // KEY_MAX_BYTES is below 2^16.
        let length = u16::try_from(text.len()).map_err(|_| TooLong)?;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn text(&mut self, text: impl fmt::Display) -> Result<(), TooLong> {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0, 0]);
        write!(Bounded(&mut self.bytes), "{text}").map_err(|_| TooLong)?;
        let length = u16::try_from(self.bytes.len() - at - 2).map_err(|_| TooLong)?;
        self.bytes[at..at + 2].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }
}

/// A `Vec` that refuses to grow past [`KEY_MAX_BYTES`].
struct Bounded<'a>(&'a mut Vec<u8>);

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = KEY_MAX_BYTES.saturating_sub(self.0.len());
        // What fits of a text that does not is for the eyes of a test.
        self.0.extend_from_slice(text.as_bytes().get(..room).unwrap_or(text.as_bytes()));
        if text.len() <= room { Ok(()) } else { Err(fmt::Error) }
    }
}

/// A key, read back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key<'a> {
    pub(crate) kind: MetricType,
    pub(crate) rate: f64,
    /// Whether the client's prefix is put before the name.
    pub(crate) has_prefix: bool,
    pub(crate) name: &'a str,
    pub(crate) tags: Vec<(&'a str, &'a str)>,
}

impl<'a> Key<'a> {
    /// Reads what a [`KeyBuffer`] wrote.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&first, rest) = bytes.split_first()?;
        let has_prefix = first & NO_PREFIX == 0;
        let kind = KINDS.into_iter().find(|known| *known as u8 == first & !NO_PREFIX)?;
        let (rate, mut rest) = rest.split_first_chunk::<8>()?;
        let name = take(&mut rest)?;
        let mut tags = Vec::new();
        while !rest.is_empty() {
            tags.push((take(&mut rest)?, take(&mut rest)?));
        }
        let rate = f64::from_bits(u64::from_le_bytes(*rate));
        Some(Self { kind, rate, has_prefix, name, tags })
    }

    /// The name of a key that was too long to be written to its end, or as much of it as there is.
    pub(crate) fn beginning(bytes: &[u8]) -> Cow<'_, str> {
        let mut rest = bytes.get(STAMP_BYTES..).unwrap_or_default();
        let behind_length = rest.get(2..).unwrap_or_default();
        match take(&mut rest) {
            // Its length is written last.
            Some("") | None => String::from_utf8_lossy(behind_length),
            Some(name) => Cow::Borrowed(name),
        }
    }
}

const KINDS: [MetricType; 7] = [
    MetricType::Counter,
    MetricType::Gauge,
    MetricType::Timer,
    MetricType::Histogram,
    MetricType::Distribution,
    MetricType::Set,
    MetricType::Meter,
];

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, tail) = rest.split_first_chunk::<2>()?;
    let (text, tail) = tail.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *rest = tail;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests;
