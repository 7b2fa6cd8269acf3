//! Chunks of a stream → packets that end with a line. Knows no sockets.

/// The line that a stream is in the middle of. A chunk that ends lines makes one packet of them, as
/// etsy's server does it; the rest waits for the next chunk.
#[derive(Debug)]
pub(super) struct Lines {
    line_max_bytes: usize,
    /// The beginning of a line; at most `line_max_bytes`.
    begun: Vec<u8>,
    /// The line at hand is too long, and what comes of it is dropped.
    skipping: bool,
}

/// Beyond this, memory of a line that has ended is given back: most connections are idle.
const KEPT_BYTES: usize = 1_024;

impl Lines {
    pub(super) fn new(line_max_bytes: usize) -> Self {
        Self { line_max_bytes, begun: Vec::new(), skipping: false }
    }

    /// Takes a chunk of at most `line_max_bytes`. Lines that it ends go to `packet`, in one piece
    /// and with their newlines; `joined` is room for that. Returns how many lines were found to be
    /// longer than `line_max_bytes` (0 or 1); these are dropped.
    pub(super) fn push(
        &mut self,
        chunk: &[u8],
        joined: &mut Vec<u8>,
        packet: impl FnOnce(&[u8]),
    ) -> u64 {
        let Some(last) = memchr::memrchr(b'\n', chunk) else {
            return self.begin(chunk);
        };
        let (ended, rest) = chunk.split_at(last + 1);
        let first = memchr::memchr(b'\n', ended).unwrap_or(last);
        let long = !self.skipping && self.begun.len() + first > self.line_max_bytes;
        if self.skipping || long {
            self.forget();
            let ended = &ended[first + 1..];
            if !ended.is_empty() {
                packet(ended);
            }
        } else if self.begun.is_empty() {
            packet(ended);
        } else {
            joined.clear();
            joined.extend_from_slice(&self.begun);
            joined.extend_from_slice(ended);
            self.forget();
            packet(joined);
        }
        u64::from(long) + self.begin(rest)
    }

    /// What is left where the stream has ended: a line without its newline.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        let begun = std::mem::take(&mut self.begun);
        (!begun.is_empty()).then_some(begun)
    }

    /// Takes bytes without a newline.
    fn begin(&mut self, bytes: &[u8]) -> u64 {
        if self.skipping {
            return 0;
        }
        if self.begun.len() + bytes.len() > self.line_max_bytes {
            self.forget();
            self.skipping = true;
            return 1;
        }
        self.begun.extend_from_slice(bytes);
        0
    }

    fn forget(&mut self) {
        self.skipping = false;
        self.begun.clear();
        self.begun.shrink_to(KEPT_BYTES);
    }
}

#[cfg(test)]
mod tests;
