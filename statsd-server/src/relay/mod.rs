//! Lines → the node that their name belongs to: etsy's cluster proxy, without its one thread and its
//! datagram for every line. May not know what a line says, the aggregator's numbers, or configuration. Data
//! comes from `receiver`, a batch of packets at a time, and leaves over UDP, as packets to the nodes.
//!
//! A line goes by the text before its first `:`, tags of Graphite's included; one without a colon goes by
//! all of it. It is not read any further, and travels byte for byte. `ring` says whose it is, `fleet` who is
//! on the ring, and `health` asks each node's management console whether it is to stay there.
//!
//! Three things differ from etsy's proxy. The lines of a batch that belong to one node travel in packets of
//! up to [`RELAY_PACKET_MAX_BYTES`](crate::limits::RELAY_PACKET_MAX_BYTES), where etsy's sends a datagram for
//! each; a node must take several lines in a packet, as every StatsD of the last ten years does. Nothing is
//! held back for that: what a batch has brought is sent before the next one is read. Streams keep the highest
//! bit of each byte, which etsy's clears, so that a name goes to the same node over TCP and over UDP. And a
//! node's name is resolved when it is checked, not for every packet.
//!
//! ```
//! use std::net::UdpSocket;
//! use std::sync::Arc;
//! use statsd_server::relay::{NodeOptions, Relay, RelayOptions};
//! use statsd_server::telemetry::Telemetry;
//!
//! let node = UdpSocket::bind("127.0.0.1:0")?;
//! let port = node.local_addr()?.port();
//! let nodes = vec![NodeOptions { host: "127.0.0.1".to_owned(), port, admin_port: 8126 }];
//! let telemetry = Arc::new(Telemetry::default());
//! let relay = Relay::new(&RelayOptions { nodes, ..RelayOptions::default() }, telemetry.clone());
//! relay.feed()?.take(&mut [&b"users.new:1|c\nqueue:17|g\n"[..]].into_iter());
//!
//! let mut packet = [0; 64];
//! let length = node.recv(&mut packet)?;
//! assert_eq!(&packet[..length], b"users.new:1|c\nqueue:17|g");
//! assert_eq!(telemetry.nodes.all()[0].1.lines.get(), 2);
//! # Ok::<(), std::io::Error>(())
//! ```

mod cache;
mod console;
mod fleet;
mod forward;
mod health;
mod md5;
mod resolve;
mod ring;

use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use console::RelayConsole;
pub use ring::Ring;

use crate::limits::{RELAY_CHECK_WAIT_MAX, RELAY_CHECK_WAIT_MIN};
use crate::receiver::Feed;
use crate::telemetry::Telemetry;
use fleet::Fleet;
use forward::Forwarder;

/// Whom lines are relayed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayOptions {
    /// The nodes; no two of one host and port.
    pub nodes: Vec<NodeOptions>,
    /// Time between two health checks of a node; above zero.
    pub check_interval: Duration,
}

impl Default for RelayOptions {
    /// No nodes, checked as often as etsy's proxy does unless it is told otherwise.
    fn default() -> Self {
        Self { nodes: Vec::new(), check_interval: Duration::from_secs(10) }
    }
}

/// One node: a StatsD server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeOptions {
    /// Its name or address. The ring hashes it as it is written: all relays of a fleet must write it alike.
    pub host: String,
    /// Where it receives StatsD over UDP.
    pub port: u16,
    /// Where its management console listens.
    pub admin_port: u16,
}

impl NodeOptions {
    /// What it is called on the ring and in `/status`: `host:port`, as etsy's proxy writes it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// A relay whose nodes are known. Every node counts as up until a check says otherwise.
#[derive(Debug, Clone)]
pub struct Relay {
    fleet: Arc<Fleet>,
    check_interval: Duration,
    telemetry: Arc<Telemetry>,
}

impl Relay {
    /// Resolves the nodes' names, which takes up to
    /// [`RELAY_RESOLVE_WAIT_MAX`](crate::limits::RELAY_RESOLVE_WAIT_MAX); a node whose name does not resolve
    /// is out of the ring until it does.
    pub fn new(options: &RelayOptions, telemetry: Arc<Telemetry>) -> Self {
        let found = resolve::all_at_start(&options.nodes);
        let fleet = Arc::new(Fleet::new(&options.nodes, found, &telemetry));
        Self { fleet, check_interval: options.check_interval, telemetry }
    }

    /// Somebody who takes a receiver's packets and sends their lines on. Each has sockets of its own.
    ///
    /// # Errors
    /// There is no socket to be had.
    pub fn feed(&self) -> io::Result<Box<dyn Feed>> {
        let forwarder = Forwarder::new(Arc::clone(&self.fleet), Arc::clone(&self.telemetry))?;
        Ok(Box::new(forwarder))
    }

    /// Checks every node at once, and from then on at every interval, until it is dropped. A node has the
    /// interval to answer in, but at least
    /// [`RELAY_CHECK_WAIT_MIN`] and at most
    /// [`RELAY_CHECK_WAIT_MAX`].
    pub async fn watch(self) {
        let within = self.check_interval.clamp(RELAY_CHECK_WAIT_MIN, RELAY_CHECK_WAIT_MAX);
        health::watch(self.fleet, self.check_interval, within).await;
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
