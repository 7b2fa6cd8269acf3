//! The built binary and the outputs that a configuration file gives it, at the end of the process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose interval is so long that only the end of the process flushes.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    statsd: SocketAddr,
}

impl Running {
    fn start(folder: &Path, outputs: &str) -> Self {
        let file = folder.join("statsd.toml");
        let data = folder.join("data");
        let text = format!(
            "statsd = '127.0.0.1:0'\nhttp = 'off'\nflush_interval = '1h'\ndata = '{}'\n{outputs}",
            data.display()
        );
        fs::write(&file, text).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_statsd-server"))
            .arg("--config")
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.by_ref().lines().map(Result::unwrap);
        let statsd =
            lines.find_map(|line| line.strip_prefix("statsd  udp ")?.parse().ok()).unwrap();
        assert!(lines.any(|line| line == "server is up"));
        Self { child, stdout, statsd }
    }

    /// What it printed since it was up.
    fn end(mut self) -> String {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        printed
    }
}

fn send(packet: &[u8], to: SocketAddr) {
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(packet, to).unwrap();
}

fn received(carbon: &TcpListener) -> String {
    let mut stream = carbon.accept().unwrap().0;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_flush_that_carbon_did_not_take_before_the_end_is_sent_by_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let carbon = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = carbon.local_addr().unwrap();
    let outputs = format!("[graphite]\naddress = '{address}'\n");
    drop(carbon);

    let server = Running::start(folder.path(), &outputs);
    send(b"users.new:50|c", server.statsd);
    let begun = Instant::now();
    server.end();
    assert!(begun.elapsed() < PATIENCE);
    let spool = folder.path().join("data/.spool/graphite");
    assert_eq!(fs::read_dir(&spool).unwrap().count(), 1);

    let carbon = TcpListener::bind(address).unwrap();
    let server = Running::start(folder.path(), &outputs);
    let text = received(&carbon);
    assert!(text.contains("\nstats_counts.users.new 50 "), "{text}");
    // And the next one, which is flushed at the end, is sent before the end.
    send(b"users.new:7|c", server.statsd);
    let ending = std::thread::spawn(|| server.end());
    let text = received(&carbon);
    assert!(text.contains("\nstats_counts.users.new 7 "), "{text}");
    ending.join().unwrap();
    assert_eq!(fs::read_dir(&spool).unwrap().count(), 0);
}

#[test]
fn the_repeater_the_command_and_the_console_get_what_they_are_for() {
    let folder = tempfile::tempdir().unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    let points = folder.path().join("points");
    let outputs = format!(
        "[repeater]\naddresses = ['{}']\n[exec]\ncommand = ['tee', '{}']\n[console]\n",
        other.local_addr().unwrap(),
        points.display()
    );
    let server = Running::start(folder.path(), &outputs);
    send(b"render:3|ms\nusers.new:5|c\nno line", server.statsd);
    let mut packet = [0; 100];
    let length = other.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"render:3|ms\nusers.new:5|c\nno line");
    let printed = server.end();
    assert!(printed.starts_with("Flushing stats at  "), "{printed}");
    assert!(printed.contains("\n  timers: { render: [ 3 ] },\n"), "{printed}");
    assert!(printed.contains("    'users.new': 5\n"), "{printed}");
    let points = fs::read_to_string(points).unwrap();
    assert!(points.contains("\nstats_counts.users.new|5|"), "{points}");
}
