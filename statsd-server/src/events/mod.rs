//! Events and service checks (DogStatsD): the newest of them, in bounded memory, gone with the process.
//! May not know who sends or asks for them. Data comes from the shards in `aggregate/`, which gather them
//! as everything of an interval; `flush.rs` hands them to the [`EventLog`], and `http/` answers from it.

mod log;
mod notices;

pub use log::{EventLog, Wanted};
pub use notices::{Event, Notices, ServiceCheck};
