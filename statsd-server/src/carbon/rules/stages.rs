//! The rules in the way of a point.

use std::path::Path;
use std::sync::Arc;

use super::watched::Watched;
use super::{AggregationRules, Aggregator, Buffering, List, RewriteRules, Rewriting, RuleError};
use crate::carbon::{Points, Stage};
use crate::telemetry::Telemetry;

/// The lists: what is on the black one is left out, and what is not on the white one, if that has a
/// pattern at all.
#[derive(Debug)]
pub struct ListStage {
    black: Option<(Watched, List)>,
    white: Option<(Watched, List)>,
    telemetry: Arc<Telemetry>,
}

impl ListStage {
    /// Reads the lists there are.
    ///
    /// # Errors
    /// One of them cannot be read, or has a mistake; the error names the file and the line.
    pub fn open(
        blacklist: Option<&Path>,
        whitelist: Option<&Path>,
        telemetry: Arc<Telemetry>,
    ) -> Result<Self, RuleError> {
        let open =
            |path: Option<&Path>| path.map(|path| Watched::open(path, List::parse)).transpose();
        Ok(Self { black: open(blacklist)?, white: open(whitelist)?, telemetry })
    }
}

impl Stage for ListStage {
    fn take(&mut self, points: &mut Points, _now: i64) {
        if let Some((_, list)) = self.black.as_ref().filter(|(_, list)| !list.is_empty()) {
            let matches = points.retain(|name, _| !list.holds(name));
            self.telemetry.blacklist_matches.add(matches as u64);
        }
        if let Some((_, list)) = self.white.as_ref().filter(|(_, list)| !list.is_empty()) {
            let rejects = points.retain(|name, _| list.holds(name));
            self.telemetry.whitelist_rejects.add(rejects as u64);
        }
    }

    fn due(&mut self, _points: &mut Points, _now: i64) {
        for (watched, list) in [&mut self.black, &mut self.white].into_iter().flatten() {
            if let Some(new) = renewed(watched, List::parse, &self.telemetry) {
                *list = new;
            }
        }
    }
}

/// One section of the rewrite rules.
#[derive(Debug)]
pub struct RewriteStage {
    watched: Watched,
    rules: Rewriting,
    section: fn(RewriteRules) -> Rewriting,
    telemetry: Arc<Telemetry>,
}

impl RewriteStage {
    /// Reads a file for its `[pre]` section.
    ///
    /// # Errors
    /// It cannot be read, or has a mistake; the error names the file and the line.
    pub fn pre(file: &Path, telemetry: Arc<Telemetry>) -> Result<Self, RuleError> {
        Self::open(file, |rules| rules.pre, telemetry)
    }

    /// Reads a file for its `[post]` section.
    ///
    /// # Errors
    /// As [`RewriteStage::pre`].
    pub fn post(file: &Path, telemetry: Arc<Telemetry>) -> Result<Self, RuleError> {
        Self::open(file, |rules| rules.post, telemetry)
    }

    fn open(
        file: &Path,
        section: fn(RewriteRules) -> Rewriting,
        telemetry: Arc<Telemetry>,
    ) -> Result<Self, RuleError> {
        let (watched, rules) = Watched::open(file, RewriteRules::parse)?;
        Ok(Self { watched, rules: section(rules), section, telemetry })
    }
}

impl Stage for RewriteStage {
    fn take(&mut self, points: &mut Points, _now: i64) {
        if !self.rules.is_empty() {
            points.rename_all(|name, new| self.rules.rewrite(name, new));
        }
    }

    fn due(&mut self, _points: &mut Points, _now: i64) {
        if let Some(new) = renewed(&mut self.watched, RewriteRules::parse, &self.telemetry) {
            self.rules = (self.section)(new);
        }
    }
}

/// The aggregation rules.
#[derive(Debug)]
pub struct AggregationStage {
    watched: Watched,
    aggregator: Aggregator,
    /// Whether points go on beside what is made of them.
    forward_all: bool,
    telemetry: Arc<Telemetry>,
}

impl AggregationStage {
    /// Reads the rules. Where `forward_all` is not set, aggregates are all that goes on.
    ///
    /// # Errors
    /// The file cannot be read, or has a mistake; the error names it and the line.
    pub fn open(
        file: &Path,
        buffering: Buffering,
        forward_all: bool,
        telemetry: Arc<Telemetry>,
    ) -> Result<Self, RuleError> {
        let (watched, rules) = Watched::open(file, AggregationRules::parse)?;
        let aggregator = Aggregator::new(rules, buffering);
        Ok(Self { watched, aggregator, forward_all, telemetry })
    }

    fn count(&mut self) {
        let told = self.aggregator.told();
        self.telemetry.aggregation_late.add(told.late);
        self.telemetry.aggregation_over_limit.add(told.over_limit);
        self.telemetry.aggregates_told.add(told.points);
    }
}

impl Stage for AggregationStage {
    fn take(&mut self, points: &mut Points, now: i64) {
        let (aggregator, forward_all) = (&mut self.aggregator, self.forward_all);
        points.retain(|name, point| {
            let is_aggregate = aggregator.take(name, point.timestamp, point.value, now);
            forward_all && !is_aggregate
        });
        self.count();
    }

    fn due(&mut self, points: &mut Points, now: i64) {
        if let Some(new) = renewed(&mut self.watched, AggregationRules::parse, &self.telemetry) {
            self.aggregator.replace(new, |name, start, value| points.push(name, start, value));
        }
        self.aggregator.tick(now, |name, start, value| points.push(name, start, value));
        self.count();
    }

    fn end(&mut self, points: &mut Points, _now: i64) {
        self.aggregator.finish(|name, start, value| points.push(name, start, value));
        self.count();
    }
}

/// The new rules of a file that has changed; those that hold stay where it has a mistake.
fn renewed<T>(
    watched: &mut Watched,
    parse: impl FnOnce(&str) -> Result<T, RuleError>,
    telemetry: &Telemetry,
) -> Option<T> {
    match watched.changed(parse)? {
        Ok(new) => {
            tracing::info!("{} is read anew", watched.path().display());
            telemetry.rules_read.add(1);
            Some(new)
        }
        Err(error) => {
            tracing::warn!("{error}\nthe rules from before hold on");
            telemetry.rules_refused.add(1);
            None
        }
    }
}

#[cfg(test)]
mod tests;
