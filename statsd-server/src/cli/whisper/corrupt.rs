//! `whisper find-corrupt`: what is wrong with files, and a repair of those that can be repaired.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use statsd_whisper::{Finding, check, repair};

use super::open::Writing;
use crate::cli::progress::Progress;
use crate::cli::terminal::print;
use crate::cli::{Failure, told, warn};
use crate::limits::SERIES_MAX;

/// The arguments of `whisper find-corrupt`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct FindCorrupt {
    /// Files, and folders whose .wsp files are looked into, at any depth.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Extend files that end too early with empty slots, which is all that can be repaired.
    #[arg(long)]
    repair: bool,
    /// Delete what is damaged and not repaired.
    #[arg(long)]
    delete_corrupt: bool,
    /// Say what is odd about files that can be read, too.
    #[arg(long)]
    verbose: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    writing: Writing,
}

/// What became of a file with findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Left,
    Repaired,
    Deleted,
}

/// How many files there are of each kind.
#[derive(Debug, Default)]
struct Totals {
    checked: usize,
    repaired: usize,
    deleted: usize,
    damaged: usize,
}

impl FindCorrupt {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let mut alone = Vec::new();
        if self.repair || self.delete_corrupt {
            for path in &self.paths {
                alone.push(self.writing.alone(path)?);
            }
        }
        let files = find(&self.paths)?;
        let mut progress = Progress::new("checking", files.len() as u64);
        let (mut totals, mut listed) = (Totals::default(), Vec::new());
        for path in &files {
            totals.checked += 1;
            match check(path) {
                Ok(findings) => {
                    let shown: Vec<_> = findings
                        .into_iter()
                        .filter(|finding| self.verbose || finding.is_damage())
                        .collect();
                    if !shown.is_empty() {
                        progress.clear();
                        listed.extend(self.deal_with(path, &shown, &mut totals)?);
                    }
                }
                Err(error) => {
                    totals.damaged += 1;
                    progress.clear();
                    warn(told(error));
                }
            }
            progress.advance(1);
        }
        progress.clear();
        self.tell(&totals, &listed)
    }

    /// What there is to list of it as JSON.
    fn deal_with(
        &self,
        path: &Path,
        findings: &[Finding],
        totals: &mut Totals,
    ) -> Result<Option<Value>, Failure> {
        let is_damaged = findings.iter().any(Finding::is_damage);
        let fate = if is_damaged { self.mend(path) } else { Fate::Left };
        match fate {
            Fate::Left => totals.damaged += usize::from(is_damaged),
            Fate::Repaired => totals.repaired += 1,
            Fate::Deleted => totals.deleted += 1,
        }
        if self.json {
            let findings = findings.iter().map(
                |finding| json!({ "damage": finding.is_damage(), "text": finding.to_string() }),
            );
            return Ok(Some(json!({
                "path": path.display().to_string(),
                "findings": findings.collect::<Vec<_>>(),
                "repaired": fate == Fate::Repaired,
                "deleted": fate == Fate::Deleted,
            })));
        }
        let fate = match fate {
            Fate::Left => "",
            Fate::Repaired => " (repaired)",
            Fate::Deleted => " (deleted)",
        };
        for finding in findings {
            print(&format!("{}: {finding}{fate}\n", path.display()))?;
        }
        Ok(None)
    }

    fn mend(&self, path: &Path) -> Fate {
        // Another check, as a file may have more than one kind of damage.
        let is_whole = |path: &Path| {
            check(path).is_ok_and(|findings| !findings.iter().any(Finding::is_damage))
        };
        if self.repair {
            match repair(path) {
                Ok(true) if is_whole(path) => return Fate::Repaired,
                Ok(_) => {}
                Err(error) => warn(told(error)),
            }
        }
        if self.delete_corrupt {
            match fs_err::remove_file(path) {
                Ok(()) => return Fate::Deleted,
                Err(error) => warn(error),
            }
        }
        Fate::Left
    }

    fn tell(&self, totals: &Totals, listed: &[Value]) -> Result<(), Failure> {
        let Totals { checked, repaired, deleted, damaged } = totals;
        if self.json {
            let told = json!({
                "checked": checked, "repaired": repaired, "deleted": deleted, "damaged": damaged,
                "files": listed,
            });
            print(&format!("{told}\n"))?;
        } else {
            let done = |count: &usize, what| {
                if *count == 0 { String::new() } else { format!(", {count} {what}") }
            };
            let (repaired, deleted) = (done(repaired, "repaired"), done(deleted, "deleted"));
            print(&format!("{checked} files checked{repaired}{deleted}, {damaged} damaged\n"))?;
        }
        match damaged {
            0 => Ok(()),
            _ => Err(Failure::Outside(format!("{damaged} of {checked} files are damaged"))),
        }
    }
}

/// The files to look into, in the order of their names; hidden folders and links to folders are
/// passed over.
fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::Outside(error.to_string());
    let mut files = Vec::new();
    for path in paths {
        if !fs_err::metadata(path).map_err(failed)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut folders = vec![path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let path = entry.path();
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                if entry.file_type().map_err(failed)?.is_dir() {
                    if !is_hidden {
                        folders.push(path);
                    }
                } else if path.extension().is_some_and(|extension| extension == "wsp") {
                    files.push(path);
                }
            }
            if files.len() > SERIES_MAX {
                return Err(Failure::Input(format!("more than {SERIES_MAX} files at once")));
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}
