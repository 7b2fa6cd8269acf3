//! What a caller names: a metric's name, kind, rate and tags, packed into one key.
//! May not know clients, threads or backends. `pipeline/` looks keys up and renders them.

mod key;

pub(crate) use key::{Key, KeyBuffer, TooLong};
