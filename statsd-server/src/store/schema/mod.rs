//! What a new series' file looks like: how long it is kept, how finely, and how fine values become
//! coarse ones. A file that exists keeps the schema it was created with until it is migrated.
//! May not know files, the index or configuration. A name comes from the store, and a schema goes back.

mod defaults;

use std::time::Duration;

use regex::Regex;
use statsd_whisper::{AggregationMethod, Retention};

/// A new file's properties.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schema {
    pub(crate) archives: Vec<Retention>,
    pub(crate) method: AggregationMethod,
    pub(crate) x_files_factor: f32,
}

/// The rules of whoever runs the server, two lists that know nothing of each other: of each the first
/// rule whose pattern is found in a name holds. What none fits has the defaults for StatsD's names.
///
/// ```
/// use statsd_server::store::{SchemaRule, Schemas};
///
/// let rule = SchemaRule {
///     name: "requests".to_owned(),
///     pattern: regex::Regex::new(r"\.requests\.")?,
///     retentions: statsd_whisper::parse_retentions("10s:1d,1m:30d")?,
///     delete_after: None,
/// };
/// let schemas = Schemas::new(vec![rule], Vec::new(), None);
/// assert_eq!(schemas.rule_of("web.requests.count").map(|rule| &*rule.name), Some("requests"));
/// assert!(schemas.rule_of("web.errors").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    rules: Vec<SchemaRule>,
    aggregations: Vec<AggregationRule>,
    delete_after: Option<Duration>,
}

/// How long and how finely some series are kept.
#[derive(Debug, Clone)]
pub struct SchemaRule {
    /// What people call it.
    pub name: String,
    /// Found anywhere in a name, it is for this one.
    pub pattern: Regex,
    /// The archives of a file.
    pub retentions: Vec<Retention>,
    /// How long after its newest write a series is deleted; as all others where it is not said.
    pub delete_after: Option<Duration>,
}

/// How fine values of some series become coarse ones.
#[derive(Debug, Clone)]
pub struct AggregationRule {
    /// What people call it.
    pub name: String,
    /// Found anywhere in a name, it is for this one.
    pub pattern: Regex,
    /// As the defaults say by the name where it is not said.
    pub method: Option<AggregationMethod>,
    /// In 0..=1; as the defaults say where it is not said.
    pub x_files_factor: Option<f32>,
}

/// What the rules say of a series' file; nothing where no rule is for it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) archives: Option<&'a [Retention]>,
    pub(crate) method: Option<AggregationMethod>,
    pub(crate) x_files_factor: Option<f32>,
}

impl Schemas {
    /// Rules in the order in which they are tried, and how long after its newest write a series is
    /// deleted whose rule does not say it (`None`: never).
    pub fn new(
        rules: Vec<SchemaRule>,
        aggregations: Vec<AggregationRule>,
        delete_after: Option<Duration>,
    ) -> Self {
        Self { rules, aggregations, delete_after }
    }

    /// The rule that says how long a series is kept. Tries one pattern after another: who asks keeps
    /// the answer as long as the series is in use.
    pub fn rule_of(&self, series: &str) -> Option<&SchemaRule> {
        self.rules.iter().find(|rule| rule.pattern.is_match(series))
    }

    /// The rule that says how its values are aggregated; see [`Schemas::rule_of`].
    pub fn aggregation_of(&self, series: &str) -> Option<&AggregationRule> {
        self.aggregations.iter().find(|rule| rule.pattern.is_match(series))
    }

    /// The schema of a new series, by its name and the interval in which points come.
    pub(crate) fn of(&self, series: &str, flush_interval: Duration) -> Schema {
        let mut schema = defaults::schema(series, flush_interval);
        let Wanted { archives, method, x_files_factor } = self.wanted(series);
        if let Some(archives) = archives {
            schema.archives = archives.to_vec();
        }
        schema.method = method.unwrap_or(schema.method);
        schema.x_files_factor = x_files_factor.unwrap_or(schema.x_files_factor);
        schema
    }

    /// What becomes of a new series, and which rules say so, in a line.
    ///
    /// ```
    /// use std::time::Duration;
    /// use statsd_server::store::Schemas;
    ///
    /// let line = Schemas::default().describe("stats_counts.users", Duration::from_secs(10));
    /// assert_eq!(line, "10:2160,60:10080,600:262974 (default), sum, xFilesFactor 0 (default)");
    /// ```
    pub fn describe(&self, series: &str, flush_interval: Duration) -> String {
        const DEFAULT: &str = "default";
        let Schema { archives, method, x_files_factor } = self.of(series, flush_interval);
        let archives: Vec<_> = archives.iter().map(Retention::to_string).collect();
        let archives = archives.join(",");
        let rule = self.rule_of(series).map_or(DEFAULT, |rule| &rule.name);
        let aggregation = self.aggregation_of(series).map_or(DEFAULT, |rule| &rule.name);
        let line =
            format!("{archives} ({rule}), {method}, xFilesFactor {x_files_factor} ({aggregation})");
        match self.delete_after(series) {
            Some(after) => format!("{line}, deleted {after:?} after its newest write"),
            None => line,
        }
    }

    /// What the rules alone say of a series: a file that differs from it has drifted. Defaults bind no
    /// file that exists, or another flush interval would change them all.
    pub(crate) fn wanted(&self, series: &str) -> Wanted<'_> {
        let aggregation = self.aggregation_of(series);
        Wanted {
            archives: self.rule_of(series).map(|rule| &*rule.retentions),
            method: aggregation.and_then(|rule| rule.method),
            x_files_factor: aggregation.and_then(|rule| rule.x_files_factor),
        }
    }

    /// How long after its newest write a series is deleted; `None`: never.
    pub(crate) fn delete_after(&self, series: &str) -> Option<Duration> {
        self.rule_of(series).and_then(|rule| rule.delete_after).or(self.delete_after)
    }

    /// Whether any rule says what a file looks like.
    pub(crate) fn has_rules(&self) -> bool {
        !self.rules.is_empty() || !self.aggregations.is_empty()
    }

    /// How far the files reach back that reach back least of all for which there is a rule, in seconds.
    pub(crate) fn shortest_seconds(&self) -> Option<u32> {
        let reach = |rule: &SchemaRule| rule.retentions.iter().map(|r| r.seconds()).max();
        let shortest = self.rules.iter().filter_map(reach).min()?;
        Some(u32::try_from(shortest).unwrap_or(u32::MAX))
    }

    /// Whether any series is ever deleted.
    pub(crate) fn deletes(&self) -> bool {
        self.delete_after.is_some() || self.rules.iter().any(|rule| rule.delete_after.is_some())
    }
}

#[cfg(test)]
mod tests;
