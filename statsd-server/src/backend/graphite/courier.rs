//! The thread that delivers flushes, one at a time and oldest first.
//!
//! While carbon takes them, they go from memory to the connection and never see the disk. A flush
//! that finds another one under way, or one spooled, is spooled; so is one that was not delivered, and
//! with it those delivered shortly before.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::SpoolOptions;
use super::lines::Lines;
use super::spool::Spool;
use crate::aggregate::Snapshot;
use crate::backend::BackendError;
use crate::backend::lane::millis;
use crate::clock::Clock;
use crate::limits::{REPLAY_MAX_BYTES, RETRY_PAUSE_MAX};
use crate::telemetry::BackendStatus;

/// Knows how one flush gets to where it goes.
pub(in crate::backend) trait Carrier: Send {
    /// Whom it delivers to, for the log.
    fn target(&self) -> &str;

    /// Delivers a flush, and yields how many bytes that were. It must not take longer than `until`.
    fn deliver(&self, body: &Body, until: Option<Instant>) -> Result<u64, NotTaken>;
}

/// Why a flush was not taken; it is tried again.
#[derive(Debug)]
pub(in crate::backend) struct NotTaken {
    pub(in crate::backend) error: io::Error,
    /// How long the other side asks not to be asked again.
    pub(in crate::backend) after: Option<Duration>,
}

impl From<io::Error> for NotTaken {
    fn from(error: io::Error) -> Self {
        Self { error, after: None }
    }
}

/// How a courier goes about it.
#[derive(Debug, Clone)]
pub(in crate::backend) struct CourierOptions {
    /// The pause after the first failed attempt; it doubles up to `RETRY_PAUSE_MAX`.
    pub(in crate::backend) retry_pause: Duration,
    /// How long a flush that was delivered is kept to be sent again.
    pub(in crate::backend) replay: Duration,
    pub(in crate::backend) spool: SpoolOptions,
}

#[derive(Debug)]
pub(in crate::backend) struct Courier {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
    status: Arc<BackendStatus>,
}

#[derive(Debug)]
struct Desk {
    spool: Spool,
    /// What is being delivered, or is to be next. Older than all that is spooled.
    in_hand: Option<Flush>,
    /// Delivered within `replay`, oldest first: carbon may not have written them yet.
    delivered: VecDeque<(Instant, Flush)>,
    /// About what they take.
    delivered_bytes: usize,
    /// Nothing more comes, and until when to go on.
    closing: Option<Instant>,
    done: bool,
}

#[derive(Debug, Clone)]
struct Flush {
    number: u64,
    body: Body,
    spooled: bool,
}

/// What a flush is delivered from.
#[derive(Debug, Clone)]
pub(in crate::backend) enum Body {
    /// The flush itself, which is written as it is sent, so that its text is never in memory.
    Snapshot(Arc<Snapshot>, Arc<Lines>),
    Text(Arc<str>),
}

/// About what a number of a snapshot takes, its name aside, which is shared.
const NUMBER_BYTES: usize = 32;

impl Body {
    fn held_bytes(&self) -> usize {
        match self {
            Self::Snapshot(snapshot, _) => {
                let stats: usize = snapshot.timers.iter().map(|(_, timer)| timer.stats.len()).sum();
                (snapshot.len() + stats) * NUMBER_BYTES
            }
            Self::Text(text) => text.len(),
        }
    }

    pub(in crate::backend) fn text(&self) -> Arc<str> {
        match self {
            Self::Snapshot(snapshot, lines) => lines.text(snapshot).into(),
            Self::Text(text) => Arc::clone(text),
        }
    }
}

impl Courier {
    pub(in crate::backend) fn start(
        options: CourierOptions,
        carrier: Box<dyn Carrier>,
        clock: Arc<dyn Clock>,
        status: Arc<BackendStatus>,
    ) -> io::Result<Self> {
        let spool = Spool::open(options.spool.clone(), Arc::clone(&status))?;
        // etsy's `last_flush` begins with the server's start.
        status.last_flush.set(rounded(clock.now()));
        let desk = Desk {
            spool,
            in_hand: None,
            delivered: VecDeque::new(),
            delivered_bytes: 0,
            closing: None,
            done: false,
        };
        let shared = Arc::new(Shared { desk: Mutex::new(desk), changed: Condvar::new(), status });
        let runner = Runner { shared: Arc::clone(&shared), options, carrier, clock };
        thread::Builder::new().name("statsd-courier".to_owned()).spawn(move || runner.run())?;
        Ok(Self { shared })
    }

    /// Takes a flush. Blocks for the disk at most, and only while carbon is behind.
    pub(in crate::backend) fn hand_over(&self, body: Body) -> Result<(), BackendError> {
        let mut desk = self.shared.lock();
        let number = desk.spool.next_number();
        let handed = if desk.in_hand.is_none() && desk.spool.is_empty() {
            desk.in_hand = Some(Flush { number, body, spooled: false });
            Ok(())
        } else {
            let held = desk.in_hand.as_ref().map(|flush| flush.number);
            desk.spool.put(number, &body.text(), held)
        };
        self.shared.changed.notify_all();
        handed.map_err(|error| BackendError { message: format!("lost: {error}") })
    }

