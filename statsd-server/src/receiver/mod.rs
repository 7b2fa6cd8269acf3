//! Sockets → packets → the receiver's own shard. May not know backends, stores or configuration.
//! Data comes from the kernel and goes to `aggregate/`, a batch of packets at a time; what is in the
//! packets is the parser's business.

mod udp;

pub use udp::{UdpHandle, UdpOptions, UdpReceiver};
