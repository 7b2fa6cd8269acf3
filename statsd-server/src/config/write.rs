//! Configuration → the TOML file that says the same.

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
