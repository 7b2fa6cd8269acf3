//! How the server is: what a proxy hears at the console, and what an orchestrator asks over HTTP. May not
//! know who asks, nor any part of the server: those say here how they are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{SILENT_FLUSHES_MAX, SILENT_FLUSHES_MIN};

/// Up or down, as somebody said; which threads run; when the last flush was.
///
/// Up or down is what somebody said at the console, or the configuration (etsy's `healthStatus`) before. It
/// changes nothing here: who hears "down" sends packets elsewhere, so that the server can be stopped
/// without a loss.
#[derive(Debug)]
pub struct Health {
    up: AtomicBool,
    life: Mutex<Life>,
}

#[derive(Debug, Default)]
struct Life {
    /// Sockets are bound, and read from.
    receives: bool,
    is_stopping: bool,
    /// The threads that ended though nobody stopped them.
    ended: Vec<&'static str>,
    /// The last flush, and the interval.
    flushed: Option<(Instant, Duration)>,
}

impl Default for Health {
    fn default() -> Self {
        Self::new(true)
    }
}

impl Health {
    /// As it is at the start.
    pub fn new(up: bool) -> Self {
        Self { up: AtomicBool::new(up), life: Mutex::default() }
    }

    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Says so from now on.
    pub fn set(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }

    /// The sockets are read from.
    pub fn receives(&self) {
        self.life().receives = true;
    }

    /// The server is about to end.
    pub fn stops(&self) {
        self.life().is_stopping = true;
    }

    /// These threads have ended though nobody stopped them.
    pub fn ended(&self, threads: Vec<&'static str>) {
        self.life().ended = threads;
    }

    /// There was a flush, or the flush thread has decided that there is none yet; the next one is due in
    /// `interval`.
    pub fn flushed(&self, now: Instant, interval: Duration) {
        self.life().flushed = Some((now, interval));
    }

    /// Why the process should be started anew; nothing where it is alive.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use statsd_server::health::Health;
    ///
    /// let (health, start) = (Health::default(), Instant::now());
    /// health.flushed(start, Duration::from_secs(10));
    /// assert!(health.unhealthy(start + Duration::from_secs(30)).is_empty());
    /// let why = health.unhealthy(start + Duration::from_secs(31));
    /// assert_eq!(why, ["no flush for 31s; one was due in 10s"]);
    /// ```
    pub fn unhealthy(&self, now: Instant) -> Vec<String> {
        let life = self.life();
        let mut why: Vec<_> =
            life.ended.iter().map(|thread| format!("{thread} has ended")).collect();
        if let Some((flushed, interval)) = life.flushed {
            let silence = now.saturating_duration_since(flushed);
            let most = interval.saturating_mul(SILENT_FLUSHES_MAX).max(SILENT_FLUSHES_MIN);
            if silence > most {
                let seconds = silence.as_secs();
                why.push(format!("no flush for {seconds}s; one was due in {interval:?}"));
            }
        }
        why
    }

    /// Why nobody should send to it at present; nothing where it takes and counts what comes.
    pub fn not_ready(&self) -> Vec<String> {
        let life = self.life();
        let mut why = Vec::new();
        if !life.receives {
            why.push("it does not receive yet".to_owned());
        }
        if life.is_stopping {
            why.push("it is about to end".to_owned());
        }
        if !self.is_up() {
            why.push("its health is down: somebody said so".to_owned());
        }
        why
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
