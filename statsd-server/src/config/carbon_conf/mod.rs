//! carbon's `carbon.conf` → [`Config`]. May not know flags, the environment or any part of the
//! server. What an option means here stands in `meaning` and `doors`, what has no counterpart in `without`; `ini` takes
//! the text apart, and `relay` says what is not sent on.

mod doors;
mod ini;
mod meaning;
mod relay;
mod without;

use std::path::Path;

use super::{Config, ConfigError, Format, Loaded};

/// Reads the text of a `carbon.conf` that stands in a folder, for one of its instances.
///
/// `[cache]` counts, with what `[cache:INSTANCE]` says instead, and of `[aggregator]` what concerns rules. The
/// files that stand beside it are named where they are used. What carbon has not is off: StatsD and the
/// console; the page and Graphite's API are where they are without a file, in graphite-web's place.
///
/// ```
/// use std::path::Path;
/// use statsd_server::config::carbon_conf;
///
/// let text = "[cache]\nLOCAL_DATA_DIR = /srv/whisper\nMAX_CREATES_PER_MINUTE = 50";
/// let loaded = carbon_conf::read(text, Path::new("/etc/carbon"), None)?;
/// assert_eq!(loaded.config.data.as_deref(), Some(Path::new("/srv/whisper")));
/// let note = loaded.notes.iter().find(|note| note.line == 3).unwrap();
/// assert!(note.message.starts_with("MAX_CREATES_PER_MINUTE has no effect: new files are made as"));
/// # Ok::<(), statsd_server::config::ConfigError>(())
/// ```
///
/// # Errors
/// Every line that is not understood, with its number; no section of carbon's is there, or not that of the
/// instance.
pub fn read(text: &str, folder: &Path, instance: Option<&str>) -> Result<Loaded, ConfigError> {
    let sections = ini::read(text)?;
    let (table, notes, lines) = meaning::table(&sections, folder, instance)?;
    let config: Config = table
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::whole(error.message().to_owned()))?;
    if let Err(wrong) = super::validate::check(&config) {
        let line = lines.get(wrong.key).copied().unwrap_or_default();
        let message = format!("{}: {}", wrong.key, wrong.message);
        return Err(ConfigError::Text { path: None, line, column: 0, message });
    }
    Ok(Loaded { config, format: Format::CarbonConf, notes })
}

#[cfg(test)]
mod tests;
