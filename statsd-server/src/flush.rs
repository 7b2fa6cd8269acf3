//! The interval clock: shards → [`Snapshot`](crate::aggregate::Snapshot) → the lane of every backend,
//! on a plain thread that waits for none of them. May not know which backends there are. Time comes
//! from a [`Clock`]; waiting and arithmetic are apart, so that tests do not wait.

use std::io;
use std::mem;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::aggregate::{Interval, Kept, Options, Shard, State};
use crate::backend::Lane;
use crate::clock::Clock;
use crate::events::EventLog;
use crate::health::Health;
use crate::limits::{ADMIN_REPLY_MAX_BYTES, FIRST_NODES_SHOWN, FLUSH_REQUESTS_MAX};
use crate::telemetry::{KnownNames, Telemetry};

mod account;
mod bad_lines;
mod change;
mod inquiry;
mod schedule;

use account::count;
use bad_lines::BadLineLog;
pub use change::{Change, LaneChange};
pub use inquiry::{Inquirer, Messages};
pub use schedule::{Align, first_after, next_flush};

use inquiry::{Question, Request};
use schedule::{Next, Schedule};

/// An interval of 0 would never wait. Configuration refuses it; this is for those who do not read one.
const INTERVAL_MIN: Duration = Duration::from_millis(1);

/// How often the thread looks whether packets came, so that it can tell to the second when the last
/// one did, without a clock in the receivers.
const LOOK: Duration = Duration::from_secs(1);

/// Does the flushes. Made by [`Flusher::new`], run by [`Flusher::start`] or, in tests, one flush at a
/// time by [`Flusher::flush_once`].
#[derive(Debug)]
pub struct Flusher {
    interval: Duration,
    schedule: Schedule,
    sources: Vec<Source>,
    state: State,
    lanes: Vec<Lane>,
    /// Lanes that were given up and may not have ended.
    leaving: Vec<Lane>,
    /// What holds from the next flush on.
    next_options: Option<Options>,
    clock: Arc<dyn Clock>,
    telemetry: Arc<Telemetry>,
    health: Arc<Health>,
    inquirer: Inquirer,
    requests: Receiver<Request>,
    /// When the last packet was seen, or the start.
    last_packet: i64,
    bad_lines: BadLineLog,
    events: EventLog,
}

/// A shard, and the interval it gets in exchange for the one that is taken out.
#[derive(Debug)]
struct Source {
    shard: Arc<Mutex<Shard>>,
    emptied: Interval,
    /// Packets that its open interval had when they were last looked at.
    packets: u64,
}

/// Whose end the taking of the shards' intervals is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Take {
    /// The interval's.
    End,
    /// Nobody's: the interval goes on.
    Within,
}

/// What ends the waiting.
enum Then {
    Flush,
    Stop,
}

/// The running thread. Dropping it lets the thread flush and end by itself; [`FlushHandle::stop`]
/// waits for that.
#[derive(Debug)]
pub struct FlushHandle {
    requests: SyncSender<Request>,
    thread: Option<JoinHandle<()>>,
}

impl Flusher {
    /// Flushes `shards`, one of each receiver, to all `lanes` at once.
    pub fn new(
        options: Options,
        shards: Vec<Arc<Mutex<Shard>>>,
        lanes: Vec<Lane>,
        clock: Arc<dyn Clock>,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        let sources = shards
            .into_iter()
            .map(|shard| Source { shard, emptied: Interval::default(), packets: 0 })
            .collect();
        let interval = options.interval;
        let (sender, requests) = mpsc::sync_channel(FLUSH_REQUESTS_MAX);
        Self {
            interval,
            schedule: Schedule::new(nearest_second(clock.now())),
            sources,
            state: State::new(options),
            lanes,
            leaving: Vec::new(),
            next_options: None,
            last_packet: whole_seconds(nearest_second(clock.now())),
            clock,
            telemetry,
            health: Arc::default(),
            inquirer: Inquirer::new(sender),
            requests,
            bad_lines: BadLineLog::default(),
            events: EventLog::default(),
        }
    }

