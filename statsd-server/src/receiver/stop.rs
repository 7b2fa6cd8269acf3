//! How a thread that waits for a socket is told to stop, without waking up to look.

use std::io::{self, PipeReader, PipeWriter, pipe};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Kept by whoever may stop the thread; dropping it stops, too.
#[derive(Debug)]
pub(super) struct Stop {
    flag: Arc<AtomicBool>,
    /// Closing this end makes the other one readable, which ends a wait.
    _writer: PipeWriter,
}

/// Asked by the thread.
#[derive(Debug)]
pub(super) struct Stopped {
    flag: Arc<AtomicBool>,
    reader: PipeReader,
}

pub(super) fn stop() -> io::Result<(Stop, Stopped)> {
    let (reader, writer) = pipe()?;
    let flag = Arc::new(AtomicBool::new(false));
    Ok((Stop { flag: Arc::clone(&flag), _writer: writer }, Stopped { flag, reader }))
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.flag.store(true, Ordering::Release);
    }
}

impl Stopped {
    /// Costs a load; for the places that are reached often.
    pub(super) fn is_stopped(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }
}

/// Readable, in the sense of `poll`, once it is stopped.
impl AsFd for Stopped {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
