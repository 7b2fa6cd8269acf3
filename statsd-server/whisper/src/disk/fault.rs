//! What a test of this thread asks to fail, and how many calls were made.

use std::cell::Cell;
use std::io;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static FAILS: Cell<usize> = const { Cell::new(usize::MAX) };
    static TORN: Cell<usize> = const { Cell::new(0) };
}

/// What `run` answers, and how many reads, writes and syncs it asked for, where that of this number
/// (from 0 on) fails; if it is a write, with this many of its bytes written.
pub(crate) fn failing<T>(number: usize, torn: usize, run: impl FnOnce() -> T) -> (T, usize) {
    CALLS.set(0);
    FAILS.set(number);
    TORN.set(torn);
    let answer = run();
    FAILS.set(usize::MAX);
    (answer, CALLS.get())
}

/// What `run` answers, and how many reads, writes and syncs it asked for.
pub(crate) fn counting<T>(run: impl FnOnce() -> T) -> (T, usize) {
    failing(usize::MAX, 0, run)
}

pub(super) fn next() -> io::Result<()> {
    let call = CALLS.replace(CALLS.get() + 1);
    if call == FAILS.get() { Err(io::Error::other("asked to fail")) } else { Ok(()) }
}

pub(super) fn next_write(bytes: &[u8], write: impl Fn(&[u8]) -> io::Result<()>) -> io::Result<()> {
    match next() {
        Ok(()) => write(bytes),
        Err(error) => write(&bytes[..TORN.get().min(bytes.len() - 1)]).and(Err(error)),
    }
}
