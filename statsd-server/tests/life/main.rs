//! The life of the built server: it is stopped, killed, started again, told something else while it runs,
//! and asked how it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod health;
mod reload;
mod restart;
#[path = "../support/server.rs"]
mod server;
