//! From a call to a packet: sampling, aggregation, packing and the background thread.
//! May not know a concrete backend. Data comes from `handle/` and `client.rs`, goes to `backend/`.
//!
//! ```text
//! application threads                          │ the client's thread, once a flush interval
//!                                              │
//! front.rs ──┬── counters ── block.rs ─────────┼─▶ collector.rs ─▶ lines.rs ─▶ packer.rs ─▶ worker.rs
//!   │ misses ├── gauges ──── gauges.rs ────────┤     │ reader.rs, taker.rs, …             │
//! local.rs ──┼── the rest ── run.rs ───────────┤                                        Backend
//!   entry.rs └── events ──── bulk.rs ──────────┘   registry.rs: context → rendered frame; mutes.rs
//!   names.rs, values.rs                            account.rs: what `stats` reads
//!   witness.rs: a test's captures, in the place of all this
//! ```
//!
//! Each thread writes words that only it writes, and the client's thread only reads them; what was
//! read before is remembered on the reading side, so nothing is ever reset under the writer. A call
//! takes no lock and makes no system call. `pool.rs` lends the memory, `shared.rs` holds what both
//! sides know.

mod account;
mod block;
mod bulk;
mod call;
mod collector;
mod entry;
mod fork;
pub(crate) mod front;
mod gauges;
mod generation;
mod inbox;
mod levels;
mod lines;
mod local;
mod mutes;
mod names;
mod packer;
mod pool;
mod reader;
mod registry;
mod report;
mod reservoir;
mod run;
mod sampler;
mod shared;
mod taker;
mod values;
mod witness;
mod worker;

pub use call::Recorded;
pub(crate) use call::{Call, nanos};
pub(crate) use fork::around_fork;
pub(crate) use local::{
    InScope, Target, find, is_watched, record_key, record_known, record_made, record_texts,
    with_entry, with_text,
};
pub(crate) use mutes::{PATTERN_MAX_BYTES, PATTERNS_MAX, is_allowed};
pub(crate) use registry::Wording;
pub(crate) use shared::{Options, Shared};
pub(crate) use values::Values;
pub(crate) use witness::{Said, Sighting, Told, Watching, Witness, present, tell};
pub(crate) use worker::Pipeline;
