//! `whisper merge` and `whisper fill`: points of one file into another.

use std::path::PathBuf;

use clap::Args;

use super::counted;
use super::moment::Now;
use super::open::{Writing, failed, open};
use crate::cli::Failure;
use crate::cli::terminal::print;

/// Two files.
#[derive(Debug, Clone, Args)]
struct Both {
    /// The file that is read.
    #[arg(value_name = "FROM")]
    from_path: PathBuf,
    /// The file that is written.
    #[arg(value_name = "TO")]
    to_path: PathBuf,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    now: Now,
}

impl Both {
    fn tell(&self, points: usize) -> Result<(), Failure> {
        let (from, to) = (self.from_path.display(), self.to_path.display());
        print(&format!("{to}: {} copied from {from}\n", counted(points, "point")))
    }
}

/// The arguments of `whisper merge`.
#[derive(Debug, Args)]
pub(super) struct Merge {
    #[command(flatten)]
    both: Both,
    /// Where the range begins, in seconds since the epoch [default: at the epoch].
    #[arg(long, value_name = "SECONDS")]
    from: Option<i64>,
    /// Where it ends [default: now].
    #[arg(long, value_name = "SECONDS")]
    until: Option<i64>,
}

impl Merge {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let Both { from_path, to_path, writing, now } = &self.both;
        let now = now.seconds();
        let source = open(from_path)?;
        let (mut file, _alone) = writing.open(to_path)?;
        let until = self.until.unwrap_or(now);
        let points = file.merge(&source, self.from.unwrap_or(0), until, now).map_err(failed)?;
        self.both.tell(points)
    }
}

/// The arguments of `whisper fill`.
#[derive(Debug, Args)]
pub(super) struct Fill {
    #[command(flatten)]
    both: Both,
}

impl Fill {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let Both { from_path, to_path, writing, now } = &self.both;
        let source = open(from_path)?;
        let (mut file, _alone) = writing.open(to_path)?;
        let points = file.fill(&source, now.seconds()).map_err(failed)?;
        self.both.tell(points)
    }
}
