//! Runnable programs, each a page long; they stand beside this file. It holds nothing itself.
//!
//! ```text
//! cargo run -p statsd-examples --example quickstart
//! cargo run -p statsd-examples --example embedded_server
//! ```
