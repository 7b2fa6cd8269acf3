use std::time::Duration;

use tokio::runtime::Runtime;

use super::*;
use crate::relay::testing::{Node, options};
use crate::relay::{NodeOptions, Relay, RelayOptions};

/// Three nodes that are up, and a forwarder for them. Nobody checks them.
struct Relayed {
    nodes: Vec<Node>,
    relay: Relay,
    telemetry: Arc<Telemetry>,
    _runtime: Runtime,
}

impl Relayed {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let nodes: Vec<Node> = (0..3).map(|_| Node::start(&runtime)).collect();
        let telemetry = Arc::<Telemetry>::default();
        let relay = Relay::new(&options(&nodes, Duration::from_secs(3_600)), telemetry.clone());
        Self { nodes, relay, telemetry, _runtime: runtime }
    }

    fn take(&self, packets: &[&[u8]]) {
        self.relay.feed().unwrap().take(&mut packets.iter().copied());
    }

    /// The node that a name belongs to.
    fn node_of(&self, name: &str) -> usize {
        self.relay.fleet.table().node_of(name.as_bytes()).unwrap()
    }

    /// A name that belongs to node 0, and is followed by this.
    fn line_for_node_0(&self, rest: &str) -> String {
        let name =
            (0..1_000).map(|n| format!("n{n}")).find(|name| self.node_of(name) == 0).unwrap();
        format!("{name}:{rest}")
    }

    /// Lines forwarded, without a node, not sent: together all that were taken.
    fn account(&self) -> (u64, u64, u64) {
        let nodes = self.telemetry.nodes.all();
        let forwarded = nodes.iter().map(|(_, status)| status.lines.get()).sum();
        let no_node = self.telemetry.relay_lines_no_node.get();
        let not_sent = self.telemetry.relay_lines_not_sent.get();
        assert_eq!(self.telemetry.lines.get(), forwarded + no_node + not_sent);
        (forwarded, no_node, not_sent)
    }
}

#[test]
fn every_line_goes_to_the_node_of_its_name_unchanged() {
    let relayed = Relayed::start();
    let lines = [
        "a:1|c",
        "a:2|c|@0.5|#tag:x",
        "no colon at all",
        ":1|c",
        "b;host=web1:3|g\r",
        "\u{e9}t\u{e9}:1|ms:2|ms",
        "\u{0}\u{7f}:x",
    ];
    let mut feed = relayed.relay.feed().unwrap();
    for line in lines {
        feed.take(&mut std::iter::once(line.as_bytes()));
        let name = line.split(':').next().unwrap();
        assert_eq!(relayed.nodes[relayed.node_of(name)].receive(), line);
    }
    assert!(relayed.nodes.iter().all(Node::has_nothing));
    assert_eq!(relayed.account(), (7, 0, 0));
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let relayed = Relayed::start();
    relayed.take(&[b"a\xff\xfe:1|c\n\n"]);
    // As Node.js decodes the name.
    let node = relayed.node_of("a\u{fffd}\u{fffd}");
    let mut packet = [0; 64];
    let length = relayed.nodes[node].udp.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"a\xff\xfe:1|c");
}

#[test]
fn lines_of_a_batch_share_packets_in_their_order_and_no_packet_is_too_long() {
    let relayed = Relayed::start();
    let lines: Vec<String> = (0..3_000).map(|n| format!("name.{}:{n}|c", n % 50)).collect();
    let packets: Vec<String> = lines.chunks(7).map(|lines| lines.join("\n")).collect();
    let packets: Vec<&[u8]> = packets.iter().map(String::as_bytes).collect();
    relayed.take(&packets);
    for (at, node) in relayed.nodes.iter().enumerate() {
        let of_node = |line: &&String| relayed.node_of(line.split(':').next().unwrap()) == at;
        let expected: Vec<&String> = lines.iter().filter(of_node).collect();
        let mut received = Vec::new();
        let mut packets = 0;
        while received.len() < expected.len() {
            let packet = node.receive();
            assert!(packet.len() <= RELAY_PACKET_MAX_BYTES);
            received.extend(packet.lines().map(str::to_owned));
            packets += 1;
        }
        assert!(received.iter().eq(expected), "node {at}");
        let bytes: usize = received.iter().map(|line| line.len() + 1).sum();
        assert!(packets <= bytes / (RELAY_PACKET_MAX_BYTES - 16) + 1, "{packets} packets");
        assert_eq!(relayed.telemetry.nodes.all()[at].1.packets.get(), packets as u64);
        assert!(node.has_nothing());
    }
    assert_eq!(relayed.account(), (3_000, 0, 0));
    assert_eq!(relayed.telemetry.packets.get(), packets.len() as u64);
}

