//! What etsy's management console answered, recorded, against ours over a real socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use statsd_server::app::{Addresses, App};
use statsd_server::config::Config;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose only flush is its last.
struct Server {
    addresses: Addresses,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Server {
    fn start() -> Self {
        Self::start_with("")
    }

    /// With so much more in its configuration.
    fn start_with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = "statsd = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\nhttp = 'off'\n\
                    carbon = 'off'\npickle = 'off'\nflush_interval = '1h'\nprefix_stats = 'st'\n";
        let mut config = Config::parse(&(text.to_owned() + more)).unwrap();
        config.data = Some(folder.path().join("data"));
        let app = App::bind(&config, None).unwrap();
        let addresses = app.addresses();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(app.run(async { stopped.await.unwrap_or_default() })).unwrap();
        });
        Self { addresses, stop: Some(stop), thread: Some(thread), folder }
    }

    fn admin(&self) -> SocketAddr {
        self.addresses.admin.unwrap()
    }

    /// Sends a packet and waits until it is in.
    fn send(&self, packet: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(packet.as_bytes(), self.addresses.statsd.unwrap()).unwrap();
        while !self.ask("counters\n").0.contains("'st.packets_received': 1") {}
    }

    /// Ends it, with its last flush, and says which statistics of a timer are stored.
    fn stored(mut self, timer: &str) -> Vec<String> {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
        let mut folders = vec![self.folder.path().join("data/stats/timers").join(timer)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// The reply to one write on a connection of its own, and whether the server was the first to
    /// close it.
    fn ask(&self, command: &str) -> (String, bool) {
        let mut client = TcpStream::connect(self.admin()).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.write_all(command.as_bytes()).unwrap();
        let closes = command.starts_with("quit");
        if !closes {
            client.shutdown(Shutdown::Write).unwrap();
        }
        let mut reply = String::new();
        client.read_to_string(&mut reply).unwrap();
        (reply, closes)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A failure is being reported already, or is a test's own.
            let _ended = thread.join();
        }
    }
}

/// Numbers that differ from run to run.
fn masked(reply: &str) -> String {
    let volatile = [
        "uptime: ",
        "messages.last_msg_seen: ",
        "graphite.last_flush: ",
        "graphite.last_exception: ",
    ];
    let line = |line: &str| match volatile.iter().find(|name| line.starts_with(**name)) {
        Some(name) => format!("{name}N\n"),
        None => line.to_owned(),
    };
    reply.split_inclusive('\n').map(line).collect()
}

#[test]
fn every_recorded_exchange_is_byte_for_byte_etsys() {
    let vectors: Value =
        serde_json::from_str(include_str!("golden/etsy/mgmt-vectors.json")).unwrap();
    // etsy's default: the backend is there, and no carbon.
    let server = Server::start_with("backends = ['graphite']");
    server.send(vectors["datagram"].as_str().unwrap());
    let exchanges = vectors["exchanges"].as_array().unwrap();
    for exchange in exchanges {
        let command = exchange["send"].as_str().unwrap();
        let (reply, closes) = server.ask(command);
        let etsys = exchange["reply"].as_str().unwrap();
        assert_eq!(masked(&reply), masked(etsys), "{command:?}");
        assert_eq!(closes, exchange["closes"].as_bool().unwrap(), "{command:?}");
    }
    assert_eq!(exchanges.len(), 38);
}

#[test]
fn config_is_listed_by_etsys_keys() {
    let server = Server::start();
    let port = server.addresses.statsd.unwrap().port();
    let (reply, _) = server.ask("config\n");
    let expected = format!(
        "\nflushInterval: 3600000\nprefixStats: st\ndeleteIdleStats: false\n\
         percentThreshold > 0: 90\naddress: 127.0.0.1\nport: {port}\nmgmt_address: 127.0.0.1\n\
         mgmt_port: {}\n",
        server.admin().port()
    );
    assert_eq!(reply, expected);
}

#[test]
fn the_configuration_says_which_statistics_there_are() {
    let server = Server::start_with(
        "percent_threshold = [50, -10]\n\
         calculated_timer_metrics = ['mean', 'upper_percent', 'lower_percent', 'histogram']\n\
         [[histogram]]\nmetric = 'db'\nbins = [0.5, inf]",
    );
    server.send(&"db:1|ms\n".repeat(10));
    assert_eq!(server.stored("db"), ["bin_0_5", "bin_inf", "lower_top10", "mean", "upper_50"]);
}

#[test]
fn names_are_raw_whatever_they_come_over_and_health_is_as_configured() {
    let server = Server::start_with("key_name_sanitize = false\nhealth_status = 'down'");
    assert_eq!(server.ask("health\n").0, "health: down\n");
    server.send("a b/c:1|c");
    let mut stream = TcpStream::connect(server.addresses.statsd_tcp.unwrap()).unwrap();
    stream.write_all(b"d e/f:1|c\n").unwrap();
    while !server.ask("counters\n").0.contains("'d e/f': 1") {}
    assert!(server.ask("counters\n").0.contains("'a b/c': 1"));
}

#[test]
fn a_server_that_stops_ends_every_connection() {
    let mut server = Server::start();
    let mut client = TcpStream::connect(server.admin()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"health\n").unwrap();
    let mut reply = [0; 11];
    client.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"health: up\n");
    drop(server.stop.take());
    server.thread.take().unwrap().join().unwrap();
    assert_eq!(client.read(&mut reply).unwrap(), 0);
}
