//! From a call to a packet: sampling, aggregation, packing and the background thread.
//! May not know a concrete backend. Data comes from `handle/` and `client.rs`, goes to `backend/`.
//!
//! ```text
//! application threads                     │ the client's thread, once a flush interval
//!                                         │
//! local.rs ── counters ── cells.rs ───────┼─▶ collector.rs ─▶ packer.rs ─▶ worker.rs ─▶ Backend
//!    │    ├── gauges ──── gauges.rs ──────┤        ▲
//!    │    └── timings ─── queue.rs ───────┘   registry.rs: context → rendered frame
//!    └─ sampler.rs                              account.rs: what `stats` reads
//! ```
//!
//! Each thread writes words that only it writes, and the client's thread only reads them; what was
//! read before is remembered on the reading side, so nothing is ever reset under the writer. A call
//! takes no lock and makes no system call.

mod account;
mod cells;
mod collector;
mod gauges;
mod local;
mod packer;
mod queue;
mod registry;
mod sampler;
mod shared;
mod worker;

pub(crate) use local::{Event, record_named, with_recorder};
pub(crate) use queue::Who;
pub(crate) use registry::Wording;
pub(crate) use shared::{Options, Shared};
pub(crate) use worker::Pipeline;
