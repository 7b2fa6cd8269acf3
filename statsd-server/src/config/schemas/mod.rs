//! `[[schema]]` and `[[aggregation]]`, and carbon's files that say the same: what series' files look like.
//! May not know the store: rules leave as data, and `app` hands them on.

mod carbon;
mod ini;
mod pattern;
mod values;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError, Note, duration};
use crate::limits::{CONFIG_MAX_BYTES, SCHEMA_RULES_MAX};

pub use pattern::Pattern;
pub use values::{Method, Retentions, XFilesFactor};

/// `[[schema]]`: how long and how finely some series are kept. Of several the first whose pattern is found
/// in a name holds; those of `store.schemas` come after them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StorageSchema {
    /// What people call it. Default: nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A regular expression, found anywhere in a name that is meant.
    pub pattern: Pattern,
    /// The archives, as carbon writes them: `10s:6h,1m:7d`, `10:2160,60:10080`.
    pub retentions: Retentions,
    /// How long after its newest write a series is deleted. Default: as `store.delete_after` says.
    #[serde(default, with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<Duration>,
}

/// `[[aggregation]]`: how fine values of some series become coarse ones; as with [`StorageSchema`], those of
/// `store.aggregation` come after them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StorageAggregation {
    /// What people call it. Default: nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A regular expression, found anywhere in a name that is meant.
    pub pattern: Pattern,
    /// `average`, `sum`, `last`, `max`, `min`, `avg_zero`, `absmax` or `absmin`. Default: by the name, as
    /// without a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The share of fine values, 0 to 1, that must be known before a coarse one is made. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x_files_factor: Option<XFilesFactor>,
}

/// All rules in the order in which they are tried: ours, then those of carbon's files.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct StorageRules {
    /// How long series are kept.
    pub schemas: Vec<StorageSchema>,
    /// How their values are aggregated.
    pub aggregations: Vec<StorageAggregation>,
    /// What is worth knowing about carbon's files, each with its file.
    pub notes: Vec<(PathBuf, Note)>,
}

impl Config {
    /// The rules for series' files. Reads carbon's files where `[store]` names some.
    ///
    /// # Errors
    /// One of them cannot be read, or has a mistake: the error names the file, the line and the section.
    pub fn storage_rules(&self) -> Result<StorageRules, ConfigError> {
        let mut rules = StorageRules {
            schemas: self.schema.clone(),
            aggregations: self.aggregation.clone(),
            notes: Vec::new(),
        };
        let mut errors = Vec::new();
        if let Some(path) = &self.store.schemas {
            match read(path, carbon::schemas) {
                Ok((more, notes)) => rules.add(path, more, Vec::new(), notes),
                Err(error) => errors.push(error),
            }
        }
        if let Some(path) = &self.store.aggregation {
            match read(path, carbon::aggregations) {
                Ok((more, notes)) => rules.add(path, Vec::new(), more, notes),
                Err(error) => errors.push(error),
            }
        }
        match ConfigError::all(errors) {
            Some(error) => Err(error),
            None => Ok(rules),
        }
    }
}

impl StorageRules {
    fn add(
        &mut self,
        path: &Path,
        schemas: Vec<StorageSchema>,
        aggregations: Vec<StorageAggregation>,
        notes: Vec<Note>,
    ) {
        self.schemas.extend(schemas);
        self.aggregations.extend(aggregations);
        self.notes.extend(notes.into_iter().map(|note| (path.to_owned(), note)));
    }
}

/// The rules of one of carbon's files, or its mistakes.
type CarbonRules<T> = Result<(Vec<T>, Vec<Note>), ConfigError>;

fn read<T>(path: &Path, rules: impl FnOnce(&str) -> CarbonRules<T>) -> CarbonRules<T> {
    let mut text = String::new();
    let file = fs_err::File::open(path).map_err(ConfigError::Read)?;
    file.take(CONFIG_MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| ConfigError::whole(format!("it cannot be read: {error}")).at(path))?;
    if text.len() as u64 > CONFIG_MAX_BYTES {
        let message = format!("it is longer than {CONFIG_MAX_BYTES} bytes");
        return Err(ConfigError::whole(message).at(path));
    }
    let (rules, notes) = rules(&text).map_err(|error| error.at(path))?;
    if rules.len() > SCHEMA_RULES_MAX {
        let message = format!("{} sections are more than {SCHEMA_RULES_MAX}", rules.len());
        return Err(ConfigError::whole(message).at(path));
    }
    Ok((rules, notes))
}

#[cfg(test)]
mod tests;
