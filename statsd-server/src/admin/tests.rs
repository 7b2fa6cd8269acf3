use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream as Client};
use std::sync::Mutex;
use std::thread;

use statsd_client::protocol::Dialect;
use tokio::runtime::Runtime;

use super::*;
use crate::aggregate::{Options, Shard};
use crate::clock::Clock;
use crate::flush::{FlushHandle, Flusher};
use crate::telemetry::Telemetry;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct At(Mutex<Duration>);

impl Clock for At {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug)]
struct Facts;

impl BackendFacts for Facts {
    fn facts(&self) -> Vec<(&'static str, Fact)> {
        vec![
            ("graphite.last_flush", Fact::At(1_700_000_001)),
            ("graphite.last_exception", Fact::At(0)),
            ("graphite.flush_length", Fact::Number(512)),
        ]
    }
}

struct Console {
    address: SocketAddr,
    shard: Arc<Mutex<Shard>>,
    clock: Arc<At>,
    telemetry: Arc<Telemetry>,
    flushing: FlushHandle,
    _runtime: Runtime,
}

impl Console {
    fn start() -> Self {
        Self::within(Bounds::default())
    }

    fn within(bounds: Bounds) -> Self {
        let shard = Arc::new(Mutex::new(Shard::new(Dialect::Etsy)));
        let clock = Arc::new(At(Mutex::new(Duration::from_millis(1_700_000_000_400))));
        let telemetry = Arc::<Telemetry>::default();
        let options = Options { interval: Duration::from_secs(3_600), ..Options::default() };
        let flusher = Flusher::new(
            options,
            vec![shard.clone()],
            Vec::new(),
            clock.clone(),
            telemetry.clone(),
        );
        let admin = Arc::new(Admin {
            inquirer: flusher.inquirer(),
            health: Arc::default(),
            shown: Mutex::new(Shown {
                config: vec![("flushInterval".to_owned(), "10000".to_owned())],
                backends: vec![Arc::new(Facts)],
            }),
            started: clock.now(),
            clock: clock.clone(),
            telemetry: telemetry.clone(),
        });
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve_within(listener, admin, bounds));
        let flushing = flusher.start().unwrap();
        Self { address, shard, clock, telemetry, flushing, _runtime: runtime }
    }

    fn record(&self, packet: &str) {
        self.shard.lock().unwrap().record_packet(packet.as_bytes());
    }

    fn connect(&self) -> Client {
        let client = Client::connect(self.address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client
    }

    /// Asks over a connection of its own, which it closes for writing, and reads to the end.
    fn ask(&self, command: &str) -> String {
        let mut client = self.connect();
        client.write_all(command.as_bytes()).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        rest(&mut client)
    }
}

/// Sends a command and reads a reply, which ends as `end` says.
fn say(client: &mut Client, command: &str, end: &str) -> String {
    client.write_all(command.as_bytes()).unwrap();
    until(client, end)
}

