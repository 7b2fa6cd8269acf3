//! The built binary as a relay: etsy's proxy configuration in, lines at the right nodes out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use statsd_server::app::App;
use statsd_server::config::Config;
use statsd_server::relay::Ring;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A StatsD server as a relay sees it: a socket, and a console that says how it is.
struct Node {
    udp: UdpSocket,
    console: SocketAddr,
    is_up: Arc<AtomicBool>,
    questions: Arc<AtomicUsize>,
}

impl Node {
    fn start() -> Self {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_read_timeout(Some(PATIENCE)).unwrap();
        let console = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = console.local_addr().unwrap();
        let (is_up, questions) = (Arc::new(AtomicBool::new(true)), Arc::<AtomicUsize>::default());
        let (says_up, asked) = (Arc::clone(&is_up), Arc::clone(&questions));
        thread::spawn(move || {
            for stream in console.incoming() {
                let mut stream = stream.unwrap();
                let length = stream.read(&mut [0; 64]).unwrap_or(0);
                assert_eq!(length, "health\r\n".len());
                let up = says_up.load(Ordering::SeqCst);
                asked.fetch_add(1, Ordering::SeqCst);
                let answer = if up { "health: up\n" } else { "health: down\n" };
                // The relay may be gone.
                let _written = stream.write_all(answer.as_bytes());
            }
        });
        Self { udp, console: address, is_up, questions }
    }

    fn name(&self) -> String {
        self.udp.local_addr().unwrap().to_string()
    }

    /// The lines of the next packet.
    fn receive(&self) -> Vec<String> {
        let mut packet = vec![0; 65_535];
        let length = self.udp.recv(&mut packet).unwrap();
        assert!(length <= 1_432);
        String::from_utf8(packet[..length].to_vec()).unwrap().lines().map(str::to_owned).collect()
    }

    /// Waits until it was asked so many more times.
    fn asked(&self, times: usize) {
        let before = self.questions.load(Ordering::SeqCst);
        until(|| self.questions.load(Ordering::SeqCst) >= before + times);
    }
}

fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it never came to be");
        thread::yield_now();
    }
}

/// The relay's process; it ends with the test.
struct Relay {
    child: Child,
    udp: SocketAddr,
    tcp: SocketAddr,
    admin: SocketAddr,
    http: SocketAddr,
    told: Vec<String>,
}

