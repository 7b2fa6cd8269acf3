//! Python's pickles, as far as they are data: lists, tuples, dictionaries, numbers and texts of protocols 0 to
//! 5. May not know sockets, the store or what the data means, but for `read_points`, which says it. Data comes
//! from a frame, which it borrows, and goes to `points` as batches.
//!
//! A pickle is a program for a machine with a stack. `op` reads one instruction, `values` runs them all. What
//! would build, call or look up anything is refused by a first look over the whole frame, before a byte is
//! allocated; every other instruction takes a bounded number of steps and makes at most one value, and nothing
//! here calls itself. So a frame costs time and memory in proportion to its bytes, whatever it says.

mod op;
mod read_points;
mod text;
mod values;
mod write;

pub use read_points::{PicklePoints, read_pickle};
pub(super) use values::{Pickle, Value};
pub(super) use write::Writer;

/// Why a pickle is not read. One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleError {
    /// It would build, call or look up an object.
    #[error("it holds {0}, which is more than data")]
    NotData(&'static str),
    /// It ends in the middle of something.
    #[error("it ends too early")]
    Cut,
    /// An instruction that does not exist.
    #[error("{0:#04x} is no instruction")]
    Unknown(u8),
    /// An instruction does not find what it needs on the stack, or in the memo.
    #[error("it is broken: {0}")]
    Broken(&'static str),
    /// It needs more than is allowed.
    #[error("it has too many {0}")]
    TooMuch(&'static str),
}
