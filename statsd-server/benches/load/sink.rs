//! A carbon server that keeps only a sum: of all counts that belong to the load.

use std::io::{self, ErrorKind, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const A_MOMENT: Duration = Duration::from_millis(2);

/// Where a connection stays open, a flush ends with so much silence.
const SILENCE: Duration = Duration::from_millis(100);

/// Text that is read at once.
const TEXT_BYTES: usize = 1 << 18;

/// Whether a line of that name says how many of a metric of the load came.
pub(crate) type IsCount = fn(&[u8]) -> bool;

/// A listening sink. It ends with its value.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    sum: Mutex<f64>,
    flushes: AtomicU64,
    /// A flush is coming in.
    open: AtomicBool,
    stop: AtomicBool,
}

impl Sink {
    pub(crate) fn open(is_count: IsCount) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let seen = Arc::<Seen>::default();
        let thread = thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if seen.stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let _cut_off = seen.read(stream, is_count);
                }
            }
        });
        Ok(Self { address, seen, thread: Some(thread) })
    }

    /// What the flushes said so far.
    pub(crate) fn sum(&self) -> f64 {
        *self.seen.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of a flush, whatever it says.
    pub(crate) fn wait_for_flush(&self, at_most: Duration) -> Result<(), String> {
        let before = self.flushes();
        let started = Instant::now();
        while self.flushes() == before {
            if started.elapsed() > at_most {
                return Err("nothing is flushed".to_owned());
            }
            thread::park_timeout(A_MOMENT);
        }
        Ok(())
    }

    /// Flushes that have come to an end.
    pub(crate) fn flushes(&self) -> u64 {
        self.seen.flushes.load(Ordering::SeqCst)
    }

    /// Waits until the flushes have said that much, and the last of them is over.
    pub(crate) fn wait_for(&self, sum: f64, at_most: Duration) -> Result<(), String> {
        let started = Instant::now();
        let comes = || self.sum() < sum || self.seen.open.load(Ordering::SeqCst);
        while comes() && started.elapsed() < at_most {
            thread::park_timeout(A_MOMENT);
        }
        let said = self.sum();
        if said == sum {
            return Ok(());
        }
        Err(format!("does not add up: {sum} lines were kept by the kernel, the flushes say {said}"))
    }
}

impl Seen {
    /// Reads a connection to its end. One that said nothing is a flush of nothing.
    fn read(&self, mut stream: TcpStream, is_count: IsCount) -> io::Result<()> {
        stream.set_read_timeout(Some(SILENCE))?;
        let mut text = vec![0; TEXT_BYTES];
        let (mut held, mut said) = (0, false);
        while !self.stop.load(Ordering::Relaxed) {
            match stream.read(&mut text[held..]) {
                Ok(0) => {
                    if !said || self.open.load(Ordering::SeqCst) {
                        self.end_flush();
                    }
                    break;
                }
                Ok(read) => {
                    self.open.store(true, Ordering::SeqCst);
                    said = true;
                    let end = held + read;
                    let lines = text[..end].iter().rposition(|&byte| byte == b'\n');
                    let lines = lines.map_or(0, |last| last + 1);
                    let each = text[..lines].split(|&byte| byte == b'\n');
                    self.add(each.filter_map(|line| count(line, is_count)).sum());
                    text.copy_within(lines..end, 0);
                    held = end - lines;
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if self.open.load(Ordering::SeqCst) {
                        self.end_flush();
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn end_flush(&self) {
        self.flushes.fetch_add(1, Ordering::SeqCst);
        self.open.store(false, Ordering::SeqCst);
    }

    fn add(&self, sum: f64) {
        *self.sum.lock().unwrap_or_else(PoisonError::into_inner) += sum;
    }
}

/// The value of `name value timestamp`, if it is one that counts.
fn count(line: &[u8], is_count: IsCount) -> Option<f64> {
    let mut words = line.split(|&byte| byte == b' ');
    let name = words.next()?;
    if !is_count(name) {
        return None;
    }
    std::str::from_utf8(words.next()?).ok()?.parse().ok()
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.seen.stop.store(true, Ordering::Relaxed);
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
