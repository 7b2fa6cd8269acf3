//! Carbon's doors: points that other programs have made, in carbon's protocols, into the store.
//! May not know StatsD, HTTP or configuration. Data comes from sockets and goes to `store`, a read's worth of
//! points at a time.
//!
//! The way of a point is one line: bytes → [`Points`] → every [`Stage`] in its order → `Store::write`. What
//! reads bytes knows no stage, and a stage knows no bytes; names stand side by side in one text, so
//! that a batch is two allocations, however many points it has.

mod bad;
mod begun;
mod connection;
mod doors;
mod intake;
mod line;
mod number;
mod open_metrics;
mod pickle;
mod points;
mod protobuf;
mod query;
pub mod rules;
pub mod self_metrics;
mod serve;
mod stage;
mod udp;

#[cfg(test)]
mod testing;

pub use bad::{Bad, Reason};
pub use doors::{Doors, DoorsHandle, DoorsOptions, Protocol};
pub use line::read_lines;
pub use pickle::{PickleError, PicklePoints, read_pickle};
pub use points::{Point, Points};
pub use protobuf::{ProtobufError, ProtobufPoints, read_protobuf};
pub use stage::Stage;
