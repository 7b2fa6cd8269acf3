//! A StatsD server with Whisper storage, Graphite's API and a live page, in one process.
//!
//! The binary is [`cli::main`]; a program of one's own that wants the server inside takes [`app::App`].
//! ARCHITECTURE.md in the repository is the map.
//!
//! ```text
//! receiver → aggregate → flush → backend → store ← query ← http → draw
//!                                   └─▶ live ─────────────▶ http
//! ```

pub mod admin;
pub mod aggregate;
pub mod app;
pub mod backend;
pub mod carbon;
pub mod checkpoint;
pub mod cli;
pub mod clock;
pub mod config;
pub mod draw;
pub mod escape;
pub mod events;
pub mod flush;
pub mod health;
pub mod http;
pub mod http_url;
pub mod key_flush;
pub mod limits;
pub mod live;
pub mod message_log;
mod python_regex;
pub mod query;
pub mod receiver;
pub mod relay;
pub mod rrd;
pub mod store;
pub mod tap;
pub mod telemetry;
