//! Runnable programs, each a page long; they stand beside this file. It holds nothing itself.
//!
//! ```text
//! cargo run -p statsd-examples --example quickstart
//! cargo run -p statsd-examples --example web_service
//! cargo run -p statsd-examples --example embedded_server
//! ```
//!
//! `web_service` brings tests of what it counts: `cargo test -p statsd-examples`.
