//! `whisper dump`: every point of a file.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use statsd_whisper::StoredSlot;

use super::info;
use super::moment::Format;
use super::open::{File, failed, open};
use crate::cli::Failure;
use crate::cli::terminal::print;

/// The arguments of `whisper dump`.
#[derive(Debug, Args)]
pub(super) struct Dump {
    #[command(flatten)]
    file: File,
    #[command(flatten)]
    format: Format,
    /// Print TIMESTAMP:VALUE alone, as `whisper update` reads it.
    #[arg(short, long, conflicts_with_all = ["pretty", "json"])]
    raw: bool,
    /// Print slots that hold nothing, too.
    #[arg(long, conflicts_with = "raw")]
    empty: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "pretty")]
    json: bool,
}

impl Dump {
    pub(super) fn execute(self) -> Result<(), Failure> {
        self.format.check()?;
        let file = open(&self.file.path)?;
        let header = file.header();
        let mut archives = Vec::new();
        if !self.raw && !self.json {
            let path = self.file.path.display();
            print(&format!("{path}\n{}", info::text(header, header.file_bytes())))?;
        }
        for (number, archive) in header.archives().iter().enumerate() {
            let mut slots = Vec::new();
            let step = archive.retention().seconds_per_point;
            let keep = |slot: &StoredSlot| self.empty || slot.interval != 0;
            file.dump(step, |slot| slots.extend(Some(slot).filter(keep))).map_err(failed)?;
            if self.json {
                let slots = slots.iter().map(|slot| {
                    json!({ "slot": slot.index, "timestamp": slot.interval, "value": slot.value })
                });
                let retention = archive.retention().to_string();
                let slots = slots.collect::<Vec<_>>();
                archives.push(json!({ "archive": number, "retention": retention, "slots": slots }));
            } else {
                print(&self.archive(number, &archive.retention().to_string(), &slots))?;
            }
        }
        if self.json {
            print(&format!("{}\n", json!({ "archives": archives })))?;
        }
        Ok(())
    }

    fn archive(&self, number: usize, retention: &str, slots: &[StoredSlot]) -> String {
        let mut text = String::new();
        if !self.raw {
            let _written = writeln!(text, "\narchive {number} ({retention})");
        }
        for StoredSlot { index, interval, value } in slots {
            // Writing to a `String` cannot fail.
            let _written = if self.raw {
                writeln!(text, "{interval}:{value}")
            } else {
                writeln!(text, "{index:>8}: {}, {value}", self.format.time((*interval).into()))
            };
        }
        text
    }
}
