//! The log of the busiest names, etsy's `keyFlush`: shards count, and a thread of its own prints, every
//! interval of its own. May not know receivers or flushes.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use crate::aggregate::{NameHits, Shard};
use crate::clock::{Clock, javascript_date};
use crate::telemetry::Telemetry;

/// Where it is printed.
pub enum KeyLog {
    /// At the end of a file, which is opened each time, so that it may be moved away.
    File(PathBuf),
    /// Somewhere that is open.
    Out(Box<dyn Write + Send>),
}

impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::Out(_) => "Out",
        })
    }
}

/// Made of its parts, run by [`KeyFlush::start`].
#[derive(Debug)]
pub struct KeyFlush {
    /// Shards that count names.
    pub shards: Vec<Arc<Mutex<Shard>>>,
    /// Time between two logs.
    pub interval: Duration,
    /// Percent of the names that are in it.
    pub percent: f64,
    /// Where it goes.
    pub log: KeyLog,
    /// What its lines begin with.
    pub clock: Arc<dyn Clock>,
    /// Whose time that is.
    pub zone: TimeZone,
    /// Where what found no room is counted.
    pub telemetry: Arc<Telemetry>,
}

/// The running thread.
#[derive(Debug)]
pub struct KeyFlushHandle {
    running: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl KeyFlush {
    /// Starts the thread.
    ///
    /// # Errors
    /// The system has none.
    pub fn start(mut self) -> io::Result<KeyFlushHandle> {
        let (running, stopped) = mpsc::sync_channel(0);
        let thread = thread::Builder::new()
            .name("statsd-key-flush".to_owned())
            .spawn(move || self.run(&stopped))?;
        Ok(KeyFlushHandle { running, thread })
    }

    fn run(&mut self, stopped: &Receiver<()>) {
        let mut failing = false;
        let mut due = Instant::now();
        loop {
            due += self.interval;
            let wait = due.saturating_duration_since(Instant::now());
            if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            // Told once, and again after it went well.
            match self.print() {
                Ok(()) => failing = false,
                Err(error) if failing => tracing::debug!(%error, "cannot write the key log"),
                Err(error) => {
                    tracing::warn!(%error, "cannot write the key log");
                    failing = true;
                }
            }
        }
    }

    /// Prints what was counted since the last time: `DATE count=N key=NAME` a line, the busiest first.
    fn print(&mut self) -> io::Result<()> {
        let mut hits = NameHits::default();
        for shard in &self.shards {
            let counted = shard.lock().unwrap_or_else(PoisonError::into_inner).take_hits();
            hits.append(counted);
        }
        self.telemetry.key_flush_left_out.add(hits.left_out);
        let date = javascript_date(self.clock.seconds(), &self.zone);
        let mut text = String::new();
        for (name, lines) in hits.busiest(self.percent) {
            let _written = writeln!(text, "{date} count={lines} key={name}");
        }
        if text.is_empty() {
            return Ok(());
        }
        match &mut self.log {
            KeyLog::File(path) => {
                let mut file = fs_err::OpenOptions::new().create(true).append(true).open(&*path)?;
                file.write_all(text.as_bytes())
            }
            KeyLog::Out(out) => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
        }
    }
}

impl KeyFlushHandle {
    /// Ends the thread; what was counted since the last log is not printed, as etsy's does not.
    pub fn stop(self) {
        drop(self.running);
        if self.thread.join().is_err() {
            tracing::error!("the key log's thread had panicked");
        }
    }
}

#[cfg(test)]
mod tests;