    /// Goes on from where another run was, before anything is flushed; see [`State::restore`].
    pub fn restore(&mut self, kept: Kept) {
        if let Ok(seconds) = u64::try_from(kept.timestamp) {
            self.schedule.flushed(Duration::from_secs(seconds));
        }
        self.state.restore(kept);
    }

    /// Which instants flushes are due at; etsy's unless this says otherwise.
    #[must_use]
    pub fn aligned(mut self, align: Align) -> Self {
        self.schedule.align = align;
        self
    }

    /// Tells `health` of every flush.
    #[must_use]
    pub fn telling(self, health: Arc<Health>) -> Self {
        Self { health, ..self }
    }

    /// Hands events and service checks to this log.
    #[must_use]
    pub fn with_events(self, events: EventLog) -> Self {
        Self { events, ..self }
    }

    /// Asks the running thread about what it holds.
    pub fn inquirer(&self) -> Inquirer {
        self.inquirer.clone()
    }

    /// Starts the thread.
    pub fn start(self) -> io::Result<FlushHandle> {
        let requests = self.inquirer.requests();
        let thread =
            thread::Builder::new().name("statsd-flush".to_owned()).spawn(move || self.run())?;
        Ok(FlushHandle { requests, thread: Some(thread) })
    }

    /// Ends the interval under `timestamp` (seconds since the epoch) and hands it to every lane.
    ///
    /// Holds each shard's lock for a few moves, and waits for no backend: one that has fallen behind
    /// is not handed this interval, and counted.
    pub fn flush_once(&mut self, timestamp: i64) {
        self.gather(Take::End);
        let contexts = self.state.contexts();
        let first_nodes = self.state.first_nodes(FIRST_NODES_SHOWN);
        self.telemetry.known.set(KnownNames { contexts, first_nodes });
        let begun = self.clock.now();
        let mut snapshot = self.state.snapshot(timestamp);
        let took = self.clock.now().saturating_sub(begun).as_millis();
        snapshot.processing_millis = u64::try_from(took).unwrap_or(u64::MAX);
        self.count();
        let now = whole_seconds(begun);
        let (events, checks) = self.events.add(self.state.take_notices(), now);
        self.telemetry.events_forgotten.add(events);
        self.telemetry.service_checks_forgotten.add(checks);
        tracing::debug!(timestamp, metrics = snapshot.len(), "flushed");
        let snapshot = Arc::new(snapshot);
        for lane in &self.lanes {
            lane.offer(&snapshot);
        }
        self.telemetry.flushes.add(1);
        if let Some(options) = self.next_options.take() {
            self.interval = options.interval;
            self.state.set_options(options);
        }
    }

    /// Waits until the backends have taken what they were handed, each until its own deadline. Those
    /// that need longer are left behind and logged. Nobody is answered any more.
    pub fn finish(mut self) {
        warn_of(&self.bad_lines.rest(self.clock.now()));
        let Self { lanes, leaving, requests, .. } = self;
        drop(requests);
        for lane in &lanes {
            lane.close();
        }
        for lane in lanes.into_iter().chain(leaving) {
            let _logged = lane.join();
        }
    }

    /// Tells telemetry and the log what the interval of the last snapshot counted.
    fn count(&mut self) {
        let (counts, telemetry) = (self.state.last_counts(), &self.telemetry);
        count(telemetry, counts);
        let told = self.bad_lines.take(counts, &telemetry.bad_reasons, self.clock.now());
        warn_of(&told);
    }

    /// Absorbs what the shards hold. Each lock is held for a few moves, whatever there is.
    fn gather(&mut self, take: Take) {
        let now = whole_seconds(nearest_second(self.clock.now()));
        for source in &mut self.sources {
            let emptied = mem::take(&mut source.emptied);
            let mut shard = source.shard.lock().unwrap_or_else(PoisonError::into_inner);
            let mut interval = match take {
                Take::End => shard.swap(emptied),
                Take::Within => shard.swap_within(emptied),
            };
            drop(shard);
            if interval.counts().packets > source.packets {
                self.last_packet = now;
            }
            source.packets = 0;
            self.state.absorb(&mut interval);
            source.emptied = interval;
        }
    }

