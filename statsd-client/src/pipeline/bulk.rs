//! What travels to the client's thread in memory of its own, because it fits no run: events, lines with
//! a timestamp, and calls whose context had no number at that moment.

use super::run::Op;

/// One such thing. Its bytes count against the client's budget.
#[derive(Debug)]
pub(crate) enum Bulk {
    /// A call, with the key of its context.
    Call { key: Box<[u8]>, op: Op, value: u64, text: Box<[u8]> },
    /// A line that is rendered already.
    Line(Box<[u8]>),
}

/// What the channel's message and the allocator add to a payload.
const OVERHEAD_BYTES: usize = 96;

impl Bulk {
    /// Memory that it takes while it waits.
    pub(crate) fn bytes(&self) -> usize {
        let payload = match self {
            Self::Call { key, text, .. } => key.len() + text.len(),
            Self::Line(line) => line.len(),
        };
        OVERHEAD_BYTES + payload
    }
}
