//! The packets of a batch → a packet or more for each node that has a line in it.
//!
//! All of it on the receiver's thread, before the next batch is read: no queue that could fill, no line that
//! waits, and a slow socket is felt where the kernel counts.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::cache::Cache;
use super::fleet::{Fleet, Table};
use crate::aggregate::Lost;
use crate::limits::{RELAY_PACKET_MAX_BYTES, RELAY_SEND_WAIT_MAX, REPEATED_PACKET_MAX_BYTES};
use crate::receiver::Feed;
use crate::telemetry::{BadLines, Telemetry};

/// Takes the packets of one receiver.
#[derive(Debug)]
pub(super) struct Forwarder {
    fleet: Arc<Fleet>,
    sockets: Sockets,
    /// Whose names are, by `table`.
    cache: Cache,
    /// Who is on the ring, by the batch before.
    table: Arc<Table>,
    /// One for each node. Between two batches all of them are empty.
    packets: Vec<Packet>,
    telemetry: Arc<Telemetry>,
}

/// Lines for one node that are still to be sent.
#[derive(Debug, Default)]
struct Packet {
    bytes: Vec<u8>,
    lines: u64,
}

/// Not connected, because a connected socket would report that nobody listens, and drop a packet for each
/// report.
#[derive(Debug)]
struct Sockets {
    ip4: UdpSocket,
    /// There are machines without it.
    ip6: io::Result<UdpSocket>,
}

impl Forwarder {
    pub(super) fn new(fleet: Arc<Fleet>, telemetry: Arc<Telemetry>) -> io::Result<Self> {
        let packets = fleet.nodes().iter().map(|_| Packet::default()).collect();
        let (sockets, cache, table) = (Sockets::open()?, Cache::new(), fleet.table());
        Ok(Self { fleet, sockets, cache, table, packets, telemetry })
    }

    /// Puts a line to others of its node, which are sent before where it does not fit any more.
    fn add(&mut self, table: &Table, line: &[u8]) {
        let name = &line[..memchr(b':', line).unwrap_or(line.len())];
        let Some(node) = self.cache.node_of(name, |name| table.node_of(name)) else {
            self.telemetry.relay_lines_no_node.add(1);
            return;
        };
        let held = self.packets[node].bytes.len();
        if held > 0 && held + 1 + line.len() > RELAY_PACKET_MAX_BYTES {
            self.send(table, node);
        }
        let packet = &mut self.packets[node];
        if !packet.bytes.is_empty() {
            packet.bytes.push(b'\n');
        }
        packet.bytes.extend_from_slice(line);
        packet.lines += 1;
    }

    fn send(&mut self, table: &Table, node: usize) {
        let (packet, to) = (&mut self.packets[node], &self.fleet.nodes()[node]);
        if packet.lines == 0 {
            return;
        }
        match self.sockets.send(&packet.bytes, table.address(node)) {
            Ok(()) => {
                to.status.lines.add(packet.lines);
                to.status.packets.add(1);
            }
            Err(error) => {
                to.status.lines_not_sent.add(packet.lines);
                self.telemetry.relay_lines_not_sent.add(packet.lines);
                // A line that no datagram holds says nothing about the node.
                if packet.bytes.len() <= REPEATED_PACKET_MAX_BYTES && to.begins_to_fail() {
                    tracing::warn!("cannot send to node {}: {error}", to.name);
                }
            }
        }
        packet.lines = 0;
        packet.bytes.clear();
        // One long line does not hold its memory for ever.
        packet.bytes.shrink_to(RELAY_PACKET_MAX_BYTES);
    }
}

impl Feed for Forwarder {
    fn take(&mut self, packets: &mut dyn Iterator<Item = &[u8]>) {
        let table = self.fleet.table();
        if !Arc::ptr_eq(&table, &self.table) {
            self.cache.clear();
            self.table = Arc::clone(&table);
        }
        let (mut taken, mut read) = (0, 0);
        for packet in packets {
            taken += 1;
            for line in lines(packet) {
                read += 1;
                self.add(&table, line);
            }
        }
        for node in 0..self.packets.len() {
            self.send(&table, node);
        }
        self.telemetry.packets.add(taken);
        self.telemetry.lines.add(read);
    }

    fn lose(&mut self, lost: Lost) {
        let telemetry = &self.telemetry;
        telemetry.packets.add(lost.packets_truncated);
        telemetry.packets_truncated.add(lost.packets_truncated);
        telemetry.kernel_drops.add(lost.kernel_drops);
        telemetry.kernel_drops_merged.add(lost.kernel_drops_merged);
        telemetry.lines.add(lost.lines_too_long);
        telemetry.lines_too_long.add(lost.lines_too_long);
        telemetry.bad_lines.add(lost.lines_too_long);
        if lost.lines_too_long > 0 {
            telemetry.bad_reasons.add(BadLines::TOO_LONG, lost.lines_too_long, None);
        }
    }
}

/// The lines of a packet; empty ones are none.
fn lines(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b'\n', packet).chain(std::iter::once(packet.len()));
    let mut start = 0;
    let lines = ends.map(move |end| {
        let line = &packet[start..end];
        start = end + 1;
        line
    });
    lines.filter(|line| !line.is_empty())
}

impl Sockets {
    fn open() -> io::Result<Self> {
        let open = |any: SocketAddr| {
            let socket = UdpSocket::bind(any)?;
            // One that is full is waited for a moment, while the receiver's own buffer takes what comes.
            socket.set_write_timeout(Some(RELAY_SEND_WAIT_MAX))?;
            Ok(socket)
        };
        let ip4 = open((Ipv4Addr::UNSPECIFIED, 0).into())?;
        Ok(Self { ip4, ip6: open((Ipv6Addr::UNSPECIFIED, 0).into()) })
    }

    fn send(&self, packet: &[u8], to: Option<SocketAddr>) -> io::Result<()> {
        let to = to.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let socket = match (&self.ip6, to.is_ipv6()) {
            (Ok(socket), true) => socket,
            (Err(error), true) => return Err(io::Error::new(error.kind(), error.to_string())),
            (_, false) => &self.ip4,
        };
        socket.send_to(packet, to).map(drop)
    }
}

#[cfg(test)]
mod tests;
