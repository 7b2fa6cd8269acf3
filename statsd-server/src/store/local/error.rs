//! Why a folder is no store, and why a point is not stored.

use std::io;
use std::path::PathBuf;

use crate::store::name::NameError;

/// Why a folder cannot hold a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another store of this one, has it.
    #[error("data folder {} is in use by another server", .0.display())]
    InUse(PathBuf),
    /// It cannot be created, written or read.
    #[error("cannot use data folder {}: {source}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

/// Why a point does not stand in the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotStored {
    #[error("its name cannot be stored")]
    Name(#[from] NameError),
    #[error("the store holds all the series that it may")]
    Full,
    #[error("{0} is not a finite number")]
    NotFinite(f64),
    #[error("its timestamp {0} lies in the future")]
    Future(i64),
    #[error("its timestamp {0} is older than what is kept")]
    TooOld(i64),
    #[error("its file cannot be written, and as many points as may be wait for it")]
    Waiting,
    #[error("its series was deleted at this moment")]
    Forgotten,
}
