//! Captures that listen, whether or not a client is installed.

use std::sync::atomic::Ordering;

use super::LISTENERS;

/// While it lives, calls are made also where nobody is installed: a capture is there to see them.
#[derive(Debug)]
pub(crate) struct Listening(());

impl Listening {
    pub(crate) fn begin() -> Self {
        LISTENERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
    }
}
