//! What the aggregator knows, in one file, so that the next run goes on from there. May not know
//! backends, the flush, the store or configuration. `backend/` saves every flush here, and `app` hands
//! what the file holds to the aggregator at the start.
//!
//! The file is replaced at every flush: a new one is written beside it and renamed onto it, so that there is
//! always a whole one. That is enough for the death of the process, whose writes the kernel keeps;
//! nothing waits for the disk. A loss of power may cost the newest files, and a file that it left damaged
//! is recognised by its checksum. At the end in order the disk is waited for.

mod file;
mod format;

pub use file::{CheckpointFile, Found, LockError, Run};
