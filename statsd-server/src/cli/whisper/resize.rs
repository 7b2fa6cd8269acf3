//! `whisper resize`: other archives, the same points as far as they hold them.

use std::path::{Path, PathBuf};

use clap::Args;
use statsd_whisper::{AggregationMethod, Header, Refill, ResizeOptions, parse_retentions};

use super::header::check;
use super::moment::Now;
use super::open::{File, Writing, failed};
use crate::cli::Failure;
use crate::cli::progress::Progress;
use crate::cli::terminal::print;

/// The arguments of `whisper resize`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(super) struct Resize {
    #[command(flatten)]
    file: File,
    /// Retentions, each an argument or all with commas.
    #[arg(value_name = "RETENTION", required = true)]
    retentions: Vec<String>,
    /// Another xFilesFactor.
    #[arg(long, visible_alias = "xFilesFactor", value_name = "SHARE")]
    x_files_factor: Option<f32>,
    /// Another aggregation method.
    #[arg(long, visible_alias = "aggregationMethod", value_name = "METHOD")]
    aggregation_method: Option<AggregationMethod>,
    /// Make the new file there, and leave the old one alone.
    #[arg(long, value_name = "PATH")]
    newfile: Option<PathBuf>,
    /// Keep no PATH.bak.
    #[arg(long, visible_alias = "nobackup")]
    no_backup: bool,
    /// Make each archive anew of all values, and not of the old archive with its step. (whisper-resize.py
    /// --aggregate writes coarse values into fine slots as well, so that sums count them twice.)
    #[arg(long)]
    aggregate: bool,
    /// Fill gaps of fine archives with coarse values, as whisper-resize.py does without --aggregate.
    #[arg(long, conflicts_with = "aggregate")]
    like_python: bool,
    /// Taken for the sake of scripts; Python's tool does nothing with it, either.
    #[arg(long, hide = true)]
    force: bool,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    now: Now,
}

impl Resize {
    pub(super) fn execute(self) -> Result<(), Failure> {
        check(self.x_files_factor)?;
        let archives = parse_retentions(&self.retentions.join(",")).map_err(failed)?;
        let source = &self.file.path;
        let target = self.newfile.as_ref().unwrap_or(source);
        let copy = match &self.newfile {
            Some(new) => Some((self.writing.alone(new)?, copied(source, new)?)),
            None => None,
        };
        let (mut file, _alone) = self.writing.open(target)?;
        let before = list(file.header());
        let header = Header::new(
            &archives,
            self.aggregation_method.unwrap_or(file.header().method()),
            self.x_files_factor.unwrap_or(file.header().x_files_factor()),
        )
        .map_err(failed)?;
        let keep_backup = self.newfile.is_none() && !self.no_backup;
        let options =
            ResizeOptions { keep_backup, sync: true, ..ResizeOptions::new(self.refill()) };
        let mut progress = Progress::new("resizing", 1);
        let resized =
            file.resize(&header, options, self.now.seconds(), |at| progress.set(at.done, at.total));
        progress.clear();
        resized.map_err(failed)?;
        if let Some((_, copy)) = copy {
            copy.keep();
        }
        let backup = if keep_backup { ", the old file is kept as .bak" } else { "" };
        let (path, after, bytes) = (target.display(), list(&header), header.file_bytes());
        print(&format!("{path}: {before} -> {after} ({bytes} bytes){backup}\n"))
    }

    fn refill(&self) -> Refill {
        if self.aggregate {
            Refill::Aggregate
        } else if self.like_python {
            Refill::Python
        } else {
            Refill::Exact
        }
    }
}

/// A copy that is removed again unless it is kept.
struct Copied(Option<PathBuf>);

impl Copied {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // The error that brought us here is the one to tell.
            let _removed = fs_err::remove_file(path);
        }
    }
}

fn copied(from: &Path, to: &Path) -> Result<Copied, Failure> {
    let failed = |error: std::io::Error| Failure::Outside(error.to_string());
    let mut source = fs_err::File::open(from).map_err(failed)?;
    let new = fs_err::OpenOptions::new().write(true).create_new(true).open(to);
    let mut new = new.map_err(failed)?;
    let copy = Copied(Some(to.to_owned()));
    std::io::copy(&mut source, &mut new).map_err(failed)?;
    Ok(copy)
}

fn list(header: &Header) -> String {
    let archives = header.archives().iter().map(|archive| archive.retention().to_string());
    archives.collect::<Vec<_>>().join(",")
}
