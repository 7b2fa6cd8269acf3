//! Configuration → the TOML file that says the same.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Config, ConfigError};

impl Config {
    /// A TOML file that means this; what is as without a file is left out.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let config = Config::parse("http = 'off'\nflush_interval = '10s'")?;
    /// assert_eq!(config.to_toml()?, "http = \"off\"\n");
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// A value cannot be written, such as a number that is not one.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let table = |config: &Self| {
            Table::try_from(config).map_err(|error| ConfigError::whole(error.to_string()))
        };
        let said = without(table(self)?, &table(&Self::default())?);
        toml::to_string(&said).map_err(|error| ConfigError::whole(error.to_string()))
    }
}

impl Config {
    /// Takes from `next` what `may_change` of all keys, and keeps the rest; it is asked for sections as a whole,
    /// and for the keys of those that may not. Yields the keys in which the two differ, with their sections,
    /// and for each whether it was taken.
    ///
    /// ```
    /// use statsd_server::config::Config;
    ///
    /// let running = Config::parse("http = 'off'\nprefix_stats = 'a'")?;
    /// let next = Config::parse("prefix_stats = 'b'\n[console]\nsummary = false")?;
    /// let (merged, keys) = running.take_from(&next, |key| key != "http")?;
    /// let expected = [("console.summary", true), ("http", false), ("prefix_stats", true)];
    /// assert_eq!(keys, expected.map(|(key, taken)| (key.to_owned(), taken)));
    /// assert_eq!((merged.http, merged.prefix_stats), (running.http, next.prefix_stats));
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Together they make no sense, or one of them cannot be written as TOML.
    pub fn take_from(
        &self,
        next: &Self,
        may_change: impl Fn(&str) -> bool,
    ) -> Result<(Self, Vec<(String, bool)>), ConfigError> {
        let whole = |error: String| ConfigError::whole(error);
        let table = |config: &Self| Table::try_from(config).map_err(|e| whole(e.to_string()));
        let (mut merged, next) = (table(self)?, table(next)?);
        let mut keys = Vec::new();
        let names: BTreeSet<String> = merged.keys().chain(next.keys()).cloned().collect();
        for name in names {
            let (mine, theirs) = (merged.get(&name), next.get(&name));
            let differing = differing(&name, mine, theirs);
            let whole = may_change(&name);
            for key in differing {
                let taken = whole || may_change(&key);
                let of_section = key.strip_prefix(&*name).and_then(|key| key.strip_prefix('.'));
                if taken {
                    match of_section.zip(merged.get_mut(&name).and_then(Value::as_table_mut)) {
                        Some((key, section)) => {
                            take(
                                section,
                                key,
                                next.get(&name).and_then(|section| section.get(key)),
                            );
                        }
                        None => take(&mut merged, &name, next.get(&name)),
                    }
                }
                keys.push((key, taken));
            }
        }
        let merged: Self = merged.try_into().map_err(|e: toml::de::Error| whole(e.to_string()))?;
        merged.validate()?;
        Ok((merged, keys))
    }
}

/// Makes a key of a table what it is in another one.
fn take(table: &mut Table, key: &str, theirs: Option<&Value>) {
    match theirs {
        Some(theirs) => drop(table.insert(key.to_owned(), theirs.clone())),
        None => drop(table.remove(key)),
    }
}

/// The keys in which two values of one name differ: those of a section, or the name itself.
fn differing(name: &str, mine: Option<&Value>, theirs: Option<&Value>) -> Vec<String> {
    match (mine, theirs) {
        (Some(Value::Table(mine)), Some(Value::Table(theirs))) => {
            let keys: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
            let differs = |key: &&String| mine.get(*key) != theirs.get(*key);
            keys.into_iter().filter(differs).map(|key| format!("{name}.{key}")).collect()
        }
        (mine, theirs) if mine == theirs => Vec::new(),
        _ => vec![name.to_owned()],
    }
}

/// `table` without what stands in `defaults` as well, section by section.
fn without(table: Table, defaults: &Table) -> Table {
    let differs = |(key, value): (String, Value)| match (value, defaults.get(&key)) {
        (Value::Table(section), Some(Value::Table(default))) => {
            let section = without(section, default);
            (!section.is_empty()).then_some((key, Value::Table(section)))
        }
        (value, Some(default)) if value == *default => None,
        (value, _) => Some((key, value)),
    };
    table.into_iter().filter_map(differs).collect()
}
