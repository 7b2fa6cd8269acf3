//! The bounds of the management console.

use std::time::Duration;

/// Connections to the console at once. With files and HTTP they stay below the 1,024 descriptors that
/// most systems allow a process. One more ends the one that was silent for longest.
pub const ADMIN_CONNECTIONS_MAX: usize = 32;

/// Bytes that the console reads at once, which is one command: as many as Node.js reads, so that a
/// longer line is cut where etsy's is.
pub const ADMIN_COMMAND_MAX_BYTES: usize = 64 * 1_024;

/// Bytes of metrics in one reply of the console: some 200,000 counters. All connections together hold
/// at most `ADMIN_CONNECTIONS_MAX` of them.
pub const ADMIN_REPLY_MAX_BYTES: usize = 8 << 20;

/// How long a connection to the console may be silent; people think while they are connected.
pub const ADMIN_SILENCE_MAX: Duration = Duration::from_secs(600);

/// How long a client of the console may take no byte of a reply.
pub const ADMIN_STALL_MAX: Duration = Duration::from_secs(30);
