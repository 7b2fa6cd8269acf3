//! Files, as the commands open them: to read, or to write with nobody else at them.

use std::path::{Path, PathBuf};

use clap::Args;
use statsd_whisper::{Error, ErrorKind, Whisper};

use crate::cli::folder::{self, Held};
use crate::cli::{Failure, told};

/// The flags of commands that write.
#[derive(Debug, Clone, Args)]
pub(super) struct Writing {
    /// Wait for the lock on the file, and hold it while it is written (flock, as Python's LOCK).
    #[arg(long)]
    lock: bool,
    /// Write below the data folder of a running server, too.
    #[arg(long)]
    while_running: bool,
}

/// What keeps servers from a file for as long as it lives.
#[derive(Debug)]
pub(super) struct Alone {
    _folders: Option<Held>,
}

impl Writing {
    /// Keeps servers from a file that is to be written, whether it is there or not.
    pub(super) fn alone(&self, path: &Path) -> Result<Alone, Failure> {
        let folders = if self.while_running { None } else { Some(folder::beside(path)?) };
        Ok(Alone { _folders: folders })
    }

    /// A file to be written, and what keeps others from it.
    pub(super) fn open(&self, path: &Path) -> Result<(Whisper, Alone), Failure> {
        let alone = self.alone(path)?;
        let file = if self.lock { Whisper::open_locked(path) } else { Whisper::open(path) };
        Ok((file.map_err(failed)?, alone))
    }
}

/// A file to be read.
pub(super) fn open(path: &Path) -> Result<Whisper, Failure> {
    Whisper::open_read_only(path).map_err(failed)
}

/// An error of a file, with the exit code of its kind.
pub(super) fn failed(error: Error) -> Failure {
    let is_input = matches!(
        error.kind(),
        ErrorKind::InvalidRetention
            | ErrorKind::InvalidArchives
            | ErrorKind::InvalidAggregationMethod
            | ErrorKind::InvalidXFilesFactor
            | ErrorKind::InvalidRange
            | ErrorKind::InvalidTime
    );
    let text = told(error);
    if is_input { Failure::Input(text) } else { Failure::Outside(text) }
}

/// The path of a file, which every command begins with.
#[derive(Debug, Clone, Args)]
pub(super) struct File {
    /// The Whisper file.
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
}
