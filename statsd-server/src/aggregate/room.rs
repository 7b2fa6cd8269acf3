//! How many names, and how many bytes of them, an interval or the state still takes.

use crate::limits;

/// The room that is left.
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
    /// Takes the room of a name of so many bytes; false where there is none.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let fits = self.names > 0 && self.bytes >= bytes;
        if fits {
            self.names -= 1;
            self.bytes -= bytes;
        }
        fits
    }
}
