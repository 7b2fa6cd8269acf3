//! Where a capture keeps what it sees.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Seen, SeenCall};
use crate::pipeline::{Sighting, Witness};

/// Calls that one capture keeps. Further ones are counted, see [`Seen::over`]: a test that loops for ever
/// must not take all memory first.
pub const SEEN_MAX: usize = 1_000_000;

/// What one capture has seen so far.
#[derive(Debug)]
pub(super) struct Log {
    kept: Mutex<Kept>,
    room: usize,
}

#[derive(Debug, Default)]
struct Kept {
    calls: Vec<SeenCall>,
    /// Calls beyond the room.
    over: usize,
    is_over: bool,
}

impl Log {
    pub(super) fn new() -> Self {
        Self::with_room(SEEN_MAX)
    }

    pub(super) fn with_room(room: usize) -> Self {
        Self { kept: Mutex::default(), room }
    }

    /// What was seen so far. Copies a pointer a call.
    pub(super) fn seen(&self) -> Seen {
        let kept = self.kept();
        Seen::new(kept.calls.clone(), kept.over)
    }

    /// Ends the capture: what work that followed it calls from here on is not its own any more.
    pub(super) fn end(&self) -> Seen {
        let kept = {
            let mut kept = self.kept();
            std::mem::replace(&mut *kept, Kept { is_over: true, ..Kept::default() })
        };
        Seen::new(kept.calls, kept.over)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Log {
    fn is_watching(&self) -> bool {
        !self.kept().is_over
    }

    fn saw(&self, call: &Sighting<'_>) {
        // Made before the lock is taken: nothing but a push happens under it.
        let call = SeenCall::of(call);
        let mut kept = self.kept();
        if kept.calls.len() < self.room {
            kept.calls.push(call);
        } else {
            kept.over += 1;
        }
    }
}

#[cfg(test)]
mod tests;
