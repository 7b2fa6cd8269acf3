//! Graphite's Whisper file format.

mod error;

pub use error::Error;
