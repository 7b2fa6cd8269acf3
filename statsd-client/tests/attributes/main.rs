//! What annotated functions send, line for line. The lints are a part of it: nothing that an attribute
//! writes may be heard of in the code that it stands in.

#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, unused_qualifications)]
#![deny(let_underscore_drop, single_use_lifetimes, trivial_casts, unused_results)]
#![allow(clippy::redundant_pub_crate, reason = "contradicts `unreachable_pub`")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arguments;
mod clients;
mod derived;
mod functions;
mod futures;
mod hygiene;
mod inflight;
mod instrument;
mod made_by_macros;
mod matrix;
mod muted;
mod outcomes;
mod ruby;
mod sizes;
mod steps;
mod values;
mod wire;
