//! What a client says about itself as metrics, if it was asked to: under a name of its own, without the
//! application's prefix and tags.

use std::time::{Duration, Instant};

use crate::telemetry::Stats;

use super::collector::Collector;
use super::packer::Outlet;

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

    /// Writes a line a number, if it is time.
    pub(crate) fn write(
        &mut self,
        now: Instant,
        stats: &Stats,
        collector: &mut Collector,
        outlet: &mut dyn Outlet,
    ) {
        if now.saturating_duration_since(self.said_at) < REPORT_INTERVAL {
            return;
        }
        self.said_at = now;
        let said = std::mem::replace(&mut self.said, *stats);
        let prefix = &self.prefix;
        let counts = counts(stats).into_iter().zip(counts(&said));
        for ((name, count), (_, before)) in counts {
            let since = count.saturating_sub(before);
            collector.report(outlet, |out| {
                out.extend_from_slice(format!("{prefix}.{name}:{since}|c").as_bytes());
            });
        }
        let age = stats.last_error_age.map_or(0, |age| age.as_secs());
        let flush = stats.flush_time.as_secs_f64() * 1e3;
        let gauges = [
            format!("{prefix}.contexts:{}|g", stats.contexts),
            format!("{prefix}.last_error_age:{age}|g"),
            format!("{prefix}.flush_time:{flush}|ms"),
        ];
        for line in gauges {
            collector.report(outlet, |out| out.extend_from_slice(line.as_bytes()));
        }
        collector.finish(outlet);
    }
}

fn counts(stats: &Stats) -> [(&'static str, u64); 17] {
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
    ]
}
