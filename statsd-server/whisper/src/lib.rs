//! Graphite's Whisper file format.

mod aggregation;
mod archive;
mod create;
mod error;
mod fetch;
mod file;
mod layout;
mod propagate;
mod retention;
mod update;

pub use aggregation::AggregationMethod;
pub use archive::Archive;
pub use error::{Error, ErrorKind};
pub use fetch::Fetched;
pub use file::Whisper;
pub use layout::Header;
pub use retention::{ARCHIVES_MAX, Retention, parse_retentions};
pub use update::{Counts, Outcome, Point};
