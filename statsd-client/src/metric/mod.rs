//! What a caller names: a metric's name, kind, rate and tags, packed into one key; an event; a service
//! check. May not know clients, threads or backends. `pipeline/` looks keys up and renders them, and
//! takes the rendered lines of the other two.

mod event;
mod fields;
mod key;
mod service_check;

pub use event::{AlertType, Event, Priority};
pub(crate) use fields::{Defaults, EventError, Rendered};
pub(crate) use key::{Key, KeyBuffer, TooLong};
pub use service_check::{ServiceCheck, Status};
