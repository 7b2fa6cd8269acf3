//! The built binary, as a shell or an init system meets it: arguments, signals, exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, UdpSocket};
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
}

impl Running {
    /// With an interval so long that only the end of the process flushes.
    fn start(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        let arguments = [
            "--statsd",
            "127.0.0.1:0",
            "--http",
            "off",
            "--admin",
            "off",
            "--data",
            data,
            "--flush-interval",
            "1h",
        ];
        let mut child = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.by_ref().lines().map(Result::unwrap);
        let statsd =
            lines.find_map(|line| line.strip_prefix("statsd  udp ")?.parse().ok()).unwrap();
        assert!(lines.any(|line| line == "server is up"));
        Self { child, _stdout: stdout, statsd }
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
        assert_eq!(server.end(signal), Some(0), "{signal}");
        assert_eq!(stored(&data, "stats_counts/users/new"), f64::from(sent), "{signal}");
    }
}

#[test]
fn an_address_in_use_is_one_line_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (udp, tcp) = (udp.local_addr().unwrap().to_string(), tcp.local_addr().unwrap().to_string());
    let free = "127.0.0.1:0";
    for (statsd, http, admin, taken) in
        [(&*udp, free, free, &udp), (free, &*tcp, free, &tcp), (free, free, &*tcp, &tcp)]
    {
        let data = data.to_str().unwrap();
        let output = run(&["--statsd", statsd, "--http", http, "--admin", admin, "--data", data]);
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
    let output =
        run(&["--statsd", "127.0.0.1:0", "--http", "off", "--admin", "off", "--data", data]);
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