fn until(client: &mut Client, end: &str) -> String {
    let mut reply = Vec::new();
    let mut piece = [0; 4_096];
    while !reply.ends_with(end.as_bytes()) {
        let read = client.read(&mut piece).unwrap();
        assert_ne!(read, 0, "it ended after {:?}", String::from_utf8_lossy(&reply));
        reply.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(reply).unwrap()
}

fn rest(client: &mut Client) -> String {
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    reply
}

fn ended(client: &mut Client) -> bool {
    // One that is ended with bytes unread is reset.
    let reset = |error: io::Error| error.kind() == io::ErrorKind::ConnectionReset;
    client.read(&mut [0; 16]).map_or_else(reset, |bytes| bytes == 0)
}

#[test]
fn stats_are_etsys_with_the_backends_behind_them() {
    let console = Console::start();
    console.record("a:1|c\nbad\na:x|c");
    // The packet is noticed by this question at the latest.
    console.ask("counters\n");
    *console.clock.0.lock().unwrap() += Duration::from_secs(5);
    assert_eq!(
        console.ask("stats\n"),
        "uptime: 5\nmessages.last_msg_seen: 5\nmessages.bad_lines_seen: 2\n\
         graphite.last_flush: 4\ngraphite.last_exception: 1700000005\n\
         graphite.flush_length: 512\nEND\n\n"
    );
    console.record("a:1|c");
    assert!(console.ask("stats\n").contains("messages.last_msg_seen: 0\n"));
}

#[test]
fn config_lists_what_it_was_given() {
    assert_eq!(Console::start().ask("config\n"), "\nflushInterval: 10000\n");
}

#[test]
fn values_are_those_of_this_moment() {
    let console = Console::start();
    let mut client = console.connect();
    for n in 1..4 {
        console.record("depth:+1|g");
        let reply = say(&mut client, "gauges\n", "END\n\n");
        assert_eq!(reply, format!("{{ depth: {n} }}\nEND\n\n"));
    }
    assert_eq!(say(&mut client, "delgauges depth\n", "END\n\n"), "deleted: depth\nEND\n\n");
    console.record("depth:+1|g");
    assert_eq!(say(&mut client, "gauges\n", "END\n\n"), "{ depth: 1 }\nEND\n\n");
}

#[test]
fn health_is_one_for_all_connections() {
    let console = Console::start();
    let (mut one, mut other) = (console.connect(), console.connect());
    assert_eq!(say(&mut one, "health\r\n", "\n"), "health: up\n");
    assert_eq!(say(&mut other, "health DOWN", "\n"), "health: down\n");
    assert_eq!(say(&mut one, "health\r\n", "\n"), "health: down\n");
}

#[test]
fn a_command_is_what_came_at_once() {
    let console = Console::start();
    let mut client = console.connect();
    assert_eq!(say(&mut client, "help\nhealth\n", "\n"), "ERROR\n", "two are none");
    assert_eq!(say(&mut client, "hea", "\n"), "ERROR\n", "and half of one, too");
    assert_eq!(say(&mut client, "lth\n", "\n"), "ERROR\n");
    assert_eq!(say(&mut client, "health", "\n"), "health: up\n", "it needs no newline");
    assert_eq!(say(&mut client, "\u{e8}ealth\n", "\n"), "ERROR\n");
    client.write_all(b"\xe8ealth\n").unwrap();
    assert_eq!(until(&mut client, "\n"), "health: up\n", "seven bits of a byte count");
    assert_eq!(say(&mut client, "delcounters é  x\n", "END\n\n").lines().count(), 5);
}

#[test]
fn a_line_without_an_end_is_cut() {
    let console = Console::start();
    let mut client = console.connect();
    let mut writer = client.try_clone().unwrap();
    // More than the sockets' buffers hold, so that it is read in whole pieces at least once.
    let writing = thread::spawn(move || {
        writer.write_all(&vec![b'x'; 32 << 20]).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let reply = rest(&mut client);
    writing.join().unwrap();
    assert_eq!(reply.replace("ERROR\n", ""), "");
    assert!(reply.len() / "ERROR\n".len() >= (32 << 20) / ADMIN_COMMAND_MAX_BYTES);
    assert!(console.telemetry.admin_commands_cut.get() > 0);
    assert_eq!(console.ask("health\n"), "health: up\n");
}

#[test]
fn many_clients_at_once_see_every_packet() {
    let console = Console::start();
    thread::scope(|scope| {
        for client in 0..8 {
            let console = &console;
            scope.spawn(move || {
                let mut connection = console.connect();
                for n in 1..=25 {
                    console.record(&format!("client{client}:1|c\nall:1|c"));
                    let reply = say(&mut connection, "counters\n", "END\n\n");
                    assert!(reply.contains(&format!("client{client}: {n}")), "{reply}");
                }
            });
        }
    });
    assert!(console.ask("counters\n").contains("all: 200"));
}

#[test]
fn a_disconnect_in_the_middle_is_nobodys_error() {
    let console = Console::start();
    console.record(&"some.name:1|c\n".repeat(100));
    for command in ["coun", "counters\n", "delcounters a.*\n", "timers\n"] {
        for _ in 0..20 {
            let mut client = console.connect();
            client.write_all(command.as_bytes()).unwrap();
            drop(client);
        }
    }
    assert_eq!(console.ask("health\n"), "health: up\n");
    assert_eq!(console.telemetry.admin_silent.get(), 0);
}

#[test]
fn one_connection_too_many_ends_the_most_silent_one() {
    let console = Console::within(Bounds { connections: 3, ..Bounds::default() });
    let mut clients: Vec<_> = (0..3).map(|_| console.connect()).collect();
    for at in [0, 1, 2, 0] {
        say(&mut clients[at], "health\n", "\n");
    }
    assert_eq!(console.ask("health\n"), "health: up\n", "the new one is served");
    assert!(ended(&mut clients[1]), "this was silent for longest");
    assert_eq!(console.telemetry.admin_over_limit.get(), 1);
    say(&mut clients[0], "health\n", "\n");
    say(&mut clients[2], "health\n", "\n");
}

#[test]
fn silence_ends_a_connection_and_is_counted() {
    let silence = Duration::from_millis(20);
    let console = Console::within(Bounds { silence, ..Bounds::default() });
    assert!(ended(&mut console.connect()));
    assert_eq!(console.telemetry.admin_silent.get(), 1);
}

#[test]
fn a_client_that_does_not_read_is_ended_and_costs_the_others_nothing() {
    // Long enough for a reader that waits for a processor.
    let stall = Duration::from_secs(2);
    let console = Console::within(Bounds { stall, ..Bounds::default() });
    // So many that the reply does not fit, either.
    let name = "n".repeat(1_000);
    for chunk in (0..10_000).collect::<Vec<_>>().chunks(50) {
        let lines: Vec<_> = chunk.iter().map(|n| format!("{name}{n}:1|c")).collect();
        console.record(&lines.join("\n"));
    }
    let mut slow = console.connect();
    slow.write_all(b"counters\n").unwrap();
    let mut asked = 0;
    while console.telemetry.admin_silent.get() == 0 {
        assert_eq!(console.ask("health\n"), "health: up\n");
        asked += 1;
    }
    assert!(asked > 0);
    assert_eq!(console.telemetry.admin_replies_cut.get(), 1);
    let reply = console.ask("counters\n");
    assert!(reply.len() <= crate::limits::ADMIN_REPLY_MAX_BYTES);
    assert!(reply.ends_with(" more items\n}\nEND\n\n"), "{}", &reply[reply.len() - 40..]);
}

#[test]
fn connections_end_with_the_flush_thread() {
    let console = Console::start();
    let mut client = console.connect();
    say(&mut client, "health\n", "\n");
    console.flushing.stop();
    client.write_all(b"counters\n").unwrap();
    assert_eq!(rest(&mut client), "");
}
