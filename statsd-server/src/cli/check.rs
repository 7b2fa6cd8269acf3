//! `statsd-server check FILE`: what a configuration asks for, before it runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::run::load;
use super::{Failure, say};
use crate::app::{Support, check_rules, parts, schemas};
use crate::config::{Loaded, Note, NoteKind};

/// The arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// A TOML file, a config.js of etsy's StatsD, or a carbon.conf.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Series whose files' archives and aggregation are to be told, with the rules that say so.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Of a carbon.conf: what `[cache:NAME]` says instead of `[cache]` counts, too.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
}

impl Check {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let loaded =
            load(&self.file, self.instance.as_deref()).map_err(|failure| match failure {
                Failure::Config(error) => Failure::Checked(error),
                failure => failure,
            })?;
        let rules = loaded.config.storage_rules().map_err(Failure::Checked)?;
        check_rules(&loaded.config)?;
        let mut report = report(&self.file, &loaded);
        for (file, note) in &rules.notes {
            tell(&mut report, file, note);
        }
        if !self.names.is_empty() {
            let schemas = schemas(&loaded.config).map_err(Failure::Checked)?;
            for name in &self.names {
                let schema = schemas.describe(name, loaded.config.flush_interval);
                let _written = writeln!(report, "{name}: {schema}");
            }
        }
        // One text, because a terminal that is slow is told of single lines that were left out.
        say(report.trim_end());
        Ok(())
    }
}

fn report(file: &Path, loaded: &Loaded) -> String {
    let mut report = format!("{} is {}, and good\n", file.display(), loaded.format);
    for part in parts(&loaded.config) {
        let support = match part.support {
            Support::Done => String::new(),
            other => format!(" — {other}"),
        };
        // Writing to a `String` cannot fail.
        let _written = writeln!(report, "  {:<24}  {}{support}", part.key, part.what);
    }
    for note in &loaded.notes {
        tell(&mut report, file, note);
    }
    report
}

fn tell(report: &mut String, file: &Path, note: &Note) {
    let kind = match note.kind {
        NoteKind::Warning => "warning",
        NoteKind::Note => "note",
    };
    let _written = writeln!(report, "{kind}: {}", note.in_file(file));
}
