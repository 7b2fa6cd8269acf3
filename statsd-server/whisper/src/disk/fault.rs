//! What a test of this thread asks to fail, and how many calls were made.

use std::cell::Cell;
use std::io;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static FAILS: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// What `run` answers, and how many reads, writes and syncs it asked for, where that of this number
/// (from 0 on) fails; if it is a write, with half of its bytes written.
pub(crate) fn failing<T>(number: usize, run: impl FnOnce() -> T) -> (T, usize) {
    CALLS.set(0);
    FAILS.set(number);
    let answer = run();
    FAILS.set(usize::MAX);
    (answer, CALLS.get())
}

/// What `run` answers, and how many reads, writes and syncs it asked for.
pub(crate) fn counting<T>(run: impl FnOnce() -> T) -> (T, usize) {
    failing(usize::MAX, run)
}

pub(super) fn next() -> io::Result<()> {
    let call = CALLS.replace(CALLS.get() + 1);
    if call == FAILS.get() { Err(io::Error::other("asked to fail")) } else { Ok(()) }
}

pub(super) fn next_write(bytes: &[u8], write: impl Fn(&[u8]) -> io::Result<()>) -> io::Result<()> {
    match next() {
        Ok(()) => write(bytes),
        Err(error) => write(&bytes[..bytes.len() / 2]).and(Err(error)),
    }
}
