//! What was added up, as text to the sink: a line a counter, and of a timer how many and the 90th percentile.

use std::io::{self, Write as _};
use std::mem;
use std::net::{SocketAddr, TcpStream};

use super::Sums;

/// Text that is handed over at once.
const TEXT_BYTES: usize = 1 << 20;

pub(super) fn send(sink: SocketAddr, sums: &mut Sums) -> io::Result<()> {
    if mem::take(&mut sums.bad) > 0 {
        return Err(io::Error::other("a line of the load was not understood"));
    }
    let mut stream = TcpStream::connect(sink)?;
    let mut text = Vec::with_capacity(TEXT_BYTES + 1_024);
    let mut failed = None;
    let mut write = |start: &[u8], name: &[u8], end: &[u8], value: f64| {
        text.extend_from_slice(start);
        text.extend_from_slice(name);
        text.extend_from_slice(end);
        number(&mut text, value);
        text.extend_from_slice(b" 1700000000\n");
        if text.len() > TEXT_BYTES {
            failed = stream.write_all(&text).err().or(failed.take());
            text.clear();
        }
    };
    sums.counters.each(|name, value| {
        if *value != 0.0 {
            write(b"stats_counts.", name, b" ", mem::take(value));
        }
    });
    sums.timers.each(|name, samples| {
        if !samples.is_empty() {
            samples.sort_unstable_by(f64::total_cmp);
            write(b"stats.timers.", name, b".count ", samples.len() as f64);
            write(
                b"stats.timers.",
                name,
                b".upper_90 ",
                samples[(samples.len() * 9).div_ceil(10) - 1],
            );
            samples.clear();
        }
    });
    stream.write_all(&text)?;
    failed.map_or(Ok(()), Err)
}

/// Whole numbers by their digits.
fn number(text: &mut Vec<u8>, value: f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared below")]
    let mut whole = value as u64;
    if whole as f64 != value {
        let _infallible = write!(text, "{value}");
        return;
    }
    let (mut digits, mut at) = ([0; 20], 20);
    loop {
        at -= 1;
        digits[at] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[at..]);
}
