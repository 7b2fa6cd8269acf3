//! Rules for series' files, as the configuration has them → as the store takes them.

use crate::config::{Config, ConfigError, StorageRules, Upkeep};
use crate::store::{AggregationRule, SchemaRule, Schemas, UpkeepMode, UpkeepOptions};

/// What series' files look like under a configuration.
///
/// ```
/// use statsd_server::app::schemas;
/// use statsd_server::config::Config;
///
/// let text = "[[schema]]\nname = 'web'\npattern = '^web\\.'\nretentions = '10s:1d,1m:30d'";
/// let schemas = schemas(&Config::parse(text)?)?;
/// assert_eq!(schemas.rule_of("web.requests").unwrap().name, "web");
/// # Ok::<(), statsd_server::config::ConfigError>(())
/// ```
///
/// # Errors
/// One of carbon's files cannot be read, or has a mistake: the error names the file and the line.
pub fn schemas(config: &Config) -> Result<Schemas, ConfigError> {
    Ok(of_rules(config, config.storage_rules()?))
}

pub(super) fn of_rules(config: &Config, rules: StorageRules) -> Schemas {
    let rule = |schema: crate::config::StorageSchema| SchemaRule {
        name: named(schema.name, schema.pattern.as_str()),
        pattern: schema.pattern.regex().clone(),
        retentions: schema.retentions.0,
        delete_after: schema.delete_after,
    };
    let aggregation = |aggregation: crate::config::StorageAggregation| AggregationRule {
        name: named(aggregation.name, aggregation.pattern.as_str()),
        pattern: aggregation.pattern.regex().clone(),
        method: aggregation.method.map(|method| method.0),
        x_files_factor: aggregation.x_files_factor.map(crate::config::XFilesFactor::get),
    };
    Schemas::new(
        rules.schemas.into_iter().map(rule).collect(),
        rules.aggregations.into_iter().map(aggregation).collect(),
        config.store.delete_after,
    )
}

/// What is done to files that do not follow them.
pub(super) fn upkeep(config: &Config) -> UpkeepOptions {
    let mode = |upkeep| match upkeep {
        Upkeep::Off => UpkeepMode::Off,
        Upkeep::DryRun => UpkeepMode::DryRun,
        Upkeep::On => UpkeepMode::On,
    };
    let store = &config.store;
    UpkeepOptions {
        migrate: mode(store.migrate),
        expire: mode(store.expire),
        looks_per_second: store.looks_per_second,
        migrations_per_second: store.migrations_per_second,
        trash_after: store.trash_after,
    }
}

fn named(name: String, pattern: &str) -> String {
    if name.is_empty() { pattern.to_owned() } else { name }
}
