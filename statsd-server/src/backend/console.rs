//! The output for people: one line a flush that says what arrived since the last one.

use std::fmt::{self, Write as _};
use std::io;
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};

use super::{Backend, BackendError};
use crate::aggregate::{Snapshot, TimerStats};
use crate::telemetry::Telemetry;

/// Counters named in a line.
const COUNTERS_MAX: usize = 4;

/// Characters of a metric's name in a line; longer ones are cut.
const NAME_MAX_CHARS: usize = 48;

/// Writes one line a flush:
///
/// ```text
/// 12:00:10     184 metrics in    31 packets  · shop.orders 42 · shop.checkout 12.3 ms mean, 20.1 ms p90
/// 12:00:20       0 metrics in     0 packets
/// ```
pub struct ConsoleBackend<W> {
    out: W,
    telemetry: Arc<Telemetry>,
    time_zone: TimeZone,
    /// Own counters begin with it; they are in the line already, by other names.
    own_prefix: String,
    seen: Arrived,
}

/// What the telemetry had come to.
#[derive(Clone, Copy)]
struct Arrived {
    packets: u64,
    lines: u64,
    bad_lines: u64,
}

impl<W: io::Write + Send> ConsoleBackend<W> {
    /// A backend that writes to `out`, with the time of day in `time_zone`. It says what `telemetry`
    /// counts from now on. `prefix_stats` is that of the server's own metrics.
    pub fn new(out: W, telemetry: Arc<Telemetry>, time_zone: TimeZone, prefix_stats: &str) -> Self {
        let seen = Arrived::read(&telemetry);
        Self { out, telemetry, time_zone, own_prefix: format!("{prefix_stats}."), seen }
    }

    fn line(&mut self, snapshot: &Snapshot) -> String {
        let now = Arrived::read(&self.telemetry);
        let since = now.since(self.seen);
        self.seen = now;
        let mut line = self.time_of_day(snapshot.timestamp);
        // Writing to a `String` cannot fail.
        let _written = write!(
            line,
            "  {:>6} {} in {:>5} {}",
            since.lines,
            plural(since.lines, "metric "),
            since.packets,
            plural(since.packets, "packet "),
        );
        if since.bad_lines > 0 {
            let _written =
                write!(line, " · {} bad {}", since.bad_lines, plural(since.bad_lines, "line"));
        }
        for (name, count) in self.busiest_counters(snapshot) {
            let _written = write!(line, " · {} {}", Name(name), Number(count));
        }
        if let Some((name, timer)) = busiest_timer(snapshot) {
            write_timer(&mut line, name, timer);
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }

    fn time_of_day(&self, timestamp: i64) -> String {
        let instant = Timestamp::from_second(timestamp).unwrap_or_default();
        instant.to_zoned(self.time_zone.clone()).strftime("%H:%M:%S").to_string()
    }

    fn busiest_counters<'a>(&self, snapshot: &'a Snapshot) -> Vec<(&'a str, f64)> {
        let mut counters: Vec<_> = snapshot
            .counters
            .iter()
            .map(|(name, count)| (name, *count))
            .filter(|(name, count)| *count != 0.0 && !name.starts_with(&self.own_prefix))
            .collect();
        // Those of one size in the order of their names.
        counters.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        counters.truncate(COUNTERS_MAX);
        counters
    }
}

impl<W: io::Write + Send> Backend for ConsoleBackend<W> {
    fn name(&self) -> &'static str {
        "console"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let line = self.line(snapshot);
        self.out
            .write_all(line.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(|error| BackendError { message: format!("cannot write the line: {error}") })
    }
}

impl<W> fmt::Debug for ConsoleBackend<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleBackend").finish_non_exhaustive()
    }
}

impl Arrived {
    fn read(telemetry: &Telemetry) -> Self {
        Self {
            packets: telemetry.packets.get(),
            lines: telemetry.lines.get(),
            bad_lines: telemetry.bad_lines.get(),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            packets: self.packets - before.packets,
            lines: self.lines - before.lines,
            bad_lines: self.bad_lines - before.bad_lines,
        }
    }
}

/// The timer with the most samples; none where all are idle.
fn busiest_timer(snapshot: &Snapshot) -> Option<(&str, &TimerStats)> {
    let counted = snapshot.timers.iter().filter_map(|(name, timer)| {
        let count = timer.get("count").filter(|count| *count > 0.0)?;
        Some((count, name, timer))
    });
    // `max_by` yields the last of equals; reversed, that is the first by name.
    counted
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name, timer)| (name, timer))
}

fn write_timer(line: &mut String, name: &str, timer: &TimerStats) {
    let Some(mean) = timer.get("mean") else { return };
    let _written = write!(line, " · {} {} mean", Name(name), Millis(mean));
    let percentile =
        timer.stats.iter().find_map(|(stat, value)| Some((stat.strip_prefix("upper_")?, value)));
    if let Some((percent, value)) = percentile {
        let _written = write!(line, ", {} p{}", Millis(*value), percent.replace('_', "."));
    }
}

/// In a column `word` ends with a blank, which an `s` replaces, so that the next one stays in place.
fn plural(n: u64, word: &str) -> String {
    if n == 1 { word.to_owned() } else { format!("{}s", word.trim_end()) }
}

/// A metric's name, cut to a length that leaves room for others.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(NAME_MAX_CHARS) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// Milliseconds for people; in microseconds where they are few.
struct Millis(f64);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0.0 && self.0 < 0.1 {
            write!(f, "{:.1} µs", self.0 * 1e3)
        } else {
            write!(f, "{} ms", Number(self.0))
        }
    }
}

/// A number for people: whole, or with one decimal; with an exponent where it is very long.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n.abs() >= 1e15 => write!(f, "{n:.1e}"),
            n if n.fract() == 0.0 => write!(f, "{n}"),
            n if n.abs() < 0.1 => write!(f, "{n:.3}"),
            n => write!(f, "{n:.1}"),
        }
    }
}

#[cfg(test)]
mod tests;