    /// Notes whether packets came since the last look.
    fn look(&mut self) {
        let now = whole_seconds(nearest_second(self.clock.now()));
        for source in &mut self.sources {
            let shard = source.shard.lock().unwrap_or_else(PoisonError::into_inner);
            let packets = shard.counts().packets;
            drop(shard);
            if packets > source.packets {
                self.last_packet = now;
            }
            source.packets = packets;
        }
    }

    /// The timestamp is the instant that was due, not the one that came: a flush that is late cannot
    /// share a slot with the next one. Parts of a second are rounded, as etsy's StatsD does.
    fn run(mut self) {
        let mut is_held = false;
        let mut next = self.schedule.next(self.interval, self.clock.now());
        loop {
            self.health.flushed(Instant::now(), self.interval);
            let (Next::Flush { wait, .. } | Next::Hold { wait }) = next;
            if matches!(next, Next::Hold { .. }) && !is_held {
                self.telemetry.clock_set_back.add(1);
                tracing::warn!("the clock was set back: no flush until it has passed the last one");
            }
            is_held = matches!(next, Next::Hold { .. });
            match self.wait(wait) {
                Then::Flush => next = self.flush_if_due(next),
                Then::Stop => break,
            }
        }
        let at = self.schedule.last_words(self.interval, self.clock.now());
        self.flush_once(whole_seconds(at));
        self.finish();
    }

    /// After the wait: does the flush that was waited for, unless the clock was set back.
    fn flush_if_due(&mut self, next: Next) -> Next {
        if let Next::Flush { due, .. } = next {
            if let Some(next) = self.schedule.not_yet(self.interval, due, self.clock.now()) {
                return next;
            }
            self.schedule.flushed(due);
            self.flush_once(whole_seconds(nearest_second(due)));
        }
        self.schedule.next(self.interval, self.clock.now())
    }

    /// Waits so long, which is measured by a clock that nobody sets, and answers meanwhile. However
    /// many ask, the flush comes first once it is due.
    fn wait(&mut self, time: Duration) -> Then {
        let start = Instant::now();
        loop {
            let left = time.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Then::Flush;
            }
            match self.requests.recv_timeout(left.min(LOOK)) {
                Ok(Request::Ask(question)) => self.answer(question),
                Err(RecvTimeoutError::Timeout) => self.look(),
                Ok(Request::Stop) | Err(RecvTimeoutError::Disconnected) => return Then::Stop,
            }
        }
    }

    fn answer(&mut self, question: Question) {
        // Whoever is gone needs no answer.
        if question.is_withdrawn() {
            return;
        }
        self.gather(Take::Within);
        let max = ADMIN_REPLY_MAX_BYTES;
        let _gone = match question {
            Question::List { kind, answer } => answer.send(self.state.list(kind, max)).is_err(),
            Question::Delete { kind, names, answer } => {
                answer.send(self.state.delete(kind, &names, max)).is_err()
            }
            Question::Messages { answer } => {
                let (last_seen, bad_lines) = (self.last_packet, self.state.bad_lines());
                answer.send(Messages { last_seen, bad_lines }).is_err()
            }
            Question::Change { change, answer } => {
                self.change(*change);
                answer.send(()).is_err()
            }
        };
    }
}

impl FlushHandle {
    /// Whether the thread runs.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Flushes what there is of the open interval, under the time of now, and waits for the backends,
    /// each until its deadline. To be called after the receivers have stopped.
    pub fn stop(mut self) {
        self.tell_to_stop();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the flush thread had panicked");
        }
    }

    /// Fails where the thread has ended; there is always room for this one request.
    fn tell_to_stop(&self) {
        let _ended = self.requests.try_send(Request::Stop);
    }
}

impl Drop for FlushHandle {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.tell_to_stop();
        }
    }
}

fn warn_of(told: &[String]) {
    for told in told {
        tracing::warn!("{told}");
    }
}

fn nanos(time: Duration) -> i128 {
    i128::try_from(time.as_nanos()).unwrap_or(i128::MAX)
}

fn nearest_second(time: Duration) -> Duration {
    Duration::from_secs((time + Duration::from_millis(500)).as_secs())
}

fn whole_seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
