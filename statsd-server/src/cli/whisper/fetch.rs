//! `whisper fetch`: the points of a range.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::json;
use statsd_whisper::Fetched;

use super::moment::{Format, Now};
use super::open::{File, failed, open};
use crate::cli::Failure;
use crate::cli::terminal::print;

const DAY: i64 = 86_400;

/// The arguments of `whisper fetch`.
#[derive(Debug, Args)]
pub(super) struct Fetch {
    #[command(flatten)]
    file: File,
    /// Where the range begins, in seconds since the epoch [default: 24 hours ago].
    #[arg(long, value_name = "SECONDS")]
    from: Option<i64>,
    /// Where it ends [default: now].
    #[arg(long, value_name = "SECONDS")]
    until: Option<i64>,
    /// Ask the archive of this step, and not the finest that reaches back to --from.
    #[arg(long, value_name = "SECONDS")]
    archive: Option<u32>,
    /// Leave out what is unknown (nulls), 0 (zeroes) or both (empty).
    #[arg(long, value_name = "WHAT")]
    drop: Option<Drop>,
    #[command(flatten)]
    format: Format,
    /// Print JSON: start, end, step and values; with --drop points with their times, as there is no grid.
    #[arg(long, conflicts_with = "pretty")]
    json: bool,
    #[command(flatten)]
    now: Now,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Drop {
    Nulls,
    Zeroes,
    Empty,
}

impl Drop {
    fn keeps(self, value: Option<f64>) -> bool {
        match self {
            Self::Nulls => value.is_some(),
            Self::Zeroes => value != Some(0.0),
            Self::Empty => value.is_some_and(|value| value != 0.0),
        }
    }
}

impl Fetch {
    pub(super) fn execute(self) -> Result<(), Failure> {
        self.format.check()?;
        let now = self.now.seconds();
        let until = self.until.unwrap_or(now);
        let from = self.from.unwrap_or(now.saturating_sub(DAY));
        let file = open(&self.file.path)?;
        let fetched = match self.archive {
            Some(step) => file.fetch_archive(step, from, until, now),
            None => file.fetch(from, until, now),
        };
        let Some(fetched) = fetched.map_err(failed)? else {
            let path = self.file.path.display();
            let problem =
                format!("{path}: nothing of {from} to {until} is within what the file keeps");
            return Err(Failure::Outside(problem));
        };
        print(&if self.json { self.as_json(&fetched) } else { self.as_text(&fetched) })
    }

    fn points(&self, fetched: &Fetched) -> impl Iterator<Item = (i64, Option<f64>)> {
        let times = (0..).map(|i: i64| fetched.start + i * fetched.step);
        let points = times.zip(fetched.values.iter().copied());
        points.filter(|(_, value)| self.drop.is_none_or(|drop| drop.keeps(*value)))
    }

    fn as_text(&self, fetched: &Fetched) -> String {
        let mut text = String::new();
        for (timestamp, value) in self.points(fetched) {
            let value = value.map_or_else(|| "None".to_owned(), |value| value.to_string());
            let _written = writeln!(text, "{}\t{value}", self.format.time(timestamp));
        }
        text
    }

    fn as_json(&self, fetched: &Fetched) -> String {
        let Fetched { start, step, values } = fetched;
        let mut object = json!({ "start": start, "end": fetched.end(), "step": step });
        if self.drop.is_none() {
            object["values"] = json!(values);
        } else {
            object["points"] = json!(self.points(fetched).collect::<Vec<_>>());
        }
        format!("{object}\n")
    }
}
