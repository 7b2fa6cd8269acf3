//! Every line that arrives, to the log: etsy's `dumpMessages`. On a thread behind the tap, so that a slow
//! log keeps no receiver. May not know receivers.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::clock::Clock;
use crate::escape::printable;
use crate::limits::{LOGGED_LINE_MAX_BYTES, LOGGED_LINES_MAX};
use crate::tap::Tapped;
use crate::telemetry::Telemetry;

/// Logs lines, as many as may be in a second; of the others it says how many there were.
#[derive(Debug)]
pub struct MessageLog<L> {
    clock: Arc<dyn Clock>,
    telemetry: Arc<Telemetry>,
    log: L,
    second: i64,
    logged: u64,
    left_out: u64,
}

impl<L: FnMut(&str) + Send + 'static> MessageLog<L> {
    /// Hands each entry to `log`.
    pub fn new(clock: Arc<dyn Clock>, telemetry: Arc<Telemetry>, log: L) -> Self {
        Self { clock, telemetry, log, second: i64::MIN, logged: 0, left_out: 0 }
    }

    /// Starts the thread, which ends once no receiver is left.
    ///
    /// # Errors
    /// The system has none.
    pub fn start(mut self, tapped: Tapped) -> io::Result<JoinHandle<()>> {
        let name = "statsd-messages".to_owned();
        thread::Builder::new().name(name).spawn(move || {
            for packets in tapped {
                packets.iter().for_each(|packet| self.take(packet));
            }
            self.tell_left_out();
        })
    }

    fn take(&mut self, packet: &[u8]) {
        let now = self.clock.seconds();
        if now != self.second {
            self.tell_left_out();
            (self.second, self.logged) = (now, 0);
        }
        for line in packet.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            if self.logged == LOGGED_LINES_MAX {
                self.left_out += 1;
                continue;
            }
            self.logged += 1;
            let (shown, rest) = line.split_at(line.len().min(LOGGED_LINE_MAX_BYTES));
            let cut = if rest.is_empty() { "" } else { " …" };
            (self.log)(&format!("{}{cut}", printable(shown)));
        }
    }

    fn tell_left_out(&mut self) {
        if self.left_out > 0 {
            self.telemetry.lines_not_logged.add(self.left_out);
            (self.log)(&format!("{} more lines in that second", self.left_out));
            self.left_out = 0;
        }
    }
}

#[cfg(test)]
mod tests;