    /// Waits until all is delivered, an attempt has failed, or most of the time is over; what is in
    /// hand then is spooled, in case it does not arrive.
    pub(in crate::backend) fn close(&self, deadline: Instant) {
        // The last quarter of the time is for the disk.
        let wait = deadline.saturating_duration_since(Instant::now()) * 3 / 4;
        let mut desk = self.shared.lock();
        desk.closing = Some(Instant::now() + wait);
        self.shared.changed.notify_all();
        let waited = self.shared.changed.wait_timeout_while(desk, wait, |desk| !desk.done);
        desk = waited.unwrap_or_else(PoisonError::into_inner).0;
        desk.spool_what_is_in_hand();
        desk.spool.end();
    }
}

#[cfg(test)]
impl Courier {
    /// Whether all that was handed over is delivered.
    pub(in crate::backend) fn is_idle(&self) -> bool {
        let desk = self.shared.lock();
        desk.in_hand.is_none() && desk.spool.is_empty()
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.shared.lock().closing.get_or_insert_with(Instant::now);
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest flush there is; waits for one. None where there is none and none will come.
    fn next(&self) -> Option<Flush> {
        let mut desk = self.lock();
        loop {
            if desk.in_hand.is_none() {
                let oldest = desk.spool.oldest();
                desk.in_hand = oldest.map(|(number, text)| {
                    let body = Body::Text(text.into());
                    Flush { number, body, spooled: true }
                });
            }
            if desk.in_hand.is_some() {
                return desk.in_hand.clone();
            }
            if desk.closing.is_some() {
                return None;
            }
            desk = self.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts what was delivered aside, and forgets what was longer ago than `replay`.
    fn delivered(&self, flush: Flush, replay: Duration) {
        let mut desk = self.lock();
        desk.in_hand = None;
        // It may be there although it was sent from memory: a close spools what is under way.
        desk.spool.remove(flush.number);
        desk.delivered_bytes += flush.body.held_bytes();
        desk.delivered.push_back((Instant::now(), flush));
        while let Some((at, oldest)) = desk.delivered.front()
            && (at.elapsed() >= replay || desk.delivered_bytes > REPLAY_MAX_BYTES)
        {
            desk.delivered_bytes -= oldest.body.held_bytes();
            desk.delivered.pop_front();
        }
    }

    /// Waits before the next attempt. False where there is to be none.
    fn pause(&self, pause: Duration, replay: Duration) -> bool {
        let mut desk = self.lock();
        desk.spool_what_is_in_hand();
        desk.spool_what_was_delivered(replay);
        desk.in_hand = None;
        let waited = self.changed.wait_timeout_while(desk, pause, |desk| desk.closing.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.closing.is_none()
    }
}

impl Desk {
    fn spool_what_was_delivered(&mut self, replay: Duration) {
        self.delivered_bytes = 0;
        for (at, flush) in mem::take(&mut self.delivered) {
            if at.elapsed() < replay
                && let Err(error) = self.spool.put_again(flush.number, &flush.body.text())
            {
                tracing::debug!(%error, "a delivered flush cannot be kept to be sent again");
            }
        }
    }

    fn spool_what_is_in_hand(&mut self) {
        let Some(flush) = self.in_hand.as_mut().filter(|flush| !flush.spooled) else { return };
        // Where the disk fails the flush is lost, and the spool has counted it; once is enough.
        flush.spooled = true;
        let (number, text) = (flush.number, flush.body.text());
        if let Err(error) = self.spool.put(number, &text, None) {
            tracing::error!(%error, "a flush that was not taken is lost");
        }
    }
}

/// The thread's side.
struct Runner {
    shared: Arc<Shared>,
    options: CourierOptions,
    carrier: Box<dyn Carrier>,
    clock: Arc<dyn Clock>,
}

impl Runner {
    fn run(self) {
        let mut failures = 0;
        while let Some(flush) = self.shared.next() {
            match self.deliver(&flush.body) {
                Ok(()) => {
                    self.shared.delivered(flush, self.options.replay);
                    if failures > 0 {
                        tracing::warn!("{} takes flushes again", self.carrier.target());
                    }
                    failures = 0;
                }
                Err(NotTaken { error, after }) => {
                    self.count_failure(&error, failures == 0);
                    let pause =
                        self.options.retry_pause.saturating_mul(2_u32.saturating_pow(failures));
                    let pause = pause.min(RETRY_PAUSE_MAX).max(after.unwrap_or_default());
                    failures += 1;
                    if !self.shared.pause(pause, self.options.replay) {
                        break;
                    }
                }
            }
        }
        self.shared.lock().done = true;
        self.shared.changed.notify_all();
    }

    fn deliver(&self, body: &Body) -> Result<(), NotTaken> {
        let status = &self.shared.status;
        let until = self.shared.lock().closing;
        let begun = Instant::now();
        let bytes = self.carrier.deliver(body, until)?;
        status.flush_time.set(millis(begun.elapsed()));
        status.flush_length.set(bytes);
        status.last_flush.set(rounded(self.clock.now()));
        Ok(())
    }

    /// etsy's never learns of these, so that its `last_exception` stays 0 while all is lost.
    fn count_failure(&self, error: &io::Error, first: bool) {
        self.shared.status.errors.add(1);
        self.shared.status.last_exception.set(rounded(self.clock.now()));
        let target = self.carrier.target();
        if first {
            tracing::warn!("{target}: {error}; flushes are spooled and sent again");
        } else {
            tracing::debug!("{target}: {error}");
        }
    }
}

/// etsy's seconds.
pub(super) fn rounded(time: Duration) -> u64 {
    (time + Duration::from_millis(500)).as_secs()
}
