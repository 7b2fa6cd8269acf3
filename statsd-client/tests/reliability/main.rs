//! The promises that are kept when things go wrong: no server, no room, no time, many threads, many
//! clients. Every call is either delivered or counted as lost, whatever happens around it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contexts;
mod mutes;
mod outage;
mod overload;
mod properties;
mod sampling;
mod scopes;
mod threads;

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{Backend, Builder, CaptureBackend, Captured, Client, Stats};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Only the flushes that a test asks for.
const NEVER: Duration = Duration::from_secs(3_600);

/// How much is done in a test whose subject is mass: less where nothing is optimised.
const SCALE: u64 = if cfg!(debug_assertions) { 1 } else { 10 };

fn capture(settings: impl FnOnce(Builder) -> Builder) -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().backend(backend).flush_interval(NEVER);
    (settings(builder).build().unwrap(), captured)
}

#[track_caller]
fn assert_adds_up(stats: &Stats) {
    let parts = stats.sent + stats.aggregated + stats.sampled_out + stats.dropped.total();
    assert_eq!(stats.calls, parts, "{stats:?}");
}

/// Name → sum of its numbers, and how many calls they speak for.
fn sums(packets: &[Vec<u8>], dialect: Dialect) -> BTreeMap<String, (f64, f64)> {
    let mut sums = BTreeMap::new();
    for packet in packets {
        for sample in parse(packet, dialect) {
            let sample =
                sample.unwrap_or_else(|bad| panic!("{:?}", String::from_utf8_lossy(bad.line)));
            let name = String::from_utf8(sample.name.to_vec()).unwrap();
            let (Value::Number(number) | Value::Delta(number)) = sample.value else { continue };
            let (sum, calls) = sums.entry(name).or_insert((0.0, 0.0));
            *sum += number / sample.rate;
            *calls += 1.0 / sample.rate;
        }
    }
    sums
}

/// The last line of each name.
fn last_lines(captured: &Captured) -> BTreeMap<String, String> {
    let lines = captured.lines().into_iter();
    lines.map(|line| (line.split(':').next().unwrap().to_owned(), line)).collect()
}

/// A backend that is there when it is told to be, and keeps what it is sent.
#[derive(Debug, Clone, Default)]
struct Switch {
    is_there: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
    packets: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Switch {
    fn turn_on(&self) {
        self.is_there.store(true, Ordering::SeqCst);
    }

    fn turn_off(&self) {
        self.is_there.store(false, Ordering::SeqCst);
    }

    /// Has the client look around, and waits until it has done so, though nothing can be sent.
    fn await_look(&self, client: &Client) {
        // The first may be under way already; at the second the one before is over.
        let enough = self.asked.load(Ordering::SeqCst) + 2;
        while self.asked.load(Ordering::SeqCst) < enough {
            assert!(!client.flush(Duration::from_millis(1)));
        }
    }

    fn packets(&self) -> Vec<Vec<u8>> {
        self.packets.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        let packets = self.packets();
        let lines = packets.iter().flat_map(|packet| packet.split(|&byte| byte == b'\n'));
        lines.map(|line| String::from_utf8(line.to_vec()).unwrap()).collect()
    }
}

impl Backend for Switch {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        self.packets.lock().unwrap().push(packet.to_vec());
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        8_192
    }

    fn ready(&mut self) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.is_there.load(Ordering::SeqCst)
    }
}
