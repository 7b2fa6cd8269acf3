//! The thread that writes files.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Inner;
use super::pace::Pace;

/// The pause between two looks at what is due: short beside a point's wait, and nothing that is felt.
const TICK: Duration = Duration::from_millis(200);

/// It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(
        inner: Arc<Inner>,
        now: impl Fn() -> i64 + Send + 'static,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            let (mut pace, mut last) = (Pace::default(), Instant::now());
            while !stopped.load(Ordering::Relaxed) {
                thread::park_timeout(TICK);
                let elapsed = last.elapsed();
                last += elapsed;
                inner.step(now(), elapsed, &mut pace, || !stopped.load(Ordering::Relaxed));
            }
        };
        let thread = thread::Builder::new().name("store".into()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
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
