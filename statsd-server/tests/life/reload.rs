//! The file changes while the server runs.

use std::fs;
use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

use crate::server::{Server, command, until};

/// A folder for a configuration. Each new text is renamed into place, so that none is read half.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        let new = self.0.path().join("new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &path).unwrap();
        path
    }
}

fn start(config: &Path) -> Server {
    Server::start(&["--config", config.to_str().unwrap()])
}

/// A carbon server that keeps what it is sent.
struct Carbon {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Carbon {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&lines);
        thread::spawn(move || {
            while let Ok((mut connection, _)) = listener.accept() {
                let mut text = String::new();
                connection.read_to_string(&mut text).unwrap();
                kept.lock().unwrap().extend(text.lines().map(str::to_owned));
            }
        });
        Self { address, lines }
    }

    /// What the values of a series come to.
    fn sum(&self, series: &str) -> f64 {
        let lines = self.lines.lock().unwrap();
        let values = lines.iter().filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        values.map(|rest| rest.split(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }
}

#[test]
fn what_is_sent_before_during_and_after_reloads_arrives_once() {
    let folder = Folder::new();
    let carbon = Carbon::start();
    let text = |rest: &str| {
        let port = carbon.address.port();
        format!("data = 'off'\n{rest}\nhost = '127.0.0.1'\nport = {port}\n")
    };
    let texts = [
        text("flush_interval = '30ms'\n[graphite]"),
        text("flush_interval = '20ms'\npercent_threshold = 50\n[graphite]"),
        text("flush_interval = '50ms'\n[graphite]\nlegacy_namespace = false"),
        text("flush_interval = '10ms'\nprefix_stats = 'own'\n[graphite]\nlegacy_namespace = false"),
        text(
            "flush_interval = '30ms'\nprefix_stats = 'own'\n[graphite]\nglobal_prefix = 'x'\nlegacy_namespace = false",
        ),
    ];
    let config = folder.write("statsd.toml", &texts[0]);
    let server = start(&config);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sent = 0;
    for (at, text) in texts.iter().enumerate() {
        folder.write("statsd.toml", text);
        server.signal("-HUP");
        let taken = |sent: &mut u32| {
            socket.send_to(b"users.new:1|c", server.statsd).unwrap();
            *sent += 1;
            server.number("/counts/reloads") > at as u64
        };
        until("the reload", || taken(&mut sent).then_some(()));
        for _ in 0..200 {
            socket.send_to(b"users.new:1|c", server.statsd).unwrap();
            sent += 1;
        }
        until("a flush", || (server.number("/counts/lines") == u64::from(sent)).then_some(()));
    }
    assert_eq!(server.end("-TERM"), (Some(0), String::new()));
    let names = ["stats_counts", "stats.counters", "x.counters"].map(|prefix| {
        let count = if prefix == "stats_counts" { "" } else { ".count" };
        carbon.sum(&format!("{prefix}.users.new{count}"))
    });
    assert!(names.iter().all(|sum| *sum >= 200.0), "{names:?}");
    assert_eq!(names.iter().sum::<f64>().to_bits(), f64::from(sent).to_bits(), "{names:?}");
    let own = carbon.sum("stats_counts.statsd.metrics_received")
        + carbon.sum("stats.counters.statsd.metrics_received.count")
        + carbon.sum("stats.counters.own.metrics_received.count")
        + carbon.sum("x.counters.own.metrics_received.count");
    assert_eq!(own.to_bits(), f64::from(sent).to_bits());
}

#[test]
fn a_file_with_a_mistake_changes_nothing_and_says_where_it_is() {
    let folder = Folder::new();
    let good = "data = 'off'\nflush_interval = '1h'\npercent_threshold = 50";
    let config = folder.write("statsd.toml", good);
    let server = start(&config);
    let thresholds = || server.console("config");
    folder.write("statsd.toml", "data = 'off'\nflush_intervall = '1s'");
    server.logged("statsd.toml:2: unknown key `flush_intervall`; did you mean `flush_interval`?");
    server.logged("the configuration is not taken: all stays as it was");
    assert_eq!(server.number("/counts/reloads_refused"), 1);
    assert!(thresholds().contains("flushInterval: 3600000\n"));

    // It fits the file, and not the server, which stores nothing: that is no mistake.
    folder.write("statsd.toml", "data = 'off'\nflush_interval = '20ms'\nprefix_stats = 'own'");
    server.said("is read again: flush_interval, percent_threshold, prefix_stats");
    assert!(thresholds().contains("flushInterval: 20\nprefixStats: own\n"), "{}", thresholds());
    assert!(server.counters().contains("'own.packets_received': 0"));
}

#[test]
fn what_needs_a_restart_is_named_and_flags_still_override_the_file() {
    let folder = Folder::new();
    let config = folder.write("statsd.toml", "data = 'off'\nflush_interval = '1h'");
    let server = start(&config);
    // The listeners are flags', and so as they were.
    let text = "data = 'elsewhere'\nstatsd_sockets = 2\nstatsd = 'off'\ndelete_gauges = true\n\
                flush_interval = '1h'\n[repeater]\nto = ['127.0.0.1:9125']";
    folder.write("statsd.toml", text);
    server.logged("data has changed, which needs a restart");
    server.logged("statsd_sockets has changed, which needs a restart");
    server.logged("repeater.to has changed, which needs a restart");
    server.said("is read again: delete_gauges");
    assert!(!server.log().contains("statsd has changed"));
    server.send("depth:1|g");
    until("the packet", || server.gauges().contains("depth").then_some(()));
    assert!(!folder.0.path().join("elsewhere").exists());
}

#[test]
fn etsys_configuration_is_watched_unless_it_says_otherwise() {
    let folder = Folder::new();
    let config =
        folder.write("config.js", "{ flushInterval: 3600000, automaticConfigReload: false }");
    let server = start(&config);
    folder.write("config.js", "{ flushInterval: 3600000, deleteTimers: true }");
    server.signal("-HUP");
    server.said("is read again: automatic_config_reload, delete_timers");
    folder.write("config.js", "{ flushInterval: 3600000, deleteTimers: false, x: 1 }");
    server.said("is read again: delete_timers");
    server.logged("config.js:1:48: unknown key `x`");
    folder.write("config.js", "{ flushInterval: process.env.X }");
    server.logged("config.js:1:18: `process.env.X` is not read here");
}

#[test]
fn a_hangup_without_a_file_is_survived() {
    let server = Server::start(&["--data", "off"]);
    server.signal("-HUP");
    server.logged("there is no configuration file to be read again");
    assert_eq!(server.end("-TERM").0, Some(0));
    // And the debug log follows the file.
    let folder = Folder::new();
    let config = folder.write("statsd.toml", "data = 'off'\nflush_interval = '20ms'");
    let server = Server::from(&mut command(&["--config", config.to_str().unwrap()]));
    folder.write("statsd.toml", "data = 'off'\nflush_interval = '20ms'\ndebug = true");
    server.said("is read again: debug");
    server.logged("flushed timestamp=");
}
