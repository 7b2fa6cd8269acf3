//! [`Config`] → what stands between carbon's doors and the store: lists, rules, metrics.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use super::AppError;
use super::carbon::opens_doors;
use crate::carbon::Stage;
use crate::carbon::rules::{AggregationStage, Buffering, ListStage, RewriteStage};
use crate::carbon::self_metrics::{Counts, Numbers, Report, SelfMetrics};
use crate::config::{CarbonMetrics, CarbonRules, Config};
use crate::store::{NoStore, Store};
use crate::telemetry::{Count, Telemetry};

/// What `[carbon_rules]` and `[carbon_metrics]` put into the way of points, in carbon's order: lists, `[pre]`,
/// aggregation, `[post]`; and at last what no rule is for. Nothing where nothing is configured, so that a
/// point costs nothing more. They are for [`Doors::start`](crate::carbon::Doors::start).
///
/// # Errors
/// A file cannot be read, or has a mistake; the error names it and the line.
pub fn stages(
    config: &Config,
    telemetry: &Arc<Telemetry>,
    store: &Arc<dyn Store>,
) -> Result<Vec<Box<dyn Stage>>, AppError> {
    let CarbonRules { whitelist, blacklist, rewrite, aggregation, .. } = &config.carbon_rules;
    let mut stages: Vec<Box<dyn Stage>> = Vec::new();
    let telemetry = || Arc::clone(telemetry);
    if whitelist.is_some() || blacklist.is_some() {
        let lists = ListStage::open(blacklist.as_deref(), whitelist.as_deref(), telemetry())?;
        stages.push(Box::new(lists));
    }
    if let Some(file) = rewrite {
        stages.push(Box::new(RewriteStage::pre(file, telemetry())?));
    }
    if let Some(file) = aggregation {
        stages.push(Box::new(aggregating(file, &config.carbon_rules, telemetry())?));
    }
    if let Some(file) = rewrite {
        stages.push(Box::new(RewriteStage::post(file, telemetry())?));
    }
    if let Some(metrics) = self_metrics(&config.carbon_metrics, telemetry(), Arc::clone(store)) {
        stages.push(Box::new(metrics));
    }
    Ok(stages)
}

/// Says whether the files that `[carbon_rules]` names can be used, if they are to be.
///
/// # Errors
/// As [`stages`].
pub fn check_rules(config: &Config) -> Result<(), AppError> {
    let nowhere: Arc<dyn Store> = Arc::new(NoStore);
    if opens_doors(config) {
        stages(config, &Arc::default(), &nowhere)?;
    }
    Ok(())
}

fn aggregating(
    file: &Path,
    rules: &CarbonRules,
    telemetry: Arc<Telemetry>,
) -> Result<AggregationStage, AppError> {
    let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    let buffering =
        Buffering { intervals: rules.intervals, write_back: rules.write_back.map(seconds) };
    Ok(AggregationStage::open(file, buffering, rules.forward_all, telemetry)?)
}

fn self_metrics(
    metrics: &CarbonMetrics,
    telemetry: Arc<Telemetry>,
    store: Arc<dyn Store>,
) -> Option<SelfMetrics> {
    if metrics.interval.is_zero() {
        return None;
    }
    let report = Report::new(&metrics.prefix, &host(), &metrics.instance, metrics.interval);
    Some(SelfMetrics::new(report, move |now| numbers(&telemetry, &*store, now)))
}

/// What the process, its counts and the store say at this moment.
fn numbers(telemetry: &Telemetry, store: &dyn Store, now: i64) -> Numbers {
    let came = [
        &telemetry.carbon_line_points,
        &telemetry.carbon_udp_points,
        &telemetry.carbon_pickle_points,
        &telemetry.carbon_protobuf_points,
    ];
    let came: u64 = came.into_iter().map(Count::get).sum();
    let blacklist_matches = telemetry.blacklist_matches.get();
    let whitelist_rejects = telemetry.whitelist_rejects.get();
    // Without a store, nothing is written and nothing waits.
    let stored = store.status(now).unwrap_or_default();
    let counts = Counts {
        // As carbon counts them: behind the lists.
        received: came.saturating_sub(blacklist_matches + whitelist_rejects),
        committed: stored.count("points_persisted"),
        updates: stored.count("updates"),
        update_micros: stored.count("update_nanoseconds") / 1_000,
        creates: stored.count("files_created"),
        dropped_creates: stored.count("points_over_series_max"),
        errors: stored.count("failed_updates"),
        queries: telemetry.carbon_cache_queries.get(),
        bulk_queries: telemetry.carbon_cache_bulk_queries.get(),
        overflows: telemetry.carbon_pauses.get(),
        blacklist_matches,
        whitelist_rejects,
    };
    Numbers {
        cpu: cpu(),
        memory_bytes: memory_bytes().unwrap_or_default(),
        connections: telemetry.carbon_open.get(),
        cache_points: stored.pending_points as u64,
        cache_series: stored.pending_series as u64,
        counts,
    }
}

fn cpu() -> Duration {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Duration::ZERO };
    let times = [usage.user_time(), usage.system_time()].map(|time| {
        let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    });
    times.into_iter().sum()
}

/// What of the process is in memory. Linux says so in a file, and other systems have none.
fn memory_bytes() -> Option<u64> {
    let status = start_of("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

fn host() -> String {
    let name = start_of("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "localhost".to_owned(),
        name => name.to_owned(),
    }
}

/// A file of the kernel's, which is short.
fn start_of(path: &str) -> io::Result<String> {
    const BYTES_MAX: u64 = 16 << 10;
    let mut text = String::new();
    fs_err::File::open(path)?.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
