//! Whisper as the Python library writes and reads it: what it answered once (`vectors.json`,
//! `golden/`), and what it answers now where there is one.
#![expect(
    clippy::unwrap_used,
    reason = "the lint does not see that functions outside of #[test] are tests here"
)]

mod case;
mod golden;
mod python;
mod sha256;
mod tools;
mod vectors;