impl Relay {
    fn start(nodes: &[Node]) -> Self {
        let nodes: Vec<String> = nodes
            .iter()
            .map(|node| {
                let (port, admin) = (node.udp.local_addr().unwrap().port(), node.console.port());
                format!("{{ host: '127.0.0.1', port: {port}, adminport: {admin} }}")
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proxyConfig.js");
        let text = format!("{{ nodes: [{}], checkInterval: 50 }}", nodes.join(", "));
        std::fs::write(&path, text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_statsd-server"))
            .arg(&path)
            .args(["--statsd", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let told = stdout.lines().map(Result::unwrap).take_while(|line| line != "server is up");
        let told: Vec<String> = told.collect();
        let address = |prefix: &str| {
            told.iter().find_map(|line| line.strip_prefix(prefix)?.trim().parse().ok()).unwrap()
        };
        Self {
            udp: address("statsd  udp"),
            tcp: address("statsd  tcp"),
            admin: address("admin   tcp"),
            http: address("http    tcp"),
            child,
            told,
        }
    }

    fn ask(&self, command: &str) -> String {
        let mut console = TcpStream::connect(self.admin).unwrap();
        console.write_all(command.as_bytes()).unwrap();
        console.shutdown(std::net::Shutdown::Write).unwrap();
        let mut reply = String::new();
        console.read_to_string(&mut reply).unwrap();
        reply
    }

    fn status(&self) -> Value {
        let mut connection = TcpStream::connect(self.http).unwrap();
        connection.write_all(b"GET /status HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

#[test]
fn a_fleet_of_three_with_one_that_goes_and_comes_back() {
    let nodes = [Node::start(), Node::start(), Node::start()];
    let names: Vec<String> = nodes.iter().map(Node::name).collect();
    let mut relay = Relay::start(&nodes);
    assert!(relay.told.contains(&"relay   to 3 nodes, checked every 50ms".to_owned()));
    let ring = Ring::new(names.iter().map(String::as_str).enumerate());

    // Packed lines over UDP and lines over TCP arrive whole, in their order, at the node of their name.
    let lines: Vec<String> = (0..600).map(|n| format!("shop.{}:{n}|c", n % 40)).collect();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (over_udp, over_tcp) = lines.split_at(300);
    for lines in over_udp.chunks(25) {
        sender.send_to(lines.join("\n").as_bytes(), relay.udp).unwrap();
    }
    let node_of = |line: &str| ring.node_of(line.split(':').next().unwrap().as_bytes()).unwrap();
    let mut received = BTreeMap::<usize, Vec<String>>::new();
    let mut receive = |lines: &[String]| {
        for (at, node) in nodes.iter().enumerate() {
            let expected: Vec<_> = lines.iter().filter(|line| node_of(line) == at).collect();
            let received = received.entry(at).or_default();
            received.clear();
            while received.len() < expected.len() {
                received.extend(node.receive());
            }
            assert!(received.iter().eq(expected), "node {at}");
        }
    };
    receive(over_udp);
    let mut stream = TcpStream::connect(relay.tcp).unwrap();
    stream.write_all((over_tcp.join("\n") + "\n").as_bytes()).unwrap();
    receive(over_tcp);

    // One that says down gets nothing more after two probes; its names go elsewhere.
    let name = (0..1_000).map(|n| format!("n{n}")).find(|name| node_of(name) == 1).unwrap();
    nodes[1].is_up.store(false, Ordering::SeqCst);
    nodes[1].asked(3);
    let line = format!("{name}:1|c");
    let others = Ring::new([(0, names[0].as_str()), (2, names[2].as_str())].into_iter());
    let other = others.node_of(name.as_bytes()).unwrap();
    assert!(relay.ask("status").ends_with(&format!("nodes: {} {} \n", names[0], names[2])));
    sender.send_to(line.as_bytes(), relay.udp).unwrap();
    assert_eq!(nodes[other].receive(), [line.as_str()]);
    let node = |status: &Value, at: usize| status["nodes"][&names[at]].clone();
    assert_eq!(node(&relay.status(), 1)["up"], 0);

    nodes[1].is_up.store(true, Ordering::SeqCst);
    let back = format!("nodes: {} {} {} \n", names[0], names[2], names[1]);
    until(|| relay.ask("status").ends_with(&back));
    sender.send_to(line.as_bytes(), relay.udp).unwrap();
    assert_eq!(nodes[1].receive(), [line.as_str()], "nothing came meanwhile");

    // Every line is accounted for.
    until(|| relay.status()["counts"]["lines"] == 602);
    let status = relay.status();
    let forwarded: u64 = (0..3).map(|at| node(&status, at)["lines"].as_u64().unwrap()).sum();
    assert_eq!(forwarded, 602);
    for dropped in ["relay_lines_no_node", "relay_lines_not_sent", "kernel_drops"] {
        assert_eq!(status["counts"][dropped], 0, "{dropped}");
    }
    assert_eq!(
        (node(&status, 1)["up"].as_u64(), node(&status, 1)["removals"].as_u64()),
        (Some(1), Some(1))
    );

    // The console is the proxy's.
    assert_eq!(relay.ask("help"), "Commands: config, health, status, quit\n\n");
    assert_eq!(relay.ask("health down"), "health: down\n");
    assert_eq!(relay.ask("health"), "health: down\n");
    assert_eq!(relay.ask("counters"), "ERROR\n");
    let config = relay.ask("config");
    let port = nodes[2].udp.local_addr().unwrap().port();
    assert!(config.starts_with("\nnodes > 0 > host: 127.0.0.1\n"), "{config}");
    assert!(config.contains(&format!("nodes > 2 > port: {port}\n")), "{config}");
    assert!(config.contains("checkInterval: 50\n"), "{config}");

    // What is accepted before the stop is sent on.
    sender.send_to(line.as_bytes(), relay.udp).unwrap();
    let id = relay.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(relay.child.wait().unwrap().code(), Some(0));
    assert_eq!(nodes[1].receive(), [line.as_str()]);
}

#[test]
fn without_any_node_lines_are_counted_and_the_relay_goes_on() {
    let nodes = [Node::start()];
    nodes[0].is_up.store(false, Ordering::SeqCst);
    let relay = Relay::start(&nodes);
    until(|| relay.ask("status").ends_with("nodes: \n"));
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..10 {
        sender.send_to(b"a:1|c\nb:1|c", relay.udp).unwrap();
    }
    until(|| relay.status()["counts"]["relay_lines_no_node"] == 20);
    nodes[0].is_up.store(true, Ordering::SeqCst);
    until(|| relay.ask("status").ends_with(&format!("nodes: {} \n", nodes[0].name())));
    sender.send_to(b"c:1|c", relay.udp).unwrap();
    assert_eq!(nodes[0].receive(), ["c:1|c"]);
}

#[test]
fn a_program_that_embeds_the_wrong_server_is_told_so() {
    let text = "http = 'off'\nrelay.nodes = [{ host = 'a', port = 1, adminport = 2 }]";
    let error = App::bind(&Config::parse(text).unwrap(), None).unwrap_err();
    assert_eq!(error.to_string(), "with relay.nodes the server is a relay, and nothing else");
}

#[test]
fn check_says_what_a_relay_does_and_what_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.toml");
    let text = "[[relay.nodes]]\nhost = 'a'\nport = 1\nadminport = 2\n[graphite]\nhost = 'carbon'";
    std::fs::write(&path, text).unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_statsd-server"));
    let said = check.arg("check").arg(&path).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    for words in [
        "  relay.nodes               lines of its names to a:1, whose console is on 2\n",
        "  relay.check_interval      every 10s\n",
        "  graphite                  a relay adds nothing up and flushes nothing — no effect\n",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    assert!(!said.contains("flush_interval") && !said.contains("data"), "{said}");
}
