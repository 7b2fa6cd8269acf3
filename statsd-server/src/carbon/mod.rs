//! Carbon's doors: points that other programs have made, in carbon's protocols, into the store. May not
//! know StatsD, HTTP or configuration. Data comes from sockets and goes to `store`, a read's worth of
//! points at a time.
//!
//! The way of a point is one line: bytes → [`Points`] → every [`Stage`] in its order → `Store::write`. What
//! reads bytes knows no stage, and a stage knows no bytes; names stand side by side in one text, so
//! that a batch is two allocations, however many points it has.

mod points;
pub mod rules;
pub mod self_metrics;
mod stage;

pub use points::{Point, Points};
pub use stage::Stage;
