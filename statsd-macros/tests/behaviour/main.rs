//! What annotated functions do, with a stand-in for the client behind them.

#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, unused_qualifications)]
#![deny(let_underscore_drop, single_use_lifetimes, trivial_casts, unused_results)]
#![allow(clippy::redundant_pub_crate, reason = "contradicts `unreachable_pub`")]

mod arguments;
mod fake;
mod functions;
mod futures;
mod hygiene;
mod made_by_macros;
