//! What tests that cross crates share: a server in the process, a browser's worth of HTTP.
//! May not know how the server does what it does: only sockets, folders and `App`.

mod http;
pub mod input;
mod server;

pub use http::{Answer, Events, get};
pub use server::Server;

// The code in the documents for people is compiled and run like any other example.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
