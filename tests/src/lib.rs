//! The tests that cross crates live beside this folder; this crate holds nothing.
