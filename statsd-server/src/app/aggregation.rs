//! [`Config`] → how samples add up, and when they are flushed.

use crate::aggregate::{Bin, DeleteIdle, Exact, Histogram, Options, Ttl};
use crate::config::{self, Config, FlushAlign, Output};
use crate::flush::Align;

pub(super) fn align(config: &Config) -> Align {
    match config.flush_align {
        FlushAlign::Startup => Align::Startup,
        FlushAlign::WallClock => Align::WallClock,
    }
}

pub(super) fn aggregation(config: &Config) -> Options {
    Options {
        interval: config.flush_interval,
        percent_thresholds: config.percent_threshold.clone(),
        prefix_stats: config.prefix_stats.clone(),
        delete_idle: DeleteIdle::of(
            config.delete_idle_stats,
            config.delete_counters,
            config.delete_timers,
            config.delete_sets,
            config.delete_gauges,
        ),
        timer_metrics: config.calculated_timer_metrics.clone().unwrap_or_default(),
        histograms: config.histogram.iter().map(histogram).collect(),
        gauges_max_ttl: config.gauges_max_ttl.get(),
        exact: exact(config),
        ttl: Ttl {
            counters: config.ttl.counters,
            timers: config.ttl.timers,
            sets: config.ttl.sets,
            gauges: config.ttl.gauges,
        },
        keep_raw: config.runs(Output::Console),
    }
}

pub(super) fn exact(config: &Config) -> Exact {
    Exact { samples: config.timer_samples_exact, members: config.set_members_exact }
}

fn histogram(configured: &config::Histogram) -> Histogram {
    let bin = |&limit: &f64| if limit == f64::INFINITY { Bin::rest() } else { Bin::below(limit) };
    Histogram { metric: configured.metric.clone(), bins: configured.bins.iter().map(bin).collect() }
}
