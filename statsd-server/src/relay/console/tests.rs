use std::sync::Mutex;

use tokio::runtime::Runtime;

use super::*;
use crate::relay::{NodeOptions, RelayOptions};

#[derive(Debug)]
struct At(Mutex<Duration>);

impl Clock for At {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

#[test]
fn every_reply_is_etsys() {
    let node = |port| NodeOptions { host: "127.0.0.1".to_owned(), port, admin_port: port + 1 };
    let nodes = vec![node(8_127), node(8_129), node(8_131)];
    let options = RelayOptions { nodes, ..RelayOptions::default() };
    let relay = Relay::new(&options, Arc::default());
    let clock = Arc::new(At(Mutex::new(Duration::from_millis(1_700_000_000_600))));
    let config = vec![("nodes > 0 > port".to_owned(), "8127".to_owned())];
    let console = RelayConsole::new(&relay, Arc::default(), config, clock.clone());
    *clock.0.lock().unwrap() += Duration::from_secs(42);
    let runtime = Runtime::new().unwrap();
    let ask = |command: &str| runtime.block_on(console.reply(command.as_bytes()));
    for (command, reply) in [
        ("help", "Commands: config, health, status, quit\n\n"),
        ("config\n", "\nnodes > 0 > port: 8127\n"),
        ("health\r\n", "health: up\n"),
        ("health DOWN", "health: down\n"),
        ("health", "health: down\n"),
        ("health  up", "health: down\n"),
        ("health sideways", "health: down\n"),
        ("health up", "health: up\n"),
        ("status\n", "uptime: 42\nnodes: 127.0.0.1:8127 127.0.0.1:8129 127.0.0.1:8131 \n"),
        ("stats", "ERROR\n"),
        ("Health", "ERROR\n"),
        ("health\nhealth\n", "ERROR\n"),
        ("", "ERROR\n"),
    ] {
        assert_eq!(ask(command), Reply::Text(reply.to_owned()), "{command:?}");
    }
    assert_eq!(ask("quit\r\n"), Reply::Close);
    // One that comes back stands last.
    relay.fleet.checked(0, Err("it is a test".to_owned()));
    let status = "uptime: 42\nnodes: 127.0.0.1:8129 127.0.0.1:8131 \n";
    assert_eq!(ask("status"), Reply::Text(status.to_owned()));
    relay.fleet.checked(0, Ok(([127, 0, 0, 1], 8_127).into()));
    let status = "uptime: 42\nnodes: 127.0.0.1:8129 127.0.0.1:8131 127.0.0.1:8127 \n";
    assert_eq!(ask("status"), Reply::Text(status.to_owned()));
}
