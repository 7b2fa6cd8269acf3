//! The client from outside: real sockets, real threads, and the account that must always add up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod backends;
mod lifecycle;
mod switch;
mod wire;

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{Builder, CaptureBackend, Captured, Client, Stats};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn capture(settings: impl FnOnce(Builder) -> Builder) -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    // Only the flushes that the test asks for.
    let builder = Client::builder().backend(backend).flush_interval(Duration::from_secs(3_600));
    (settings(builder).build().unwrap(), captured)
}

fn assert_adds_up(stats: &Stats) {
    let parts = stats.sent + stats.aggregated + stats.sampled_out + stats.dropped.total();
    assert_eq!(stats.calls, parts, "{stats:?}");
}

/// Name → sum of its numbers and how many there were.
fn sums<'a>(
    packets: impl IntoIterator<Item = &'a [u8]>,
    dialect: Dialect,
) -> BTreeMap<String, (f64, u64)> {
    let mut sums = BTreeMap::new();
    for packet in packets {
        for sample in parse(packet, dialect) {
            let sample =
                sample.unwrap_or_else(|bad| panic!("{:?}", String::from_utf8_lossy(bad.line)));
            let name = String::from_utf8(sample.name.to_vec()).unwrap();
            let (Value::Number(number) | Value::Delta(number)) = sample.value else { continue };
            let (sum, values) = sums.entry(name).or_insert((0.0, 0));
            *sum += number;
            *values += 1;
        }
    }
    sums
}

/// Every datagram that stands in the socket's buffer.
fn received(socket: &UdpSocket) -> Vec<Vec<u8>> {
    socket.set_nonblocking(true).unwrap();
    let mut buffer = vec![0; 65_535];
    std::iter::from_fn(|| socket.recv(&mut buffer).ok().map(|length| buffer[..length].to_vec()))
        .collect()
}
