//! The bare loop: the least that one thread can do that receives, parses and adds up, and safely so. A
//! program of its own, which sends what it added up to the sink like any other server. It knows the
//! lines of this benchmark and no others: no rates, no tags, no cleaning of names, no bounds.

mod flush;
mod parse;
mod receive;
mod table;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use parse::{Line, Type};
use receive::Receiver;
use table::Table;

/// What waits meanwhile fits the receive buffer, and waking up costs more than reading.
const NAP: Duration = Duration::from_millis(2);

/// `SINK FLUSH_MILLISECONDS MERGE`: prints its address, and runs until it is killed.
pub(crate) fn main(words: &[String]) -> Result<(), String> {
    let [sink, flush, merge] = words else { return Err("floor SINK MS MERGE".to_owned()) };
    let sink = sink.parse().map_err(|_| format!("`{sink}` is no address"))?;
    let flush = flush.parse().map_err(|_| format!("`{flush}` are no milliseconds"))?;
    run(sink, Duration::from_millis(flush), merge == "merge").map_err(|error| error.to_string())
}

/// What one interval adds up to.
#[derive(Debug, Default)]
struct Sums {
    counters: Table<f64>,
    timers: Table<Vec<f64>>,
    bad: u64,
}

fn run(sink: SocketAddr, interval: Duration, merge: bool) -> io::Result<()> {
    let mut receiver = Receiver::bind(merge)?;
    writeln!(io::stdout(), "{}", receiver.address()?)?;
    let mut sums = Sums::default();
    let mut lines = Vec::new();
    let mut due = Instant::now() + interval;
    loop {
        let read = receiver.drain(|packet, end| {
            parse::lines(packet, end, &mut lines, &mut sums.bad);
            sums.add(packet, &lines);
        })?;
        if Instant::now() >= due {
            due += interval;
            flush::send(sink, &mut sums)?;
        }
        if read > 0 {
            thread::park_timeout(NAP);
        } else {
            receiver.wait(due.saturating_duration_since(Instant::now()))?;
        }
    }
}

impl Sums {
    fn add(&mut self, packet: &[u8], lines: &[Line]) {
        self.counters.approach(lines);
        for line in lines {
            match line.kind {
                Type::Counter => *self.counters.value(packet, line) += line.value,
                Type::Timer => self.timers.value(packet, line).push(line.value),
            }
        }
    }
}
