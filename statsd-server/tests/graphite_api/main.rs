//! Graphite's API as clients meet it: through a socket, over a store in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod find;
mod memory_store;
mod recorded;
mod render;
