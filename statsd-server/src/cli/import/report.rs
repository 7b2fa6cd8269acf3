//! What became of an import, for people and as JSON.

use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

/// What became of one file.
#[derive(Debug, Serialize)]
pub(super) struct FileReport {
    pub(super) file: PathBuf,
    /// Seconds since the epoch.
    pub(super) updated: Option<u32>,
    pub(super) series: Vec<SeriesReport>,
    /// Functions of archives that hold no measured values.
    pub(super) skipped: Vec<String>,
    /// Why it, or the rest of it, was not imported.
    pub(super) error: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SeriesReport {
    pub(super) name: String,
    pub(super) path: Option<PathBuf>,
    pub(super) source: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) function: &'static str,
    pub(super) archives: Vec<String>,
    #[serde(rename = "xFilesFactor")]
    pub(super) x_files_factor: f32,
    pub(super) points: usize,
    pub(super) notes: Vec<String>,
}

impl FileReport {
    pub(super) fn new(file: PathBuf) -> Self {
        let (series, skipped) = (Vec::new(), Vec::new());
        Self { file, updated: None, series, skipped, error: None }
    }

    /// Of several lines; a mistake is told on standard error.
    pub(super) fn text(&self) -> String {
        let mut text = self.file.display().to_string();
        if let Some(updated) = self.updated {
            let updated = Timestamp::from_second(updated.into()).unwrap_or_default();
            let _written = write!(text, ", last updated at {updated}");
        }
        text.push('\n');
        let width = |of: fn(&SeriesReport) -> usize| self.series.iter().map(of).max().unwrap_or(0);
        let name = width(|series| series.name.chars().count());
        let archives = width(|series| series.archives.join(",").len());
        for series in &self.series {
            let SeriesReport { name: named, function, points, .. } = series;
            let kept = series.archives.join(",");
            let _written = writeln!(
                text,
                "  {named:<name$}  {:<7}  {kept:<archives$}  {points:>7} points",
                function.to_ascii_lowercase()
            );
            for note in &series.notes {
                let _written = writeln!(text, "    {note}");
            }
        }
        if !self.skipped.is_empty() {
            let skipped = self.skipped.join(", ");
            let _written =
                writeln!(text, "  left out, as they hold predictions and not values: {skipped}");
        }
        text
    }
}
