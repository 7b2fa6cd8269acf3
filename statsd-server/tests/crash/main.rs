//! What nobody asks for: the process is killed at any moment, the disk is full or read-only, somebody else
//! has his hands in the files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "the process that is killed tells its tester what it did")]

mod bad_disk;
mod disk;
mod foreign;
mod killed;
mod load;
mod senders;
#[path = "../support/server.rs"]
mod server;
