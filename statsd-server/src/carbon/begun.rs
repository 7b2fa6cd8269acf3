//! Chunks of a stream → whole lines. Knows no sockets.

use memchr::{memchr, memrchr};

/// Beyond this, memory of a line that has ended is given back: most connections are idle.
const KEPT_BYTES: usize = 1_024;

/// The line that a stream is in the middle of.
#[derive(Debug)]
pub(super) struct Begun {
    line_max_bytes: usize,
    /// At most `line_max_bytes`.
    bytes: Vec<u8>,
    /// The line at hand is too long, and what comes of it is dropped.
    is_skipped: bool,
}

impl Begun {
    pub(super) fn new(line_max_bytes: usize) -> Self {
        Self { line_max_bytes, bytes: Vec::new(), is_skipped: false }
    }

    /// Takes a chunk of at most `line_max_bytes`. Lines that it ends go to `take`, in one or two pieces, each
    /// without its last newline. Returns how many lines were found to be longer than `line_max_bytes`;
    /// these are dropped.
    pub(super) fn push(&mut self, chunk: &[u8], mut take: impl FnMut(&[u8])) -> u64 {
        let mut rest = chunk;
        let mut too_long = 0;
        if self.is_skipped || !self.bytes.is_empty() {
            let Some(end) = memchr(b'\n', chunk) else { return self.begin(chunk) };
            if !self.is_skipped && self.bytes.len() + end > self.line_max_bytes {
                too_long += 1;
            } else if !self.is_skipped {
                self.bytes.extend_from_slice(&chunk[..end]);
                take(&self.bytes);
            }
            self.forget();
            rest = &chunk[end + 1..];
        }
        if let Some(last) = memrchr(b'\n', rest) {
            take(&rest[..last]);
            rest = &rest[last + 1..];
        }
        too_long + self.begin(rest)
    }

    /// What is left where the stream has ended: a line without its newline.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        let bytes = std::mem::take(&mut self.bytes);
        (!bytes.is_empty()).then_some(bytes)
    }

    /// Takes bytes without a newline.
    fn begin(&mut self, bytes: &[u8]) -> u64 {
        if self.is_skipped {
            return 0;
        }
        if self.bytes.len() + bytes.len() > self.line_max_bytes {
            self.forget();
            self.is_skipped = true;
            return 1;
        }
        self.bytes.extend_from_slice(bytes);
        0
    }

    fn forget(&mut self) {
        self.is_skipped = false;
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
    }
}

#[cfg(test)]
mod tests;
