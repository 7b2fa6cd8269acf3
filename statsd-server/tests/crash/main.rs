//! What nobody asks for: the process is killed at any moment, the disk is full.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "the process that is killed tells its tester what it did")]

mod full_disk;
mod killed;
mod load;
