//! A program that does nothing, to subtract from `sdk.rs`.

fn main() {}
