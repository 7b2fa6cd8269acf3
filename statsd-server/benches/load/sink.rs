//! A carbon server that keeps only a sum: of all counts that belong to the load.

use std::io::{self, BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const A_MOMENT: Duration = Duration::from_millis(2);

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
                    seen.open.store(true, Ordering::SeqCst);
                    let _cut_off = seen.read(stream, is_count);
                    seen.flushes.fetch_add(1, Ordering::SeqCst);
                    seen.open.store(false, Ordering::SeqCst);
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
    fn read(&self, stream: TcpStream, is_count: IsCount) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(1 << 18, stream);
        let mut line = Vec::new();
        loop {
            let mut sum = 0.0;
            // As many lines as have come: the sum is told after each piece.
            loop {
                line.clear();
                if reader.read_until(b'\n', &mut line)? == 0 {
                    self.add(sum);
                    return Ok(());
                }
                sum += count(&line, is_count).unwrap_or(0.0);
                if reader.buffer().is_empty() {
                    break;
                }
            }
            self.add(sum);
        }
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
