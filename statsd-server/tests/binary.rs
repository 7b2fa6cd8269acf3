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
    // Others may have carbon's own ports.
    command.env("STATSD_SERVER_CARBON", "127.0.0.1:0").env("STATSD_SERVER_PICKLE", "127.0.0.1:0");
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

/// A running server that receives on ports from the kernel.
struct Running {
    child: Child,
    /// Kept open: the server writes a line a flush to it.
    stdout: BufReader<ChildStdout>,
    statsd: SocketAddr,
    /// Every socket that it receives on.
    all: Vec<SocketAddr>,
    /// The same port, over TCP.
    statsd_tcp: SocketAddr,
}

impl Running {
    /// With an interval so long that only the end of the process flushes.
    fn start(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        Self::from(&mut command(&[
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
        ]))
    }

    fn from(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let told: Vec<String> = stdout
            .by_ref()
            .lines()
            .map(Result::unwrap)
            .take_while(|line| line != "server is up")
            .collect();
        let addresses = |prefix: &str| -> Vec<SocketAddr> {
            told.iter().filter_map(|line| line.strip_prefix(prefix)?.parse().ok()).collect()
        };
        let all = addresses("statsd  udp ");
        let statsd_tcp = addresses("statsd  tcp ").first().copied().unwrap_or(all[0]);
        Self { child, stdout, statsd: all[0], statsd_tcp, all }
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
    // A run that ends in the second of a flush writes to the next one.
    let now = now + 10;
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
        .args(["--http", "off", "--admin", "off", "--flush-interval", "1h"])
        .args(["--data", data.to_str().unwrap()])
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
    let server = Running {
        child,
        stdout,
        statsd: udp_address,
        statsd_tcp: tcp_address,
        all: vec![udp_address],
    };
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
    let free = "127.0.0.1:0";
    for (statsd, http, admin, carbon, taken) in [
        (&*udp, free, free, free, &udp),
        (free, &*tcp, free, free, &tcp),
        (free, free, &*tcp, free, &tcp),
        (free, free, free, &*tcp, &tcp),
    ] {
        let data = data.to_str().unwrap();
        let own = ["--statsd", statsd, "--http", http, "--admin", admin, "--data", data];
        let output = run(&[&own[..], &["--carbon", carbon]].concat());
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
    assert!(line.contains(data) && line.contains("it is not a folder"), "{line}");
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

/// A file of this name in a folder.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_socket_of_a_file_is_received_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let text = "statsd = ['127.0.0.1:0', '127.0.0.1:0']\nhttp = 'off'\nadmin = 'off'\nflush_interval = '1h'";
    let config = file(folder.path(), "statsd.toml", text);
    let server =
        Running::from(&mut command(&["--config", &config, "--data", data.to_str().unwrap()]));
    assert_eq!(server.all.len(), 2);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for address in &server.all {
        socket.send_to(b"users.new:4|c", address).unwrap();
    }
    assert_eq!(server.end("-TERM"), Some(0));
    assert_eq!(stored(&data, "stats_counts/users/new"), 8.0);
}

#[test]
fn etsys_configuration_runs_alone_and_writes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "// etsy's\n{ flushInterval: 200, address: '127.0.0.1', debug: false, batch: 200 }";
    let config = file(folder.path(), "a-statsdconf.js", text);
    let mut command = command(&[&config, "--http", "127.0.0.1:0", "--admin", "off"]);
    command.env("STATSD_SERVER_STATSD", "127.0.0.1:0").current_dir(folder.path());
    let mut server = Running::from(command.stderr(Stdio::null()));
    let mut open = String::new();
    server.stdout.read_line(&mut open).unwrap();
    let http = open.trim().strip_prefix("open http://").unwrap().trim_end_matches('/');
    let mut answer = String::new();
    let mut connection = TcpStream::connect(http).unwrap();
    connection.write_all(b"GET /metrics/find?query=* HTTP/1.0\r\n\r\n").unwrap();
    connection.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("\r\n\r\n[]"),
        "{answer}"
    );
    assert_eq!(server.end("-TERM"), Some(0));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "there is the file alone");
}

#[test]
fn a_flag_overrides_the_environment_and_that_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "data = 'off'\nhttp = 'off'\nadmin = 'off'\nflush_interval = '1h'\nstatsd = 'off'";
    let config = file(folder.path(), "statsd.toml", text);
    let mut command = command(&["run", "--flush-interval", "20ms"]);
    command.env("STATSD_SERVER_CONFIG", &config).env("STATSD_SERVER_FLUSH_INTERVAL", "30m");
    command.env("STATSD_SERVER_STATSD", "127.0.0.1:0").current_dir(folder.path());
    let mut server = Running::from(&mut command);
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"users.new:7|c", server.statsd).unwrap();
    // Comes with the flush after the packet, which neither 30 minutes nor an hour would do.
    let line =
        server.stdout.by_ref().lines().map(Result::unwrap).find(|line| line.contains("users"));
    assert!(line.unwrap().contains("users.new 7"));
    assert_eq!(server.end("-TERM"), Some(0));
}

