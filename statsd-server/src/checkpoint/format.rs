//! The file's bytes: a header of 64, which is written last and can be rewritten alone, and names with
//! values and silence behind it. All numbers are little-endian.

use std::io::{self, Write};

use crate::aggregate::{Kept, Snapshot};

pub(super) const HEADER_BYTES: usize = 64;

const MAGIC: [u8; 8] = *b"statsd\x1a\n";

/// Grows with every change of what follows.
const VERSION: u32 = 1;

/// Where the header's own checksum stands.
const HEADER_SUM: usize = HEADER_BYTES - 8;

/// Bytes that are gathered before they are written.
const CHUNK_BYTES: usize = 64 << 10;

/// The first 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Whether nothing came after what the file holds: the run ended in order.
    pub(super) ended: bool,
    /// The last flush, seconds since the epoch.
    pub(super) timestamp: i64,
    /// From when on what came is not in the file, seconds since the epoch.
    pub(super) since: i64,
    pub(super) interval_millis: u64,
    pub(super) body_bytes: u64,
    pub(super) body_sum: u64,
}

/// Why bytes are no such file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it is not a state file of this server")]
    Foreign,
    #[error("it was written by a newer version of this server, in format {0}")]
    Newer(u32),
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Header {
    pub(super) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(u32::from(self.ended).to_le_bytes());
        bytes.extend(self.timestamp.to_le_bytes());
        bytes.extend(self.since.to_le_bytes());
        for number in [self.interval_millis, self.body_bytes, self.body_sum] {
            bytes.extend(number.to_le_bytes());
        }
        let mut sum = Checksum::default();
        sum.add(&bytes);
        bytes.extend(sum.0.to_le_bytes());
        let mut header = [0; HEADER_BYTES];
        header.copy_from_slice(&bytes);
        header
    }

    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.is_empty() {
            return Err(Unreadable::Damaged("it is empty"));
        }
        let mut reader = Reader(bytes);
        if reader.take(MAGIC.len()).ok() != Some(&MAGIC) {
            return Err(Unreadable::Foreign);
        }
        let version = reader.u32()?;
        if version > VERSION {
            return Err(Unreadable::Newer(version));
        }
        let ended = reader.u32()? == 1;
        let header = Self {
            ended,
            timestamp: reader.i64()?,
            since: reader.i64()?,
            interval_millis: reader.u64()?,
            body_bytes: reader.u64()?,
            body_sum: reader.u64()?,
        };
        let mut sum = Checksum::default();
        sum.add(&bytes[..HEADER_SUM]);
        if reader.u64()? != sum.0 || version != VERSION {
            return Err(Unreadable::Damaged("its header's checksum is wrong"));
        }
        Ok(header)
    }
}

/// Writes the body of a snapshot; yields how long it is, and its checksum.
pub(super) fn write_body(snapshot: &Snapshot, out: &mut impl Write) -> io::Result<(u64, u64)> {
    let Snapshot { counters, timers, gauges, sets, silence, .. } = snapshot;
    let mut body = Body { out, chunk: Vec::new(), bytes: 0, sum: Checksum::default() };
    body.text(&snapshot.prefix_stats)?;
    for kind in [counters.len(), timers.len(), gauges.len(), sets.len()] {
        body.chunk.extend((kind as u64).to_le_bytes());
    }
    for ((name, _), silent) in counters.iter().zip(&silence.counters) {
        body.name(name, *silent)?;
    }
    for ((name, _), silent) in timers.iter().zip(&silence.timers) {
        body.name(name, *silent)?;
    }
    for ((name, value), silent) in gauges.iter().zip(&silence.gauges) {
        body.name(name, *silent)?;
        body.chunk.extend(value.to_le_bytes());
    }
    for ((name, _), silent) in sets.iter().zip(&silence.sets) {
        body.name(name, *silent)?;
    }
    body.finish()
}

struct Body<'a, W> {
    out: &'a mut W,
    chunk: Vec<u8>,
    bytes: u64,
    sum: Checksum,
}

impl<W: Write> Body<'_, W> {
    fn name(&mut self, name: &str, silent: u32) -> io::Result<()> {
        self.text(name)?;
        self.chunk.extend(silent.to_le_bytes());
        Ok(())
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if self.chunk.len() >= CHUNK_BYTES {
            // Whole words, as the checksum takes them.
            self.spill(self.chunk.len() / WORD * WORD)?;
        }
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.chunk.extend(length.to_le_bytes());
        self.chunk.extend(text.as_bytes());
        Ok(())
    }

    fn spill(&mut self, bytes: usize) -> io::Result<()> {
        self.sum.add(&self.chunk[..bytes]);
        self.out.write_all(&self.chunk[..bytes])?;
        self.chunk.drain(..bytes);
        self.bytes += bytes as u64;
        Ok(())
    }

    fn finish(mut self) -> io::Result<(u64, u64)> {
        self.spill(self.chunk.len())?;
        Ok((self.bytes, self.sum.0))
    }
}

/// What a whole file holds.
pub(super) fn decode(bytes: &[u8]) -> Result<(Header, Kept), Unreadable> {
    let header = Header::decode(bytes)?;
    let body = bytes.get(HEADER_BYTES..).unwrap_or_default();
    if body.len() as u64 != header.body_bytes {
        return Err(Unreadable::Damaged("its length is wrong"));
    }
    let mut sum = Checksum::default();
    sum.add(body);
    if sum.0 != header.body_sum {
        return Err(Unreadable::Damaged("its checksum is wrong"));
    }
    let mut reader = Reader(body);
    let mut kept =
        Kept { timestamp: header.timestamp, prefix_stats: reader.text()?, ..Kept::default() };
    let [counters, timers, gauges, sets] =
        [reader.u64()?, reader.u64()?, reader.u64()?, reader.u64()?];
    kept.counters = reader.names(counters)?;
    kept.timers = reader.names(timers)?;
    for _ in 0..gauges {
        let (name, silent) = reader.name()?;
        kept.gauges.push((name, f64::from_bits(reader.u64()?), silent));
    }
    kept.sets = reader.names(sets)?;
    if !reader.0.is_empty() || kept.gauges.iter().any(|(_, value, _)| !value.is_finite()) {
        return Err(BAD_BODY);
    }
    Ok((header, kept))
}

const BAD_BODY: Unreadable = Unreadable::Damaged("what it holds makes no sense");

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) =
            self.0.split_at_checked(bytes).ok_or(Unreadable::Damaged("it is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        self.take(N)?.try_into().map_err(|_| BAD_BODY)
    }

    fn u32(&mut self) -> Result<u32, Unreadable> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Unreadable> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Unreadable> {
        self.array().map(i64::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, Unreadable> {
        let length = self.u32()? as usize;
        let text = str::from_utf8(self.take(length)?).map_err(|_| BAD_BODY)?;
        Ok(text.to_owned())
    }

    fn name(&mut self) -> Result<(String, u32), Unreadable> {
        Ok((self.text()?, self.u32()?))
    }

    /// The list grows as it is read: its length is only what the file says of it.
    fn names(&mut self, count: u64) -> Result<Vec<(String, u32)>, Unreadable> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.name()?);
        }
        Ok(names)
    }
}

const WORD: usize = 8;

/// FNV-1a over words of eight bytes, the last one filled up with zeros: a file in which one word
/// differs always has another sum.
#[derive(Debug, Clone, Copy)]
struct Checksum(u64);

impl Default for Checksum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Checksum {
    /// All but the last piece are to be whole words.
    fn add(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(WORD) {
            let mut word = [0; WORD];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests;
