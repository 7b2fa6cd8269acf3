//! The interval clock: shards → [`Snapshot`](crate::aggregate::Snapshot) → the lane of every backend,
//! on a plain thread that waits for none of them. May not know which backends there are. Time comes
//! from a [`Clock`]; waiting and arithmetic are apart, so that tests do not wait.

use std::io;
use std::mem;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::aggregate::{Counts, Interval, Options, Shard, State};
use crate::backend::Lane;
use crate::clock::Clock;
use crate::telemetry::Telemetry;

/// An interval of 0 would never wait. Configuration refuses it; this is for those who do not read one.
const INTERVAL_MIN: Duration = Duration::from_millis(1);

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
}

/// A shard, and the interval it gets in exchange for the one that is taken out.
#[derive(Debug)]
struct Source {
    shard: Arc<Mutex<Shard>>,
    emptied: Interval,
}

/// The running thread. Dropping it lets the thread flush and end by itself; [`FlushHandle::stop`]
/// waits for that.
#[derive(Debug)]
pub struct FlushHandle {
    stop: Sender<()>,
    thread: JoinHandle<()>,
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
            .map(|shard| Source { shard, emptied: Interval::default() })
            .collect();
        let interval = options.interval;
        Self { interval, sources, state: State::new(options), lanes, clock, telemetry }
    }

    /// Starts the thread.
    pub fn start(self) -> io::Result<FlushHandle> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("statsd-flush".to_owned())
            .spawn(move || self.run(&stopped))?;
        Ok(FlushHandle { stop, thread })
    }

    /// Ends the interval under `timestamp` (seconds since the epoch) and hands it to every lane.
    ///
    /// Holds each shard's lock for a few moves, and waits for no backend: one that has fallen behind
    /// is not handed this interval, and counted.
    pub fn flush_once(&mut self, timestamp: i64) {
        for source in &mut self.sources {
            let emptied = mem::take(&mut source.emptied);
            let mut interval =
                source.shard.lock().unwrap_or_else(PoisonError::into_inner).swap(emptied);
            self.state.absorb(&mut interval);
            source.emptied = interval;
        }
        let begun = self.clock.now();
        let mut snapshot = self.state.snapshot(timestamp);
        let took = self.clock.now().saturating_sub(begun).as_millis();
        snapshot.processing_millis = u64::try_from(took).unwrap_or(u64::MAX);
        count(&self.telemetry, self.state.last_counts());
        let snapshot = Arc::new(snapshot);
        for lane in &self.lanes {
            lane.offer(&snapshot);
        }
        self.telemetry.flushes.add(1);
    }

    /// Waits until the backends have taken what they were handed, each until its own deadline. Those
    /// that need longer are left behind and logged.
    pub fn finish(self) {
        for lane in &self.lanes {
            lane.close();
        }
        for lane in self.lanes {
            let _logged = lane.join();
        }
    }

    /// The timestamp is the instant that was due, not the one that came: a flush that is late cannot
    /// share a slot with the next one. Parts of a second are rounded, as etsy's StatsD does.
    fn run(mut self, stopped: &Receiver<()>) {
        let startup = nearest_second(self.clock.now());
        loop {
            let now = self.clock.now();
            let due = next_flush(startup, self.interval, now);
            match stopped.recv_timeout(due.saturating_sub(now)) {
                Err(RecvTimeoutError::Timeout) => {
                    self.flush_once(whole_seconds(nearest_second(due)));
                }
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.flush_once(self.clock.seconds());
        self.finish();
    }
}

impl FlushHandle {
    /// Flushes what there is of the open interval, under the time of now, and waits for the backends,
    /// each until its deadline. To be called after the receivers have stopped.
    pub fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the flush thread had panicked");
        }
    }
}

fn count(telemetry: &Telemetry, counts: &Counts) {
    telemetry.packets.add(counts.packets);
    telemetry.lines.add(counts.lines);
    telemetry.bad_lines.add(counts.bad_lines());
    telemetry.names_too_long.add(counts.names_too_long);
    telemetry.contexts_over_limit.add(counts.contexts_over_limit);
    telemetry.samples_over_limit.add(counts.samples_over_limit);
    telemetry.results_not_finite.add(counts.results_not_finite);
    telemetry.kernel_drops.add(counts.lost.kernel_drops);
    telemetry.kernel_drops_merged.add(counts.lost.kernel_drops_merged);
    telemetry.packets_truncated.add(counts.lost.packets_truncated);
    telemetry.lines_too_long.add(counts.lost.lines_too_long);
    for (reason, lines) in &counts.bad {
        tracing::debug!(lines, "bad lines: {}", reason.as_str());
    }
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
