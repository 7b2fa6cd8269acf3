//! The built binary, as a shell or an init system meets it: arguments, signals, exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::UNIX_EPOCH;

use statsd_whisper::Whisper;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_statsd-server"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// What went to standard error, which must be one line.
fn one_line(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

/// A running server that receives on a port from the kernel.
struct Running {
    child: Child,
    /// Kept open: the server writes a line a flush to it.
    _stdout: BufReader<ChildStdout>,
    statsd: SocketAddr,
    /// The same port, over TCP.
    statsd_tcp: SocketAddr,
}

impl Running {
    /// With an interval so long that only the end of the process flushes.
    fn start(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        let arguments =
            ["--statsd", "127.0.0.1:0", "--http", "off", "--data", data, "--flush-interval", "1h"];
        let mut child = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.by_ref().lines().map(Result::unwrap);
        let mut address =
            |prefix: &str| lines.find_map(|line| line.strip_prefix(prefix)?.parse().ok()).unwrap();
        let (statsd, statsd_tcp) = (address("statsd  udp "), address("statsd  tcp "));
        assert!(lines.any(|line| line == "server is up"));
        Self { child, _stdout: stdout, statsd, statsd_tcp }
    }

    /// Sends it a signal, and answers its exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

/// What a counter's file holds in all.
fn stored(data: &Path, series: &str) -> f64 {
    let path = data.join(series).with_extension("wsp");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let now = i64::try_from(modified.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let fetched = Whisper::open(&path).unwrap().fetch(now - 600, now, now).unwrap().unwrap();
    fetched.values.iter().flatten().sum()
}

#[test]
fn a_signal_in_the_middle_of_an_interval_loses_no_accepted_sample() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let packet = b"users.new:1|c\n".repeat(50);
    let mut sent = 0;
    // The second and the third run add to what the first has stored, in the same slot or not.
    for signal in ["-TERM", "-INT", "-TERM"] {
        let server = Running::start(&data);
        for _ in 0..20 {
            socket.send_to(&packet, server.statsd).unwrap();
            sent += 50;
        }
        let mut stream = TcpStream::connect(server.statsd_tcp).unwrap();
        stream.write_all(&packet).unwrap();
        sent += 50;
        assert_eq!(server.end(signal), Some(0), "{signal}");
        assert_eq!(stored(&data, "stats_counts/users/new"), f64::from(sent), "{signal}");
    }
}

/// As systemd does it: the sockets are descriptors 3 and 4 of a process that is told so.
#[test]
fn sockets_that_are_handed_over_are_received_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let (udp_address, tcp_address) = (udp.local_addr().unwrap(), tcp.local_addr().unwrap());
    // Sent before there is a server: the sockets are what takes them.
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"users.new:1|c", udp_address).unwrap();
    TcpStream::connect(tcp_address).unwrap().write_all(b"users.new:2|c").unwrap();

    let script = "exec 3<&0 4>&2 </dev/null 2>/dev/null; \
                  LISTEN_FDS=2 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    let mut child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_statsd-server")])
        .args(["--http", "off", "--flush-interval", "1h", "--data", data.to_str().unwrap()])
        .stdin(OwnedFd::from(udp))
        .stderr(OwnedFd::from(tcp))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let lines = stdout.by_ref().lines().map(Result::unwrap);
    let told: Vec<String> = lines.take_while(|line| line != "server is up").collect();
    assert_eq!(told[0], format!("statsd  udp {udp_address}"));
    assert_eq!(told[1], format!("statsd  tcp {tcp_address}"));
    let server = Running { child, _stdout: stdout, statsd: udp_address, statsd_tcp: tcp_address };
    assert_eq!(server.end("-TERM"), Some(0));
    assert_eq!(stored(&data, "stats_counts/users/new"), 3.0);
}

#[test]
fn an_address_in_use_is_one_line_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let (udp, tcp) = (udp.local_addr().unwrap().to_string(), tcp.local_addr().unwrap().to_string());
    for (statsd, http, taken) in [(&*udp, "127.0.0.1:0", &udp), ("127.0.0.1:0", &*tcp, &tcp)] {
        let data = data.to_str().unwrap();
        let output = run(&["--statsd", statsd, "--http", http, "--data", data]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "it was never up");
        assert!(one_line(&output).contains(taken.as_str()), "{output:?}");
    }
    assert!(!data.exists(), "a server that did not start leaves nothing behind");
}

#[test]
fn a_configuration_that_makes_no_sense_is_one_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("statsd.toml");
    let path = file.to_str().unwrap();
    for (text, words) in [
        ("flush_intervall = '1s'", "statsd.toml:1: unknown key `flush_intervall`; did you mean"),
        ("\nflush_interval = '20ms'", "flush_interval: 20ms is not within 1s and 1h"),
        ("statsd = ", "statsd.toml:1: "),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(&["--config", path]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let line = one_line(&output);
        assert!(line.contains(words), "{line}");
    }
    let output = run(&["--config", folder.path().join("none.toml").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(one_line(&output).contains("none.toml"));
}

#[test]
fn a_data_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let data = file.to_str().unwrap();
    let output = run(&["--statsd", "127.0.0.1:0", "--http", "off", "--data", data]);
    assert_eq!(output.status.code(), Some(1));
    let line = one_line(&output);
    assert!(line.contains(data) && line.contains("File exists"), "{line}");
}

#[test]
fn send_sends_what_is_a_line_and_nothing_else() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let bad = run(&["send", "--to", &address, "users.new:1|c", "users.new"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(one_line(&bad).contains("bad line \"users.new\": missing type"));

    let good = run(&["send", "--to", &address, "users.new:1|c", "load:0.5|g"]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    let mut packet = [0; 64];
    let length = server.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"users.new:1|c\nload:0.5|g", "the refused call sent nothing");

    drop(server);
    let refused = run(&["send", "--to", &address, "users.new:1|c"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(one_line(&refused).contains(&address));
}
