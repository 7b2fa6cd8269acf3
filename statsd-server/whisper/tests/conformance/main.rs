//! Whisper as the Python library writes and reads it: what it answered once (`vectors.json`,
//! `golden/`), and what it answers now where there is one.

mod case;
mod golden;
mod python;
mod sha256;
mod vectors;
