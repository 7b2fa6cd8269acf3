//! All names in one file: a first block with what it is, then blocks of names, of which each leaves out
//! what it shares with the one before it in its block, then an empty one.
//!
//! A name is one byte (how many bytes it shares), two (how many follow, least significant first), and these.

use std::io;

use super::block::{push_block, take_block};
use crate::limits::SERIES_NAME_MAX_BYTES;

/// What the first block says: the format's name and its version.
const MAGIC: &[u8] = b"statsd-server names 1\n";

/// Bytes of names after which a block is written.
const BLOCK_BYTES: usize = 64 << 10;

/// Writes names as they come.
pub(super) struct Encoder<'w> {
    out: &'w mut dyn io::Write,
    content: Vec<u8>,
    before: Vec<u8>,
    block: Vec<u8>,
    written: u64,
}

impl<'w> Encoder<'w> {
    pub(super) fn new(out: &'w mut dyn io::Write, names: u64) -> io::Result<Self> {
        let mut first = MAGIC.to_vec();
        first.extend_from_slice(&names.to_le_bytes());
        let content = Vec::with_capacity(BLOCK_BYTES + SERIES_NAME_MAX_BYTES);
        let mut encoder = Self { out, content, before: Vec::new(), block: Vec::new(), written: 0 };
        encoder.write(&first)?;
        Ok(encoder)
    }

    pub(super) fn name(&mut self, name: &str) -> io::Result<()> {
        let name = name.as_bytes();
        let same = self.before.iter().zip(name).take_while(|(a, b)| a == b).count();
        let shared = u8::try_from(same).unwrap_or(u8::MAX);
        let rest = &name[usize::from(shared)..];
        let length = u16::try_from(rest.len()).map_err(io::Error::other)?;
        self.content.push(shared);
        self.content.extend_from_slice(&length.to_le_bytes());
        self.content.extend_from_slice(rest);
        self.before.clear();
        self.before.extend_from_slice(name);
        if self.content.len() >= BLOCK_BYTES {
            self.block()?;
        }
        Ok(())
    }

    /// How many bytes it has become.
    pub(super) fn end(mut self) -> io::Result<u64> {
        if !self.content.is_empty() {
            self.block()?;
        }
        self.write(&[])?;
        Ok(self.written)
    }

    fn block(&mut self) -> io::Result<()> {
        let content = std::mem::take(&mut self.content);
        let written = self.write(&content);
        self.content = content;
        self.content.clear();
        self.before.clear();
        written
    }

    fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.block.clear();
        push_block(&mut self.block, content);
        self.written += self.block.len() as u64;
        self.out.write_all(&self.block)
    }
}

/// How many names a snapshot says that it has; nothing where it is none of this version.
pub(super) fn announced(mut bytes: &[u8]) -> Option<u64> {
    let first = take_block(&mut bytes)?.strip_prefix(MAGIC)?;
    first.try_into().ok().map(u64::from_le_bytes)
}

/// Tells every name up to the first block that is damaged. Whether there was none.
pub(super) fn decode(mut bytes: &[u8], mut tell: impl FnMut(&str)) -> bool {
    if announced(bytes).is_none() || take_block(&mut bytes).is_none() {
        return false;
    }
    let mut name = Vec::new();
    while let Some(mut content) = take_block(&mut bytes) {
        if content.is_empty() {
            return bytes.is_empty();
        }
        name.clear();
        while !content.is_empty() {
            let Some(name) = next(&mut content, &mut name) else { return false };
            tell(name);
        }
    }
    false
}

fn next<'n>(content: &mut &[u8], name: &'n mut Vec<u8>) -> Option<&'n str> {
    let (shared, rest) = content.split_first()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (own, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let shared = usize::from(*shared);
    if shared > name.len() {
        return None;
    }
    name.truncate(shared);
    name.extend_from_slice(own);
    *content = rest;
    str::from_utf8(name).ok()
}
