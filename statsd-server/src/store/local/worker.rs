//! The threads of the store: one writes files, one looks after them, one has the disk confirm the journal.

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Inner;
use super::pace::Pace;
use crate::limits::JOURNAL_TRIM_EVERY;
use crate::store::journal::Syncer;

/// The pause between two looks at what is due: short beside a point's wait, and nothing that is felt. Not
/// shorter than it must be, as to wake up for a few files costs more than to write them.
const TICK: RangeInclusive<Duration> = Duration::from_millis(200)..=Duration::from_secs(2);

/// Looks while a point waits.
const TICKS_A_WAIT: u32 = 30;

/// A step of the upkeep is what is to be done in a second.
const UPKEEP_TICK: Duration = Duration::from_secs(1);

/// It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
    _syncer: Option<Syncer>,
}

impl Worker {
    pub(super) fn start(
        inner: Arc<Inner>,
        now: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let syncer = inner.journal.get().map(Syncer::start).transpose()?;
        let stop = Arc::new(AtomicBool::new(false));
        let now = Arc::new(now);
        let upkeep = {
            let (inner, now, stopped) = (Arc::clone(&inner), Arc::clone(&now), Arc::clone(&stop));
            move || {
                while !stopped.load(Ordering::Relaxed) {
                    inner.upkeep.step(&*inner, now());
                    thread::park_timeout(UPKEEP_TICK);
                }
            }
        };
        let stopped = Arc::clone(&stop);
        let run = move || {
            let (mut pace, mut last) = (Pace::default(), Instant::now());
            let mut since_tended = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                let tick = inner.write_after() / TICKS_A_WAIT;
                thread::park_timeout(tick.clamp(*TICK.start(), *TICK.end()));
                let elapsed = last.elapsed();
                last += elapsed;
                inner.step(now(), elapsed, &mut pace, || !stopped.load(Ordering::Relaxed));
                since_tended += elapsed;
                if since_tended >= JOURNAL_TRIM_EVERY || inner.is_journal_half_full() {
                    inner.tend_journal(std::mem::take(&mut since_tended));
                }
            }
        };
        let mut worker = Self { stop, threads: Vec::new(), _syncer: syncer };
        worker.threads.push(thread::Builder::new().name("store".into()).spawn(run)?);
        // A thread of its own: a migration waits for the disk, and points must not wait for it.
        worker.threads.push(thread::Builder::new().name("upkeep".into()).spawn(upkeep)?);
        Ok(worker)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("a thread of the store had panicked");
            }
        }
    }
}
