//! How many names, and how many bytes of them, an interval or the state still takes.

use crate::limits;

/// The room that is left. Whoever removes a name gives its room back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) names: usize,
    pub(super) bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { names: limits::CONTEXTS_MAX, bytes: limits::NAMES_HELD_MAX_BYTES }
    }
}

impl Room {
    /// Takes the room of a name; false where there is none.
    pub(super) fn take(&mut self, name: &str) -> bool {
        let fits = self.names > 0 && self.bytes >= name.len();
        if fits {
            self.names -= 1;
            self.bytes -= name.len();
        }
        fits
    }

    pub(super) fn give_back(&mut self, name: &str) {
        self.names += 1;
        self.bytes += name.len();
    }
}