#[test]
fn check_says_what_is_understood_and_exits_1_with_the_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{ port: 9125\n, graphiteHost: 'Carbon'\n, title: 'x', flushinterval: 1\n, \
                histogram: [{ metric: 'db', bins: [10, 'inf'] }], healthStatus: 'down' }";
    let good = run(&["check", &file(folder.path(), "good.js", text)]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    let said = String::from_utf8(good.stdout).unwrap();
    for words in [
        "good.js is etsy's config.js, and good\n",
        "  statsd                    udp 0.0.0.0:9125\n",
        "  admin                     127.0.0.1:8126\n",
        "  histogram                 \"db\" at 10, inf\n",
        "  health_status             down\n",
        "  graphite                  every flush to Carbon:2003 as text\n",
        "  graphite.spool            in memory, at most 67108864 bytes, lost at the end\n",
        "  title                     \"x\"; a process keeps its name here — no effect\n",
        "good.js:3:15: unknown key `flushinterval`; did you mean `flushInterval`?\n",
        "good.js:1:1: without `mgmt_address` the admin console",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let bad = run(&["check", &file(folder.path(), "bad.js", "{ port: 'a',\n mgmt_port: 'b' }")]);
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8(bad.stderr).unwrap();
    assert!(
        said.contains("bad.js:1:9: `port`") && said.contains("bad.js:2:13: `mgmt_port`"),
        "{said}"
    );
    let toml = run(&["check", &file(folder.path(), "bad.toml", "prt = 1")]);
    assert_eq!(toml.status.code(), Some(1));

    let rules = file(folder.path(), "black", "^a\n(?=x)");
    let rules = format!("[carbon_rules]\nblacklist = '{rules}'");
    let bad = run(&["check", &file(folder.path(), "rules.toml", &rules)]);
    assert_eq!((bad.status.code(), bad.stdout), (Some(1), Vec::new()));
    let said = String::from_utf8(bad.stderr).unwrap();
    assert!(said.contains("black:2: `(?=x)`: look-ahead"), "{said}");
    // Where carbon's ports are closed, nobody reads it.
    let closed = format!("carbon = 'off'\npickle = 'off'\n{rules}");
    let good = run(&["check", &file(folder.path(), "closed.toml", &closed)]);
    assert_eq!(good.status.code(), Some(0));
    assert!(String::from_utf8(good.stdout).unwrap().contains("no effect"));
}

#[test]
fn what_convert_config_prints_is_accepted_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{ servers: [{}, { server: './servers/tcp' }], flushInterval: 200, x: 1,\n\
                histogram: [{ metric: '', bins: [1, 'inf'] }] }";
    let converted = run(&["convert-config", &file(folder.path(), "config.js", text)]);
    assert_eq!(converted.status.code(), Some(0), "{converted:?}");
    let toml = String::from_utf8(converted.stdout).unwrap();
    assert!(toml.starts_with("# From config.js.\n# line 1, column 1: "), "{toml}");
    assert!(toml.contains("flush_interval = \"200ms\"\n"), "{toml}");
    let checked = run(&["check", &file(folder.path(), "config.toml", &toml)]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}\n{toml}");
}

#[test]
fn carbons_configuration_is_converted_for_an_instance() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[cache]\nLOCAL_DATA_DIR = /srv/whisper\nMAX_UPDATES_PER_SECOND = 500\n\
                [cache:b]\nCARBON_METRIC_INTERVAL = 10";
    let path = file(folder.path(), "carbon.conf", text);
    let converted = run(&["convert-config", &path, "--instance", "b"]);
    assert_eq!(converted.status.code(), Some(0), "{converted:?}");
    let toml = String::from_utf8(converted.stdout).unwrap();
    assert!(toml.starts_with("# From carbon.conf.\n# line 2: "), "{toml}");
    assert!(toml.contains("\n# line 3: MAX_UPDATES_PER_SECOND has no effect: "), "{toml}");
    assert!(toml.contains("data = \"/srv/whisper\"\n"), "{toml}");
    assert!(toml.contains("[carbon_metrics]\ninstance = \"b\"\ninterval = \"10s\"\n"), "{toml}");
    let checked = run(&["check", &file(folder.path(), "config.toml", &toml)]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}\n{toml}");

    let checked = run(&["check", &path]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains("carbon.conf is carbon's carbon.conf, and good\n"), "{said}");
    assert!(said.contains("carbon.conf:3: MAX_UPDATES_PER_SECOND has no effect"), "{said}");
    let unknown = run(&["check", &path, "--instance", "c"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn a_command_that_is_none_is_told_so() {
    let output = run(&["chekc"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(one_line(&output).contains("there is no command and no file `chekc`"));
}

#[test]
fn lines_that_are_bad_and_lines_that_are_to_be_shown_stand_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("statsd.toml");
    let text = "statsd = '127.0.0.1:0'\nhttp = 'off'\nadmin = 'off'\ndata = 'off'\n\
        flush_interval = '1h'\ndump_messages = true\n[key_flush]\ninterval = '10ms'";
    fs::write(&config, text).unwrap();
    let mut command = command(&[config.to_str().unwrap()]);
    let mut server = Running::from(command.stderr(Stdio::piped()).env_remove("STATSD_LOG"));
    let stderr = server.child.stderr.take().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"users.new:1|c\nusers.new:x|c", server.statsd).unwrap();
    // The log of the busiest names; no flush comes before the end.
    let mut keys = String::new();
    server.stdout.read_line(&mut keys).unwrap();
    assert!(keys.ends_with(" count=2 key=users.new\n"), "{keys}");
    assert_eq!(server.end("-TERM"), Some(0));
    let log = std::io::read_to_string(stderr).unwrap();
    assert!(log.contains("messages: users.new:1|c\n"), "{log}");
    assert!(log.contains("1 bad line, bad value, such as `users.new:x|c`"), "{log}");
}
