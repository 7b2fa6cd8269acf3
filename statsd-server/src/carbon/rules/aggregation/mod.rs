//! Points of several names → points of one, as carbon's aggregator does. May not know clocks, files or the
//! store: the time is a parameter. Data comes from `stages` and goes back there.
//!
//! `rule` reads the file and says which aggregates a name is part of; `method` is what an interval gathers;
//! `aggregator` holds the intervals and says when they are told; `names` remembers whose a name was.

mod aggregator;
mod method;
mod names;
mod rule;

pub use aggregator::{Aggregator, Buffering, Told};
pub use rule::AggregationRules;

#[cfg(test)]
mod tests;
