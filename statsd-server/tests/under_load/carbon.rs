//! A carbon that keeps what a test asks for.

use std::collections::HashMap;
use std::io::BufReader;
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::server::PATIENCE;

/// A flush, as it arrived.
#[derive(Debug)]
pub(super) struct Flush {
    pub(super) timestamp: i64,
    /// Of the series that are kept, by name.
    pub(super) values: HashMap<String, f64>,
}

impl Flush {
    /// The value of a series; 0 where it was not sent.
    pub(super) fn value(&self, series: &str) -> f64 {
        self.values.get(series).copied().unwrap_or_default()
    }
}

pub(super) struct Carbon {
    port: u16,
    flushes: Receiver<Flush>,
}

impl Carbon {
    /// Starts one that keeps the series whose name begins so.
    pub(super) fn start(kept: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, flushes) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if sender
                    .send(flush(BufReader::with_capacity(1 << 20, stream.unwrap()), kept))
                    .is_err()
                {
                    return;
                }
            }
        });
        Self { port, flushes }
    }

    /// The tables of a configuration that sends every flush here.
    pub(super) fn tables(&self) -> String {
        format!("[graphite]\nhost = '127.0.0.1'\nport = {}\n", self.port)
    }

    /// The next flush. Waits for it.
    pub(super) fn next(&self) -> Flush {
        self.flushes.recv_timeout(PATIENCE).unwrap()
    }
}

fn flush(mut stream: impl std::io::BufRead, kept: &[&str]) -> Flush {
    let mut flush = Flush { timestamp: 0, values: HashMap::new() };
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).unwrap() == 0 {
            assert_ne!(flush.timestamp, 0, "a flush without the server's own counters");
            return flush;
        }
        let is_own = line.starts_with(b"stats_counts.statsd.packets_received ");
        if is_own || kept.iter().any(|name| line.starts_with(name.as_bytes())) {
            let line = String::from_utf8(line.clone()).unwrap();
            let [name, value, timestamp] = line.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{line:?} is not a name, a value and a time");
            };
            if is_own {
                flush.timestamp = timestamp.parse().unwrap();
            }
            flush.values.insert(name.to_owned(), value.parse().unwrap());
        }
    }
}
