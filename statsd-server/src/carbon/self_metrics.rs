//! What carbon tells of itself, by its names, which Grafana's dashboard "Graphite Carbon Metrics" shows.
//!
//! [`SelfMetrics`] is the last stage, so that no rule renames or forbids them. Numbers come from whoever
//! puts the stages together; two snapshots and the time between them make the points ([`Report::points`]).

use std::fmt;
use std::time::Duration;

use super::{Points, Stage};

/// Numbers at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Time on a processor that the process has used.
    pub cpu: Duration,
    /// Bytes of memory that it takes.
    pub memory_bytes: u64,
    /// Connections that are open.
    pub connections: u64,
    /// Points in memory that files do not have yet.
    pub cache_points: u64,
    /// Series that have some.
    pub cache_series: u64,
    /// What only grows.
    pub counts: Counts,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Points received.
    pub received: u64,
    /// Points written to files.
    pub committed: u64,
    /// Writes of files that they took.
    pub updates: u64,
    /// Microseconds that those took, with the making of new files, which carbon leaves out.
    pub update_micros: u64,
    /// Files made.
    pub creates: u64,
    /// Points lost because their series would have been one more than the store may hold. Carbon counts here what
    /// it loses to `MAX_CREATES_PER_MINUTE`, which nothing is lost to here.
    pub dropped_creates: u64,
    /// Writes that failed.
    pub errors: u64,
    /// Questions for one series' waiting points.
    pub queries: u64,
    /// Questions for several.
    pub bulk_queries: u64,
    /// Times that no more points fit into memory.
    pub overflows: u64,
    /// Points left out by the blacklist.
    pub blacklist_matches: u64,
    /// Points left out by the whitelist.
    pub whitelist_rejects: u64,
}

impl Counts {
    /// What has come since others; nothing where a count is not what it was.
    fn since(self, before: Self) -> Self {
        macro_rules! differences {
            ($($count:ident),+) => {
                Self { $($count: self.$count.saturating_sub(before.$count)),+ }
            };
        }
        differences!(
            received,
            committed,
            updates,
            update_micros,
            creates,
            dropped_creates,
            errors,
            queries,
            bulk_queries,
            overflows,
            blacklist_matches,
            whitelist_rejects
        )
    }
}

/// What the points are called and how often they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Up to the metric's own name, with the dot: `carbon.agents.web1-a.`.
    base: String,
    /// Seconds.
    interval: i64,
}

impl Report {
    /// Names as carbon makes them: `PREFIX.agents.HOST-INSTANCE.`, where dots of the host are underscores,
    /// and without an instance the name ends in the host's. The interval is at least a second.
    ///
    /// ```
    /// use std::time::Duration;
    /// use statsd_server::carbon::self_metrics::{Numbers, Report};
    /// use statsd_server::carbon::Points;
    ///
    /// let report = Report::new("carbon", "web1.example.org", "a", Duration::from_secs(60));
    /// let mut points = Points::default();
    /// report.points(Numbers::default(), Numbers::default(), 60, 1_700_000_000, &mut points);
    /// let (name, _) = points.iter().next().unwrap();
    /// assert_eq!(name, "carbon.agents.web1_example_org-a.metricsReceived");
    /// ```
    pub fn new(prefix: &str, host: &str, instance: &str, interval: Duration) -> Self {
        let host = host.replace(|c: char| c == '.' || c.is_whitespace() || c.is_control(), "_");
        let instance = if instance.is_empty() { String::new() } else { format!("-{instance}") };
        let interval = i64::try_from(interval.as_secs()).unwrap_or(i64::MAX).max(1);
        Self { base: format!("{prefix}.agents.{host}{instance}."), interval }
    }

    /// Adds the points of the seconds between two moments, the latter of which is `now`. Means are left
    /// out where nothing was written, as carbon does.
    pub fn points(
        &self,
        before: Numbers,
        after: Numbers,
        seconds: i64,
        now: i64,
        points: &mut Points,
    ) {
        let counts = after.counts.since(before.counts);
        let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64() / seconds.max(1) as f64;
        let updates = counts.updates as f64;
        let update_seconds = counts.update_micros as f64 / 1e6;
        let mean = |sum: f64| (counts.updates > 0).then(|| sum / updates);
        let metrics = [
            ("metricsReceived", Some(counts.received as f64)),
            ("committedPoints", Some(counts.committed as f64)),
            ("updateOperations", Some(updates)),
            ("avgUpdateTime", mean(update_seconds)),
            ("pointsPerUpdate", mean(counts.committed as f64).filter(|points| *points > 0.0)),
            ("creates", Some(counts.creates as f64)),
            ("droppedCreates", Some(counts.dropped_creates as f64)),
            ("errors", Some(counts.errors as f64)),
            ("cache.size", Some(after.cache_points as f64)),
            ("cache.queues", Some(after.cache_series as f64)),
            ("cache.queries", Some(counts.queries as f64)),
            ("cache.bulk_queries", Some(counts.bulk_queries as f64)),
            ("cache.overflow", Some(counts.overflows as f64)),
            ("blacklistMatches", Some(counts.blacklist_matches as f64)),
            ("whitelistRejects", Some(counts.whitelist_rejects as f64)),
            ("activeConnections", Some(after.connections as f64)),
            ("cpuUsage", Some(cpu * 100.0)),
            ("memUsage", Some(after.memory_bytes as f64)),
        ];
        let mut name = self.base.clone();
        for (metric, value) in metrics {
            if let Some(value) = value {
                name.truncate(self.base.len());
                name.push_str(metric);
                points.push(&name, now, value);
            }
        }
    }
}

/// Tells them, every interval.
pub struct SelfMetrics {
    report: Report,
    numbers: Box<dyn FnMut(i64) -> Numbers + Send>,
    /// What they were when they were told last, and when.
    last: Option<(i64, Numbers)>,
}

impl SelfMetrics {
    /// Asks `numbers` once an interval, and says what time it is, in seconds since the epoch.
    pub fn new(report: Report, numbers: impl FnMut(i64) -> Numbers + Send + 'static) -> Self {
        Self { report, numbers: Box::new(numbers), last: None }
    }
}

impl fmt::Debug for SelfMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelfMetrics").field("report", &self.report).finish_non_exhaustive()
    }
}

impl Stage for SelfMetrics {
    fn take(&mut self, _points: &mut Points, _now: i64) {}

    fn due(&mut self, points: &mut Points, now: i64) {
        let Some((then, before)) = self.last else {
            self.last = Some((now, (self.numbers)(now)));
            return;
        };
        let seconds = now - then;
        // A clock that was set back begins anew.
        if (0..self.report.interval).contains(&seconds) {
            return;
        }
        let after = (self.numbers)(now);
        if seconds > 0 {
            self.report.points(before, after, seconds, now, points);
        }
        self.last = Some((now, after));
    }
}

#[cfg(test)]
mod tests;
