//! A StatsD server with Whisper storage, Graphite's API and a live page.

pub mod aggregate;
pub mod app;
pub mod backend;
pub mod cli;
pub mod clock;
pub mod config;
pub mod flush;
pub mod http;
pub mod limits;
pub mod live;
pub mod receiver;
pub mod store;
pub mod telemetry;