#[test]
fn a_packet_of_exactly_the_bound_is_one_and_a_byte_more_makes_two() {
    let relayed = Relayed::start();
    let first = relayed.line_for_node_0("1|c");
    let fill = |bytes: usize| {
        let rest = relayed.line_for_node_0("");
        format!("{rest}{}", "1".repeat(bytes - rest.len()))
    };
    let room = RELAY_PACKET_MAX_BYTES - first.len() - 1;
    relayed.take(&[format!("{first}\n{}", fill(room)).as_bytes()]);
    assert_eq!(relayed.nodes[0].receive().len(), RELAY_PACKET_MAX_BYTES);
    relayed.take(&[format!("{first}\n{}", fill(room + 1)).as_bytes()]);
    assert_eq!(relayed.nodes[0].receive(), first);
    assert_eq!(relayed.nodes[0].receive().len(), room + 1);
    // A line that is longer than a packet travels alone.
    let long = fill(RELAY_PACKET_MAX_BYTES + 1);
    relayed.take(&[format!("{first}\n{long}\n{first}").as_bytes()]);
    assert_eq!(relayed.nodes[0].receive(), first);
    assert_eq!(relayed.nodes[0].receive(), long);
    assert_eq!(relayed.nodes[0].receive(), first);
}

#[test]
fn a_line_that_no_datagram_holds_is_counted_and_the_next_one_travels() {
    let relayed = Relayed::start();
    let long = relayed.line_for_node_0(&"1".repeat(65_600));
    let short = relayed.line_for_node_0("1|c");
    relayed.take(&[format!("{long}\n{short}").as_bytes()]);
    assert_eq!(relayed.nodes[0].receive(), short);
    assert_eq!(relayed.account(), (1, 0, 1));
    assert_eq!(relayed.telemetry.nodes.all()[0].1.lines_not_sent.get(), 1);
}

#[test]
fn without_a_node_lines_are_counted_and_nobody_waits() {
    let relayed = Relayed::start();
    for at in 0..3 {
        relayed.relay.fleet.checked(at, Err("it is a test".to_owned()));
    }
    relayed.take(&[b"a:1|c\nb:1|c", b"", b"\n\n", b"c"]);
    assert_eq!(relayed.account(), (0, 3, 0));
    assert_eq!(relayed.telemetry.packets.get(), 4);
    assert!(relayed.nodes.iter().all(Node::has_nothing));
}

#[test]
fn a_feed_that_has_seen_a_name_sees_when_it_is_anothers() {
    let relayed = Relayed::start();
    let line = relayed.line_for_node_0("1|c");
    let name = line.split(':').next().unwrap();
    let mut feed = relayed.relay.feed().unwrap();
    let mut take = || feed.take(&mut std::iter::once(line.as_bytes()));
    take();
    assert_eq!(relayed.nodes[0].receive(), line);
    relayed.relay.fleet.checked(0, Err("it is a test".to_owned()));
    take();
    assert_eq!(relayed.nodes[relayed.node_of(name)].receive(), line);
    relayed.relay.fleet.checked(0, Ok(relayed.nodes[0].address()));
    take();
    assert_eq!(relayed.nodes[0].receive(), line);
    // The node is where it was, and another address is another table.
    relayed.relay.fleet.checked(0, Ok(relayed.nodes[1].address()));
    take();
    assert_eq!(relayed.nodes[1].receive(), line);
}

#[test]
fn what_was_lost_before_is_counted() {
    let relayed = Relayed::start();
    relayed.relay.feed().unwrap().lose(Lost {
        kernel_drops: 5,
        kernel_drops_merged: 2,
        packets_truncated: 3,
        lines_too_long: 4,
    });
    let telemetry = &relayed.telemetry;
    assert_eq!((telemetry.kernel_drops.get(), telemetry.kernel_drops_merged.get()), (5, 2));
    assert_eq!((telemetry.packets.get(), telemetry.packets_truncated.get()), (3, 3));
    let lines = [&telemetry.lines, &telemetry.lines_too_long, &telemetry.bad_lines];
    assert!(lines.iter().all(|count| count.get() == 4));
}

#[test]
fn a_name_is_resolved_and_one_that_does_not_resolve_is_off_the_ring() {
    let node = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = node.local_addr().unwrap().port();
    let options = |host: &str| NodeOptions { host: host.to_owned(), port, admin_port: 1 };
    // Too long for a name, so that no name server needs to be asked.
    let nodes = vec![options("localhost"), options(&"x".repeat(300))];
    let telemetry = Arc::<Telemetry>::default();
    let options = RelayOptions { nodes, ..RelayOptions::default() };
    let relay = Relay::new(&options, telemetry.clone());
    assert_eq!(relay.fleet.up(), [format!("localhost:{port}")]);
    let up: Vec<u64> = telemetry.nodes.all().iter().map(|(_, node)| node.up.get()).collect();
    assert_eq!(up, [1, 0]);
    relay.feed().unwrap().take(&mut [&b"a:1|c"[..]].into_iter());
    let mut packet = [0; 16];
    assert_eq!(node.recv(&mut packet).unwrap(), 5);
}
