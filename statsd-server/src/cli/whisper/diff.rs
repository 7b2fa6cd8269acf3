//! `whisper diff`: where two files differ.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use statsd_whisper::ArchiveDiff;

use super::moment::Now;
use super::open::{failed, open};
use crate::cli::terminal::print;
use crate::cli::{Failure, table};

/// The arguments of `whisper diff`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct Diff {
    #[arg(value_name = "PATH_A")]
    path_a: PathBuf,
    #[arg(value_name = "PATH_B")]
    path_b: PathBuf,
    /// Count the points that differ, and print none.
    #[arg(long)]
    summary: bool,
    /// Leave out points that one of the files does not have.
    #[arg(long)]
    ignore_empty: bool,
    /// Print columns with a space between, for other programs.
    #[arg(long)]
    columns: bool,
    /// Print no heading.
    #[arg(long)]
    no_headers: bool,
    /// Where the range ends, in seconds since the epoch [default: now].
    #[arg(long, value_name = "SECONDS")]
    until: Option<i64>,
    /// Print JSON, with the names that Python's whisper-diff.py has.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    now: Now,
}

impl Diff {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let now = self.now.seconds();
        let (a, b) = (open(&self.path_a)?, open(&self.path_b)?);
        let until = self.until.unwrap_or(now);
        let diffs = a.diff(&b, self.ignore_empty, until, now).map_err(failed)?;
        let text = match (self.json, self.summary) {
            (true, _) => format!("{:#}\n", self.as_json(&diffs)),
            (false, true) => self.table(["archive", "total", "differing"], &summary(&diffs)),
            (false, false) => {
                self.table(["archive", "timestamp", "value_a", "value_b"], &rows(&diffs))
            }
        };
        print(&text)?;
        let differing: usize = diffs.iter().map(|diff| diff.differences.len()).sum();
        if differing == 0 {
            return Ok(());
        }
        let compared: usize = diffs.iter().map(|diff| diff.compared).sum();
        Err(Failure::Outside(format!("{differing} of {compared} points differ")))
    }

    fn table<const COLUMNS: usize>(
        &self,
        heading: [&str; COLUMNS],
        rows: &[[String; COLUMNS]],
    ) -> String {
        let mut all = if self.no_headers { Vec::new() } else { vec![heading.map(str::to_owned)] };
        all.extend_from_slice(rows);
        if !self.columns {
            return table::aligned(&all, "");
        }
        let mut text = String::new();
        for row in all {
            // Writing to a `String` cannot fail.
            let _written = writeln!(text, "{}", row.join(" "));
        }
        text
    }

    fn as_json(&self, diffs: &[ArchiveDiff]) -> Value {
        let archives = diffs.iter().enumerate().map(|(archive, diff)| {
            let mut object = json!({
                "archive": archive, "total": diff.compared, "points": diff.differences.len(),
            });
            if !self.summary {
                let points = diff.differences.iter().map(|point| {
                    json!({ "timestamp": point.timestamp, "value_a": point.ours, "value_b": point.theirs })
                });
                object["datapoint"] = points.collect();
            }
            object
        });
        json!({
            "path_a": self.path_a.display().to_string(),
            "path_b": self.path_b.display().to_string(),
            "archives": archives.collect::<Vec<_>>(),
        })
    }
}

fn summary(diffs: &[ArchiveDiff]) -> Vec<[String; 3]> {
    let row = |(archive, diff): (usize, &ArchiveDiff)| {
        [archive, diff.compared, diff.differences.len()].map(|number| number.to_string())
    };
    diffs.iter().enumerate().map(row).collect()
}

fn rows(diffs: &[ArchiveDiff]) -> Vec<[String; 4]> {
    let value =
        |value: Option<f64>| value.map_or_else(|| "None".to_owned(), |value| value.to_string());
    let mut rows = Vec::new();
    for (archive, diff) in diffs.iter().enumerate() {
        rows.extend(diff.differences.iter().map(|point| {
            let (a, b) = (value(point.ours), value(point.theirs));
            [archive.to_string(), point.timestamp.to_string(), a, b]
        }));
    }
    rows
}
