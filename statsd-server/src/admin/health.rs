//! What the server says of itself to a proxy.

use std::sync::atomic::{AtomicBool, Ordering};

/// Up or down, as somebody said at the console, or the configuration (etsy's `healthStatus`) before.
///
/// It changes nothing here: a proxy that hears "down" sends its packets elsewhere, so that the server
/// can be stopped without a loss.
#[derive(Debug)]
pub struct Health {
    up: AtomicBool,
}

impl Default for Health {
    fn default() -> Self {
        Self::new(true)
    }
}

impl Health {
    /// As it is at the start.
    pub fn new(up: bool) -> Self {
        Self { up: AtomicBool::new(up) }
    }

    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// The reply to `health`, and to `health up` and `health down`, which set it; other words behind it
    /// change nothing.
    pub(crate) fn reply(&self, said: Option<&str>) -> String {
        match said.map(str::to_ascii_lowercase).as_deref() {
            Some("up") => self.set(true),
            Some("down") => self.set(false),
            _ => {}
        }
        let state = if self.is_up() { "up" } else { "down" };
        format!("health: {state}\n")
    }

    /// Says so from now on.
    pub fn set(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }
}
