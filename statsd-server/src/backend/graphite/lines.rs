//! Snapshot → the text that etsy's graphite backend sends.

use std::time::Instant;

use crate::aggregate::Snapshot;
use crate::backend::lane::millis;
use crate::backend::naming::Naming;
use crate::backend::number::push_number;
use crate::telemetry::BackendStatus;

/// Writes flushes as lines, `name value timestamp`.
#[derive(Debug)]
pub(super) struct Lines {
    naming: Naming,
    calculation_time: String,
    processing_time: String,
    /// Bytes of the last flush; the next one has about as many.
    expected: usize,
}

/// The names of the four lines about the connection, in etsy's order.
#[derive(Debug)]
pub(super) struct OwnNames([String; 4]);

impl Lines {
    pub(super) fn new(naming: Naming) -> Self {
        Self {
            calculation_time: naming.own("graphiteStats.calculationtime"),
            processing_time: naming.own("processing_time"),
            naming,
            expected: 0,
        }
    }

    /// The lines of a flush, without the four about the connection, and how many numbers were left
    /// out because they are not finite.
    pub(super) fn of(&mut self, snapshot: &Snapshot) -> (String, u64) {
        let begun = Instant::now();
        let mut text = String::with_capacity(self.expected + self.expected / 8);
        let at = snapshot.timestamp;
        let not_finite = self.naming.for_each(snapshot, |series, value, _| {
            push_line(&mut text, series, value, at);
        });
        let took = millis(begun.elapsed());
        push_line(&mut text, &self.calculation_time, took as f64, at);
        push_line(&mut text, &self.processing_time, snapshot.processing_millis as f64, at);
        self.expected = text.len();
        (text, not_finite)
    }

    pub(super) fn own_names(&self) -> OwnNames {
        let name = |number| self.naming.own(&format!("graphiteStats.{number}"));
        OwnNames(["last_exception", "last_flush", "flush_time", "flush_length"].map(name))
    }
}

impl OwnNames {
    /// Appends the four lines: how the last delivery went, under the time of this connection.
    pub(super) fn push_lines(&self, text: &mut String, status: &BackendStatus, now: i64) {
        let numbers =
            [&status.last_exception, &status.last_flush, &status.flush_time, &status.flush_length];
        for (name, number) in self.0.iter().zip(numbers) {
            push_line(text, name, number.get() as f64, now);
        }
    }
}

/// Whatever a name holds, a line stays one line of three words.
pub(in crate::backend) fn push_line(text: &mut String, series: &str, value: f64, timestamp: i64) {
    let breaks = |byte: u8| byte.is_ascii_whitespace() || byte.is_ascii_control();
    if series.bytes().any(breaks) {
        let whole = |c: char| if c.is_ascii() && breaks(c as u8) { '_' } else { c };
        text.extend(series.chars().map(whole));
    } else {
        text.push_str(series);
    }
    text.push(' ');
    push_number(text, value);
    text.push(' ');
    text.push_str(&timestamp.to_string());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Named, TimerStats};
    use crate::backend::NamingOptions;

    fn snapshot() -> Snapshot {
        let stats = vec![("count_90".to_owned(), 1.0), ("mean".to_owned(), 1e21)];
        Snapshot {
            timestamp: 1_700_000_010,
            interval: 10.0,
            counters: Named::from([("a;k=v", 3.0)]),
            timers: Named::from([("t", TimerStats { stats })]),
            gauges: Named::from([("g", -0.0), ("spaced out\n1", 1e-7)]),
            sets: Named::from([("s", 2)]),
            processing_millis: 4,
            ..Snapshot::default()
        }
    }

    fn text(options: &NamingOptions) -> String {
        let mut lines = Lines::new(Naming::new(options));
        let (mut text, not_finite) = lines.of(&snapshot());
        assert_eq!(not_finite, 0);
        let status = BackendStatus::default();
        status.last_flush.set(1_700_000_000);
        status.flush_time.set(7);
        status.flush_length.set(512);
        lines.own_names().push_lines(&mut text, &status, 1_700_000_011);
        text
    }

    #[test]
    fn a_flush_is_etsys_text() {
        assert_eq!(
            text(&NamingOptions::default()),
            "stats.a;k=v 0.3 1700000010\n\
             stats_counts.a;k=v 3 1700000010\n\
             stats.timers.t.count_90 1 1700000010\n\
             stats.timers.t.mean 1e+21 1700000010\n\
             stats.gauges.g 0 1700000010\n\
             stats.gauges.spaced_out_1 1e-7 1700000010\n\
             stats.sets.s.count 2 1700000010\n\
             statsd.numStats 5 1700000010\n\
             stats.statsd.graphiteStats.calculationtime 0 1700000010\n\
             stats.statsd.processing_time 4 1700000010\n\
             stats.statsd.graphiteStats.last_exception 0 1700000011\n\
             stats.statsd.graphiteStats.last_flush 1700000000 1700000011\n\
             stats.statsd.graphiteStats.flush_time 7 1700000011\n\
             stats.statsd.graphiteStats.flush_length 512 1700000011\n"
        );
    }

    #[test]
    fn the_new_names_the_suffix_and_flush_counts_are_etsys() {
        let options = NamingOptions {
            legacy: false,
            global_prefix: "gp".to_owned(),
            global_suffix: Some("suf".to_owned()),
            flush_counts: false,
            ..NamingOptions::default()
        };
        let text = text(&options);
        let names: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(
            names,
            [
                "gp.counters.a.rate.suf;k=v",
                "gp.timers.t.count_90.suf",
                "gp.timers.t.mean.suf",
                "gp.gauges.g.suf",
                "gp.gauges.spaced_out_1.suf",
                "gp.sets.s.count.suf",
                "gp.statsd.numStats.suf",
                "gp.statsd.graphiteStats.calculationtime.suf",
                "gp.statsd.processing_time.suf",
                "gp.statsd.graphiteStats.last_exception.suf",
                "gp.statsd.graphiteStats.last_flush.suf",
                "gp.statsd.graphiteStats.flush_time.suf",
                "gp.statsd.graphiteStats.flush_length.suf",
            ]
        );
    }
}
