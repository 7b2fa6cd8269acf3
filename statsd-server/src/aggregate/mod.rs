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
//! assert!(snapshot.counters.contains(&("users.new".to_owned(), 5.0)));
//! ```

mod counts;
mod first_nodes;
mod interval;
mod kept;
mod key;
mod listing;
mod options;
mod room;
mod shard;
mod snapshot;
mod state;
mod timer;
mod totals;

pub use counts::{Counts, Lost};
pub use interval::Interval;
pub use kept::Kept;
pub use key::push_clean_name;
pub use listing::{Deleted, Kind, Listed, Listing};
pub use options::{Bin, DeleteIdle, Histogram, Options, Ttl};
pub use shard::Shard;
pub use snapshot::{First, Raw, Silence, Snapshot, TimerStats};
pub use state::State;
