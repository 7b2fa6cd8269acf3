//! What is sent: carbon's plaintext lines, in connections that wait for the other side's end.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::Range;
use std::time::Duration;

use statsd_server::clock::{Clock as _, SystemClock};

/// Bytes that are written at once.
const PIECE_BYTES: usize = 64 << 10;

/// How long the other side may take to close once everything is sent.
const CLOSE_MAX: Duration = Duration::from_secs(120);

/// Seconds between two points of a series, which is the finest step of what keeps them.
pub(crate) const STEP: i64 = 10;

/// The dotted name of a series, 32 bytes.
pub(crate) fn name(series: usize) -> String {
    format!("bench.host{:03}.core{series:08}_load0", series % 100)
}

/// The time now, in whole steps.
pub(crate) fn now() -> i64 {
    SystemClock.seconds() / STEP * STEP
}

/// The value of a series' point; not whole, as most measured ones are not.
pub(crate) fn value(series: usize, point: usize) -> f64 {
    (series % 1_000) as f64 + point as f64 / 8.0
}

/// The lines of so many series, for each the points of a range; the timestamp of point 0 is `start`.
pub(crate) fn lines(series: usize, points: Range<usize>, start: i64) -> Vec<u8> {
    let mut text = String::with_capacity(series * points.len() * 56);
    for series in 0..series {
        let name = name(series);
        for point in points.clone() {
            let timestamp = start + STEP * i64::try_from(point).unwrap_or_default();
            let _infallible = writeln!(text, "{name} {} {timestamp}", value(series, point));
        }
    }
    text.into_bytes()
}

/// Sends text on a connection of its own, and waits until the other side has closed it, too.
pub(crate) fn send(to: SocketAddr, text: &[u8]) -> io::Result<()> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(CLOSE_MAX))?;
    for piece in text.chunks(PIECE_BYTES) {
        stream.write_all(piece)?;
    }
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}
