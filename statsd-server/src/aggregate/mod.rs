//! Samples → the numbers of an interval. Pure: no clock, no I/O, no sockets, no configuration files.
//!
//! Each receiver records into a [`Shard`] of its own. At the flush the shards' [`Interval`]s are
//! swapped out and absorbed by the one [`State`], which keeps what outlives an interval (gauges, the
//! names that are idle) and yields a [`Snapshot`]. Data comes from `receiver/`; `flush.rs` hands the
//! snapshots to `backend/`.
//!
//! ```
//! use statsd_client::protocol::Dialect;
//! use statsd_server::aggregate::{Options, Shard, State};
//!
//! let mut shard = Shard::new(Dialect::Etsy);
//! shard.record_packet(b"users.new:1|c\nusers.new:2|c|@0.5");
//! let mut state = State::new(Options::default());
//! state.absorb(&mut shard.take());
//! let snapshot = state.snapshot(1_700_000_000);
//! assert_eq!(snapshot.counters.get("users.new"), Some(&5.0));
//! ```

mod counts;
mod first_nodes;
mod gathering;
mod hits;
mod hold;
mod index;
mod interval;
mod kept;
mod key;
mod link;
mod listing;
mod members;
mod names;
mod options;
mod room;
mod samples;
mod shard;
mod sketch;
mod snapshot;
mod sorted;
mod state;
mod table;
mod timer;
mod totals;
mod wanted;

pub use counts::{BadValues, Counts, Lost};
pub use gathering::Exact;
pub use hits::NameHits;
pub use interval::Interval;
pub use kept::Kept;
pub use key::push_clean_name;
pub use listing::{Deleted, Kind, Listed, Listing};
pub use names::Named;
pub use options::{Bin, DeleteIdle, Histogram, Options, Ttl};
pub use shard::Shard;
pub use snapshot::{First, Raw, Silence, Snapshot, TimerStats};
pub use state::State;
