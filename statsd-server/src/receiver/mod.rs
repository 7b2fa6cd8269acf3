//! Sockets → packets → the receiver's own shard. May not know backends, stores or configuration.
//! Data comes from the kernel and goes to `aggregate/`, a batch of packets at a time; what is in the
//! packets is the parser's business. On the way they pass `tap`, which others may listen at. Where nothing
//! is added up, they go to a [`Feed`] instead.
//!
//! Datagrams (UDP, Unix) have a plain thread and a shard for each socket, which reads in batches and
//! naps. Streams (TCP, Unix) share one thread and one shard: they are many, and most say nothing.
//!
//! ```
//! use std::net::UdpSocket;
//! use std::sync::Arc;
//! use statsd_server::receiver::{Reading, Receivers, UdpOptions};
//!
//! let mut receivers = Receivers::new(Reading::default());
//! let udp = receivers.udp("127.0.0.1:0".parse().unwrap(), &UdpOptions::default())?;
//! let tcp = receivers.tcp("127.0.0.1:0".parse().unwrap())?;
//! assert_ne!(udp.port(), 0);
//! assert_ne!(tcp.port(), 0);
//! UdpSocket::bind("127.0.0.1:0")?.send_to(b"users.new:1|c", udp)?;
//!
//! let shards = receivers.shards();
//! receivers.start(Arc::default())?.stop();
//! let packets: u64 = shards.iter().map(|shard| shard.lock().unwrap().counts().packets).sum();
//! assert_eq!(packets, 1, "what the kernel had accepted before the stop is recorded");
//! # Ok::<(), std::io::Error>(())
//! ```

mod batch;
mod connection;
mod datagrams;
mod descriptors;
mod drops;
mod feed;
mod inherited;
mod lines;
mod receivers;
mod socket_file;
mod stop;
mod streams;
mod udp;

#[cfg(test)]
mod testing;

pub use feed::Feed;
pub use inherited::Inherited;
pub use receivers::{Listening, Reading, Receivers, ReceiversHandle};
pub use udp::UdpOptions;
