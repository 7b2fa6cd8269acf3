//! The built binary under loads and among peers that are made to break it: what it took is accounted
//! for, and the others notice nothing. Nothing here is timed; what never ends fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "what a machine's limits did not allow is said")]

mod carbon;
mod many_names;
mod overload;
mod prototype_names;
#[path = "../support/server.rs"]
mod server;
mod slow_peers;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by whoever needs the machine's cores, or its descriptors, to itself.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
