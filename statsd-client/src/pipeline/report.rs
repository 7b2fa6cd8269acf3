//! What a client says about itself as metrics, if it was asked to: under a name of its own, without the
//! application's prefix and tags.

use std::time::{Duration, Instant};

use crate::telemetry::Stats;

/// How often.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// What was said so far.
#[derive(Debug)]
pub(crate) struct Report {
    prefix: String,
    said: Stats,
    said_at: Instant,
}

impl Report {
    pub(crate) fn new(prefix: String, now: Instant) -> Self {
        Self { prefix, said: Stats::default(), said_at: now }
    }

    /// Says a line a number, if it is time.
    pub(crate) fn write(&mut self, now: Instant, stats: &Stats, mut say: impl FnMut(&str)) {
        if now.saturating_duration_since(self.said_at) < REPORT_INTERVAL {
            return;
        }
        self.said_at = now;
        let said = std::mem::replace(&mut self.said, *stats);
        let prefix = &self.prefix;
        for ((name, count), (_, before)) in counts(stats).into_iter().zip(counts(&said)) {
            say(&format!("{prefix}.{name}:{}|c", count.saturating_sub(before)));
        }
        let age = stats.last_error_age.map_or(0, |age| age.as_secs());
        let flush = stats.flush_time.as_secs_f64() * 1e3;
        say(&format!("{prefix}.contexts:{}|g", stats.contexts));
        say(&format!("{prefix}.last_error_age:{age}|g"));
        say(&format!("{prefix}.flush_time:{flush}|ms"));
    }
}

fn counts(stats: &Stats) -> [(&'static str, u64); 18] {
    let dropped = &stats.dropped;
    [
        ("calls", stats.calls),
        ("sent", stats.sent),
        ("aggregated", stats.aggregated),
        ("sampled_out", stats.sampled_out),
        ("packets_sent", stats.packets_sent),
        ("packets_failed", stats.packets_failed),
        ("bytes_sent", stats.bytes_sent),
        ("rewritten", stats.rewritten),
        ("contexts_refused", stats.contexts_refused),
        ("dropped.queue_full", dropped.queue_full),
        ("dropped.not_finite", dropped.not_finite),
        ("dropped.bad_name", dropped.bad_name),
        ("dropped.too_long", dropped.too_long),
        ("dropped.send_failed", dropped.send_failed),
        ("dropped.no_thread", dropped.no_thread),
        ("dropped.no_context", dropped.no_context),
        ("dropped.unsupported", dropped.unsupported),
        ("dropped.muted", dropped.muted),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ten_seconds_it_says_what_has_changed() {
        let start = Instant::now();
        let mut report = Report::new("own".into(), start);
        let mut stats = Stats { calls: 7, contexts: 2, ..Stats::default() };
        let mut write = |stats: &Stats, seconds| {
            let mut lines = Vec::new();
            let now = start + Duration::from_secs(seconds);
            report.write(now, stats, |line| lines.push(line.to_owned()));
            lines
        };
        assert!(write(&stats, 9).is_empty());
        let first = write(&stats, 10);
        assert!(first.contains(&"own.calls:7|c".to_owned()), "{first:?}");
        assert!(first.contains(&"own.contexts:2|g".to_owned()));
        assert!(first.contains(&"own.dropped.queue_full:0|c".to_owned()));
        stats.calls = 9;
        assert!(write(&stats, 19).is_empty());
        assert!(write(&stats, 20).contains(&"own.calls:2|c".to_owned()));
    }
}
