//! The bounds of a relay.

use std::time::Duration;

/// Nodes of a relay. Each has a socket's worth of probes, and a packet's room in every receiver.
pub const RELAY_NODES_MAX: usize = 256;

/// Bytes of a packet that a relay makes of several lines: what an Ethernet frame carries, less the headers
/// of IPv6 and UDP and some room for a tunnel's. A longer line travels alone.
pub const RELAY_PACKET_MAX_BYTES: usize = 1_432;

/// Places for names whose node a receiver of a relay remembers: two megabytes, of which ten thousand names
/// use a third. A name whose place another one has taken costs its digest.
pub const RELAY_CACHE_NAMES: usize = 32_768;

/// Bytes of such a name, so that it and its node fill one line of that cache. Longer ones cost their digest.
pub const RELAY_CACHE_NAME_MAX_BYTES: usize = 61;

/// How long a relay's socket may not take a packet before its lines are dropped. Packets meanwhile wait in
/// the receivers' buffers.
pub const RELAY_SEND_WAIT_MAX: Duration = Duration::from_millis(100);

/// How long the start of a relay waits for the names of its nodes to resolve; those that have not are
/// out of the ring until a health check finds them.
pub const RELAY_RESOLVE_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long a node may take to answer a health check that is made more often than that: less would take a
/// busy node for a dead one.
pub const RELAY_CHECK_WAIT_MIN: Duration = Duration::from_secs(1);

/// The same where checks are made less often than that; between the two it is the time between checks.
pub const RELAY_CHECK_WAIT_MAX: Duration = Duration::from_secs(10);

/// Bytes of a node's answer to a health check that are read; etsy's has 11.
pub const RELAY_ANSWER_MAX_BYTES: usize = 1_024;
