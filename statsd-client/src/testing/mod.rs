//! What a test sees of the calls that code makes: captures, and assertions about what they have seen.
//! May not know clients, backends or what becomes of a call. `pipeline/witness.rs` tells a capture of
//! calls; what goes out of here is a panic's message.
//!
//! A capture sees every call that its thread or task makes meanwhile, and no other thread's: tests run in
//! parallel. It needs no client; where there is one, it is told nothing of what is captured.

mod call;
mod capture;
mod log;
mod seen;
mod task;

pub use call::{SeenCall, SeenKind, SeenValue};
pub use capture::{Capture, capture, capture_value, follow};
pub use log::SEEN_MAX;
pub use seen::Seen;
pub use task::{capture_future, capture_future_value, follow_future};
