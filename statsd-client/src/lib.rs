//! Instrumentation SDK for StatsD.

pub mod protocol;
