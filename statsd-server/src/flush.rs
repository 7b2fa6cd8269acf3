//! The interval clock: shards → [`Snapshot`](crate::aggregate::Snapshot) → the lane of every backend,
//! on a plain thread that waits for none of them. May not know which backends there are. Time comes
//! from a [`Clock`]; waiting and arithmetic are apart, so that tests do not wait.

use std::io;
use std::mem;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::aggregate::{Counts, Interval, Options, Shard, State};
use crate::backend::Lane;
use crate::clock::Clock;
use crate::events::EventLog;
use crate::limits::{ADMIN_REPLY_MAX_BYTES, FIRST_NODES_SHOWN, FLUSH_REQUESTS_MAX};
use crate::telemetry::{KnownNames, Telemetry};

mod bad_lines;
mod inquiry;

use bad_lines::BadLineLog;
pub use inquiry::{Inquirer, Messages};
use inquiry::{Question, Request};

/// An interval of 0 would never wait. Configuration refuses it; this is for those who do not read one.
const INTERVAL_MIN: Duration = Duration::from_millis(1);

/// How often the thread looks whether packets came, so that it can tell to the second when the last
/// one did, without a clock in the receivers.
const LOOK: Duration = Duration::from_secs(1);

/// When the flush after `now` is due: an instant, like `startup` and `now`, since the epoch.
///
/// etsy's rule: flushes keep the phase of the second at which the server started, so that one that
/// is late moves none of the later ones. One that is late by more than half an interval leaves the
/// next one out, whose samples come with the one after.
///
/// ```
/// use std::time::Duration;
/// use statsd_server::flush::next_flush;
///
/// let (startup, interval) = (Duration::from_secs(1_003), Duration::from_secs(10));
/// let at = |millis| next_flush(startup, interval, Duration::from_millis(millis)).as_secs();
/// assert_eq!(at(1_003_000), 1_013);
/// assert_eq!(at(1_013_002), 1_023);
/// assert_eq!(at(1_012_999), 1_023, "a timer that fires early does not fire twice");
/// ```
pub fn next_flush(startup: Duration, interval: Duration, now: Duration) -> Duration {
    let interval = nanos(interval.max(INTERVAL_MIN));
    // Negative where the clock was set back behind the startup.
    let past = nanos(now) - nanos(startup);
    let done = (past + interval / 2).div_euclid(interval);
    let due = nanos(startup) + (done + 1) * interval;
    Duration::from_nanos(u64::try_from(due).unwrap_or(u64::MAX))
}

/// Does the flushes. Made by [`Flusher::new`], run by [`Flusher::start`] or, in tests, one flush at a
/// time by [`Flusher::flush_once`].
#[derive(Debug)]
pub struct Flusher {
    interval: Duration,
    sources: Vec<Source>,
    state: State,
    lanes: Vec<Lane>,
    clock: Arc<dyn Clock>,
    telemetry: Arc<Telemetry>,
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
            sources,
            state: State::new(options),
            lanes,
            last_packet: whole_seconds(nearest_second(clock.now())),
            clock,
            telemetry,
            inquirer: Inquirer::new(sender),
            requests,
            bad_lines: BadLineLog::default(),
            events: EventLog::default(),
        }
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
        let snapshot = Arc::new(snapshot);
        for lane in &self.lanes {
            lane.offer(&snapshot);
        }
        self.telemetry.flushes.add(1);
    }

    /// Waits until the backends have taken what they were handed, each until its own deadline. Those
    /// that need longer are left behind and logged. Nobody is answered any more.
    pub fn finish(mut self) {
        warn_of(&self.bad_lines.rest(self.clock.now()));
        let Self { lanes, requests, .. } = self;
        drop(requests);
        for lane in &lanes {
            lane.close();
        }
        for lane in lanes {
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
        let startup = nearest_second(self.clock.now());
        loop {
            let now = self.clock.now();
            let due = next_flush(startup, self.interval, now);
            match self.wait(due.saturating_sub(now)) {
                Then::Flush => self.flush_once(whole_seconds(nearest_second(due))),
                Then::Stop => break,
            }
        }
        self.flush_once(self.clock.seconds());
        self.finish();
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
        };
    }
}

impl FlushHandle {
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

fn count(telemetry: &Telemetry, counts: &Counts) {
    telemetry.packets.add(counts.packets);
    telemetry.lines.add(counts.lines);
    telemetry.bad_lines.add(counts.bad_lines());
    telemetry.events.add(counts.events);
    telemetry.service_checks.add(counts.service_checks);
    telemetry.names_too_long.add(counts.names_too_long);
    telemetry.contexts_over_limit.add(counts.contexts_over_limit);
    telemetry.samples_over_limit.add(counts.samples_over_limit);
    telemetry.timers_sketched.add(counts.timers_sketched);
    telemetry.sets_estimated.add(counts.sets_estimated);
    telemetry.results_not_finite.add(counts.results_not_finite);
    telemetry.kernel_drops.add(counts.lost.kernel_drops);
    telemetry.kernel_drops_merged.add(counts.lost.kernel_drops_merged);
    telemetry.packets_truncated.add(counts.lost.packets_truncated);
    telemetry.lines_too_long.add(counts.lost.lines_too_long);
    if counts.lost.kernel_drops > 0 {
        tracing::warn!(
            packets = counts.lost.kernel_drops,
            "the kernel dropped packets: they came faster than they were read"
        );
    }
    let over = counts.contexts_over_limit + counts.samples_over_limit + counts.names_too_long;
    if over > 0 {
        tracing::warn!(
            names = counts.contexts_over_limit,
            samples = counts.samples_over_limit,
            long_names = counts.names_too_long,
            "samples dropped, a limit is reached"
        );
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
