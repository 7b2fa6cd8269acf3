//! Bytes ↔ meaning: what a StatsD line says, how it is written and how it is read.
//! May not know sockets, time, threads or configuration. The server reads with the same parser.
//!
//! A *packet* is one payload handed to the kernel. It holds newline-separated *lines*; a line holds
//! one name and one or more values, each of which becomes a [`Sample`].
//!
//! ```text
//! users.new:1|c                    counter
//! bytes:512|c|@0.1                 counter, sampled: one call in ten was sent
//! render:12.5|ms                   timer, milliseconds
//! queue.depth:17|g                 gauge, absolute
//! queue.depth:-3|g                 gauge, relative: a sign makes it a delta
//! visitors:user-81|s               set: the flush says how many distinct texts there were
//! orders:1|c|#plan:pro,region:eu   DogStatsD tags
//! size:1:2:3|d                     DogStatsD 1.1: several values of one name
//! jobs:4|c|#queue:mail|T1700000000 DogStatsD 1.3: a count of that second
//! _e{8,4}:Deployed|v1.2|t:success  DogStatsD: an event, and `_sc|db.up|2|m:refused` a service check
//! orders,plan=pro,region=eu:1|c    tags in the name: Influx; likewise Graphite, SignalFx, Librato
//! ```

mod format;
mod legal;
mod name;
mod name_hash;
mod number;
mod parse;
mod types;

pub(crate) use format::{Frame, Naming};
pub(crate) use legal::{Legal, effective_tags};
pub(crate) use name::{check_name, check_tag_key, check_tag_value};
pub use name_hash::hash_name;
pub(crate) use number::Number;
pub use parse::{
    BadLine, EventLine, Notice, Reason, Samples, ServiceCheckLine, names, notices, parse,
};
pub use types::{Cardinality, Dialect, MetricType, Sample, Value};

#[cfg(test)]
mod tests;
