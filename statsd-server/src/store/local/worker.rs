//! The threads of the store: one writes files, one has the disk confirm the journal.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Inner;
use super::pace::Pace;
use crate::limits::JOURNAL_TRIM_EVERY;
use crate::store::journal::Syncer;

/// The pause between two looks at what is due: short beside a point's wait, and nothing that is felt.
const TICK: Duration = Duration::from_millis(200);

/// It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _syncer: Option<Syncer>,
}

impl Worker {
    pub(super) fn start(
        inner: Arc<Inner>,
        now: impl Fn() -> i64 + Send + 'static,
    ) -> io::Result<Self> {
        let syncer = inner.journal.get().map(Syncer::start).transpose()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            let (mut pace, mut last) = (Pace::default(), Instant::now());
            let mut since_tended = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                let elapsed = last.elapsed();
                last += elapsed;
                inner.step(now(), elapsed, &mut pace, || !stopped.load(Ordering::Relaxed));
                since_tended += elapsed;
                if since_tended >= JOURNAL_TRIM_EVERY || inner.is_journal_half_full() {
                    since_tended = Duration::ZERO;
                    inner.tend_journal();
                }
            }
        };
        let thread = thread::Builder::new().name("store".into()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread), _syncer: syncer })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the thread that writes files had panicked");
            }
        }
    }
}
