//! `statsd-server convert-config FILE`: etsy's format, or carbon's → ours.

use std::path::PathBuf;

use clap::Args;

use super::run::load;
use super::{Failure, say};

/// The arguments of `convert-config`.
#[derive(Debug, Args)]
pub(super) struct Convert {
    /// A config.js of etsy's StatsD, or a carbon.conf.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Of a carbon.conf: what `[cache:NAME]` says instead of `[cache]` counts, too.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
}

impl Convert {
    /// What there is to say about the file stands in comments, so that it is kept with the result.
    pub(super) fn execute(self) -> Result<(), Failure> {
        let loaded = load(&self.file, self.instance.as_deref())?;
        let notes = loaded.notes.iter().map(|note| format!("# {}\n", one_line(&note.to_string())));
        let notes: String = notes.collect();
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let toml = loaded.config.to_toml()?;
        say(format_args!("# From {}.\n{notes}{}", one_line(&name), toml.trim_end()));
        Ok(())
    }
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
