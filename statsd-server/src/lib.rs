//! A StatsD server with Whisper storage, Graphite's API and a live page.

pub mod aggregate;
pub mod backend;
pub mod clock;
pub mod draw;
pub mod http;
pub mod limits;
pub mod live;
pub mod query;
pub mod store;
pub mod telemetry;
