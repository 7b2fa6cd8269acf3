//! Snapshot → the text that etsy's graphite backend sends.

use std::io;
use std::time::Instant;

use crate::aggregate::Snapshot;
use crate::backend::lane::millis;
use crate::backend::naming::Naming;
use crate::backend::number::push_number;
use crate::telemetry::BackendStatus;

/// Writes flushes as lines, `name value timestamp`.
#[derive(Debug)]
pub(in crate::backend) struct Lines {
    naming: Naming,
    calculation_time: String,
    processing_time: String,
    own: OwnNames,
}

/// Bytes of text that are handed on at once: a flush of a million counters is a hundred megabytes.
const PIECE_BYTES: usize = 256 << 10;

/// The names of the four lines about the connection, in etsy's order.
#[derive(Debug)]
struct OwnNames([String; 4]);

impl Lines {
    pub(super) fn new(naming: Naming) -> Self {
        let name = |number| naming.own(&format!("graphiteStats.{number}"));
        Self {
            calculation_time: naming.own("graphiteStats.calculationtime"),
            processing_time: naming.own("processing_time"),
            own: OwnNames(["last_exception", "last_flush", "flush_time", "flush_length"].map(name)),
            naming,
        }
    }

    /// Numbers of a flush that are left out because they are not finite.
    pub(super) fn not_finite(snapshot: &Snapshot) -> usize {
        let rates = snapshot.counters.iter().map(|(_, sum)| sum / snapshot.interval);
        rates.filter(|rate| !rate.is_finite()).count()
    }

    /// Calls `take` with piece after piece of the flush's lines, and at last of `end`, which are those about
    /// the connection; each piece is whole lines. Stops at the first error.
    pub(super) fn write(
        &self,
        snapshot: &Snapshot,
        end: &str,
        mut take: impl FnMut(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        let begun = Instant::now();
        let mut text = String::with_capacity(PIECE_BYTES + PIECE_BYTES / 8);
        let at = snapshot.timestamp.to_string();
        let mut taken = Ok(());
        self.naming.for_each(snapshot, |series, value, _| {
            push_line(&mut text, series, value, &at);
            if text.len() >= PIECE_BYTES {
                if taken.is_ok() {
                    taken = take(&text);
                }
                text.clear();
            }
        });
        taken?;
        let took = millis(begun.elapsed());
        push_line(&mut text, &self.calculation_time, took as f64, &at);
        push_line(&mut text, &self.processing_time, snapshot.processing_millis as f64, &at);
        text.push_str(end);
        take(&text)
    }

    /// The lines of a flush, without those about a connection.
    pub(super) fn text(&self, snapshot: &Snapshot) -> String {
        let mut text = String::new();
        let appended = self.write(snapshot, "", |piece| {
            text.push_str(piece);
            Ok(())
        });
        // Appending to a text cannot fail.
        appended.unwrap_or_default();
        text
    }

    /// The four lines: how the last delivery went, under the time of this connection.
    pub(super) fn about(&self, status: &BackendStatus, now: i64) -> String {
        let numbers =
            [&status.last_exception, &status.last_flush, &status.flush_time, &status.flush_length];
        let (mut text, now) = (String::new(), now.to_string());
        for (name, number) in self.own.0.iter().zip(numbers) {
            push_line(&mut text, name, number.get() as f64, &now);
        }
        text
    }
}

/// Whatever a name holds, a line stays one line of three words.
pub(in crate::backend) fn push_line(text: &mut String, series: &str, value: f64, timestamp: &str) {
    // White space and control characters of ASCII.
    let breaks = |byte: u8| byte <= b' ' || byte == 0x7f;
    // All of them are looked at, which goes many at a time.
    if series.bytes().fold(false, |found, byte| found | breaks(byte)) {
        let whole = |c: char| if c.is_ascii() && breaks(c as u8) { '_' } else { c };
        text.extend(series.chars().map(whole));
    } else {
        text.push_str(series);
    }
    text.push(' ');
    push_number(text, value);
    text.push(' ');
    text.push_str(timestamp);
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
        let lines = Lines::new(Naming::new(options));
        assert_eq!(Lines::not_finite(&snapshot()), 0);
        let text = lines.text(&snapshot());
        let status = BackendStatus::default();
        status.last_flush.set(1_700_000_000);
        status.flush_time.set(7);
        status.flush_length.set(512);
        text + &lines.about(&status, 1_700_000_011)
    }

    #[test]
    fn a_large_flush_comes_in_pieces_of_whole_lines_and_ends_with_an_error() {
        let counters: Vec<_> = (0..20_000).map(|n| (format!("some.counter.{n}"), 1.0)).collect();
        let counters = counters.into_iter().collect();
        let snapshot = Snapshot { interval: 10.0, counters, ..snapshot() };
        let lines = Lines::new(Naming::default());
        let mut pieces = Vec::new();
        let mut take = |piece: &str| {
            pieces.push(piece.to_owned());
            Ok(())
        };
        lines.write(&snapshot, "", &mut take).unwrap();
        assert!(pieces.len() > 4, "{} pieces", pieces.len());
        assert!(pieces.iter().all(|piece| piece.ends_with('\n')));
        assert!(pieces.iter().all(|piece| piece.len() < PIECE_BYTES + PIECE_BYTES / 8));
        assert_eq!(pieces.concat().lines().count(), 40_000 + 6 + 2);
        let mut calls = 0;
        let refused = lines.write(&snapshot, "", |_| {
            calls += 1;
            Err(io::ErrorKind::BrokenPipe.into())
        });
        assert_eq!((refused.unwrap_err().kind(), calls), (io::ErrorKind::BrokenPipe, 1));
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
