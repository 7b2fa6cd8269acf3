//! `statsd-server whisper`: what Python's whisper-*.py tools do, on files of series.
//! May not know the running server, only that it keeps its folder to itself. Data comes from the files that the
//! arguments name; all that is done with it is done by the crate `statsd-whisper`.
//!
//! Options are named as Python's are, and in this house's spelling, too.

mod corrupt;
mod create;
mod diff;
mod dump;
mod fetch;
mod header;
mod info;
mod merge;
mod moment;
mod open;
mod resize;
mod update;

use clap::{Args, Subcommand};

use super::Failure;

/// What holds for all of them.
const RULES: &str = "\
Commands that write refuse files below the data folder of a running server, which has read ahead of
what stands in them: stop it, or say --while-running and know why. --lock takes the lock that carbon's
WHISPER_LOCK_WRITES does.

The exit code is 0; 1 where a file or a point could not be read, written or was refused, and where
files differ (diff) or are corrupt (find-corrupt); 2 where the arguments make no sense.";

/// The arguments of `whisper`.
#[derive(Debug, Args)]
#[command(after_help = RULES)]
pub(super) struct Whisper {
    #[command(subcommand)]
    tool: Tool,
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// Make a file without points, or say how large it would be.
    Create(create::Create),
    /// Say what a file's header says.
    Info(info::Info),
    /// Print every point of a file, archive by archive.
    Dump(dump::Dump),
    /// Print the points of a range, as a query would get them.
    Fetch(fetch::Fetch),
    /// Write points, from the arguments or from standard input.
    Update(update::Update),
    /// Give a file other archives; what they hold of its points stays.
    Resize(resize::Resize),
    /// Copy points of one file over those of another with the same archives.
    Merge(merge::Merge),
    /// Copy points of one file into the gaps of another, whose archives may be others.
    Fill(merge::Fill),
    /// Say where two files with the same archives differ.
    Diff(diff::Diff),
    /// Look for files that are damaged, and repair those that can be.
    FindCorrupt(corrupt::FindCorrupt),
    /// Change how fine values become coarse ones from now on.
    SetAggregationMethod(header::SetAggregationMethod),
    /// Change the share of fine values that must be known before a coarse one is written.
    #[command(visible_alias = "set-xfilesfactor")]
    SetXFilesFactor(header::SetXFilesFactor),
}

impl Whisper {
    pub(super) fn execute(self) -> Result<(), Failure> {
        match self.tool {
            Tool::Create(create) => create.execute(),
            Tool::Info(info) => info.execute(),
            Tool::Dump(dump) => dump.execute(),
            Tool::Fetch(fetch) => fetch.execute(),
            Tool::Update(update) => update.execute(),
            Tool::Resize(resize) => resize.execute(),
            Tool::Merge(merge) => merge.execute(),
            Tool::Fill(fill) => fill.execute(),
            Tool::Diff(diff) => diff.execute(),
            Tool::FindCorrupt(find) => find.execute(),
            Tool::SetAggregationMethod(set) => set.execute(),
            Tool::SetXFilesFactor(set) => set.execute(),
        }
    }
}

/// The share that must be known, as it was written: 0.7, where 32 bits have 0.699999988.
fn decimal(x_files_factor: f32) -> f64 {
    x_files_factor.to_string().parse().unwrap_or_else(|_| x_files_factor.into())
}

/// A number of things, in the plural where it is not one.
fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
