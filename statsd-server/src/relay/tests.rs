//! The parts together: receivers, the relay, its health checks, and nodes behind real sockets.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream, UdpSocket};

use tokio::runtime::Runtime;

use super::testing::{Node, PATIENCE, Says, options, until};
use super::*;
use crate::receiver::{Reading, Receivers, ReceiversHandle, UdpOptions};

const OFTEN: Duration = Duration::from_millis(10);

struct Relayed {
    nodes: Vec<Node>,
    relay: Relay,
    telemetry: Arc<Telemetry>,
    udp: SocketAddr,
    tcp: SocketAddr,
    receiving: ReceiversHandle,
    _runtime: Runtime,
}

impl Relayed {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let nodes: Vec<Node> = (0..3).map(|_| Node::start(&runtime)).collect();
        let telemetry = Arc::<Telemetry>::default();
        let relay = Relay::new(&options(&nodes, OFTEN), telemetry.clone());
        let mut receivers = Receivers::new(Reading::default());
        let local = "127.0.0.1:0".parse().unwrap();
        let (udp, tcp) = receivers.udp_and_tcp(local, &UdpOptions::default()).unwrap();
        let receiving = receivers.start_feeding(|| relay.feed(), telemetry.clone()).unwrap();
        // However busy the machine is, nobody is taken for down that says up.
        runtime.spawn(health::watch(Arc::clone(&relay.fleet), OFTEN, PATIENCE));
        Self { nodes, relay, telemetry, udp, tcp, receiving, _runtime: runtime }
    }

    fn node_of(&self, name: &str) -> &Node {
        &self.nodes[self.relay.fleet.table().node_of(name.as_bytes()).unwrap()]
    }

    fn is_up(&self, node: usize) -> bool {
        let name = self.nodes[node].options.name();
        self.relay.fleet.up().contains(&name.as_str())
    }
}

#[test]
fn lines_over_udp_and_tcp_arrive_whole_at_the_node_of_their_name() {
    let relayed = Relayed::start();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut stream = TcpStream::connect(relayed.tcp).unwrap();
    for n in 0..50 {
        let (name, letter) = (format!("users.{n}"), format!("caf\u{e9}.{n}"));
        sender.send_to(format!("{name}:1|c").as_bytes(), relayed.udp).unwrap();
        assert_eq!(relayed.node_of(&name).receive(), format!("{name}:1|c"));
        // With the highest bits, which etsy's stream would have lost.
        stream.write_all(format!("{letter}:1|c|#x:y\n").as_bytes()).unwrap();
        assert_eq!(relayed.node_of(&letter).receive(), format!("{letter}:1|c|#x:y"));
    }
    // A line that the end of the stream ends.
    stream.write_all(b"last:1|c").unwrap();
    drop(stream);
    assert_eq!(relayed.node_of("last").receive(), "last:1|c");
    until(|| relayed.telemetry.lines.get() == 101);
    assert!(relayed.nodes.iter().all(Node::has_nothing));
}

#[test]
fn a_node_that_says_down_gets_nothing_after_two_probes_and_comes_back() {
    let relayed = Relayed::start();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = |line: &str| sender.send_to(line.as_bytes(), relayed.udp).unwrap();
    let is_node_1 = |name: &String| relayed.node_of(name).address() == relayed.nodes[1].address();
    let name = (0..1_000).map(|n| format!("n{n}")).find(is_node_1).unwrap();
    let line = format!("{name}:1|c");
    for says in [Says::Text("health: down\n"), Says::Closes] {
        relayed.nodes[1].says(says);
        let asked = relayed.nodes[1].questions();
        // Two at the most had not heard it; that the third has come means that the second is settled.
        until(|| relayed.nodes[1].questions() >= asked + 3);
        assert!(!relayed.is_up(1), "{says:?}");
        assert!(relayed.is_up(0) && relayed.is_up(2));
        assert_eq!(relayed.telemetry.nodes.all()[1].1.up.get(), 0);
        send(&line);
        let other = relayed.node_of(&name);
        assert_eq!(other.receive(), line);
        assert!(relayed.nodes[1].has_nothing());

        relayed.nodes[1].says(Says::Text("health: up\n"));
        until(|| relayed.is_up(1));
        send(&line);
        assert_eq!(relayed.nodes[1].receive(), line);
    }
    assert_eq!(relayed.telemetry.nodes.all()[1].1.removals.get(), 2);
}

#[test]
fn a_node_that_says_nothing_is_down_when_its_time_is_over() {
    let runtime = Runtime::new().unwrap();
    let nodes = [Node::start(&runtime)];
    nodes[0].says(Says::Nothing);
    let telemetry = Arc::<Telemetry>::default();
    let relay = Relay::new(&options(&nodes, OFTEN), telemetry.clone());
    assert_eq!(relay.fleet.up().len(), 1, "at first everybody counts as up");
    runtime.spawn(relay.clone().watch());
    until(|| relay.fleet.up().is_empty());
    relay.feed().unwrap().take(&mut [&b"a:1|c"[..]].into_iter());
    assert_eq!(telemetry.relay_lines_no_node.get(), 1);
    nodes[0].says(Says::Text("health: up\n"));
    until(|| relay.fleet.up().len() == 1);
}

#[test]
fn what_the_kernel_had_accepted_before_the_stop_is_sent() {
    let relayed = Relayed::start();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..200 {
        sender.send_to(format!("n{n}:1|c").as_bytes(), relayed.udp).unwrap();
    }
    relayed.receiving.stop();
    let sent: u64 = relayed.telemetry.nodes.all().iter().map(|(_, node)| node.lines.get()).sum();
    assert_eq!(sent + relayed.telemetry.kernel_drops.get(), 200);
}
