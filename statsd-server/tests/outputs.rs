//! The built binary and the outputs that a configuration file gives it, at the end of the process.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
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
    statsd_tcp: SocketAddr,
    admin: SocketAddr,
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
        Self::from(&file, folder)
    }

    fn from(file: &Path, folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_statsd-server"))
            .arg("--config")
            .arg(file)
            // Ports from the kernel, which etsy's format cannot ask for.
            .env("STATSD_SERVER_STATSD", "127.0.0.1:0")
            .env("STATSD_SERVER_ADMIN", "127.0.0.1:0")
            .env("STATSD_SERVER_CARBON", "off")
            .env("STATSD_SERVER_PICKLE", "off")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let lines = stdout.by_ref().lines().map(Result::unwrap);
        let told: Vec<String> = lines.take_while(|line| line != "server is up").collect();
        let address = |prefix: &str| {
            told.iter().find_map(|line| line.strip_prefix(prefix)?.parse().ok()).unwrap()
        };
        let (statsd, statsd_tcp) = (address("statsd  udp "), address("statsd  tcp "));
        let admin = address("admin   tcp ");
        Self { child, stdout, statsd, statsd_tcp, admin }
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
    let outputs = format!("[graphite]\nhost = '127.0.0.1'\nport = {}\n", address.port());
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
        "backends = ['repeater', 'exec', 'console']\n[repeater]\nto = ['{}']\n\
         [exec]\ncommand = ['tee', '{}']\n",
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

#[test]
fn a_config_js_starts_the_three_backends_of_etsys() {
    let folder = tempfile::tempdir().unwrap();
    let carbon = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.set_read_timeout(Some(PATIENCE)).unwrap();
    let file = folder.path().join("config.js");
    let text = format!(
        "{{ backends: ['./backends/graphite', './backends/console', './backends/repeater']\n\
         , graphiteHost: '127.0.0.1', graphitePort: {}, flush_counts: false\n\
         , graphite: {{ legacyNamespace: false, globalPrefix: 'g' }}\n\
         , repeater: [{{ host: '127.0.0.1', port: {} }}], flushInterval: 3600000 }}",
        carbon.local_addr().unwrap().port(),
        other.local_addr().unwrap().port()
    );
    fs::write(&file, text).unwrap();
    let server = Running::from(&file, folder.path());
    let mut packet = [0; 100];
    send(b"users.new:5|c", server.statsd);
    let length = other.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"users.new:5|c");
    let mut stream = TcpStream::connect(server.statsd_tcp).unwrap();
    stream.write_all(b"users.old:7|c\nusers.new:1|c\n").unwrap();
    let length = other.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"users.old:7|c\nusers.new:1|c\n");

    let mut console = TcpStream::connect(server.admin).unwrap();
    console.write_all(b"stats").unwrap();
    console.shutdown(Shutdown::Write).unwrap();
    let mut stats = String::new();
    console.read_to_string(&mut stats).unwrap();
    for fact in ["graphite.last_flush: ", "graphite.flush_length: 0", "console.lastFlush: "] {
        assert!(stats.contains(&format!("\n{fact}")), "{stats}");
    }

    let taken = std::thread::spawn(move || received(&carbon));
    let printed = server.end();
    assert!(printed.starts_with("Flushing stats at  "), "{printed}");
    assert!(printed.contains("    'users.new': 6,\n"), "{printed}");
    let text = taken.join().unwrap();
    assert!(text.contains("g.counters.users.new.rate 0.00166"), "{text}");
    assert!(!text.contains(".count "), "{text}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no file is written");
}

/// The body of a request, which is answered with success.
fn posted(server: &TcpListener) -> (String, String) {
    let mut stream = server.accept().unwrap().0;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head.split_once("Content-Length: ").unwrap().1.lines().next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    lines.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn a_flush_is_posted_in_the_formats_that_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [influx, graphite] = servers.each_ref().map(|server| server.local_addr().unwrap());
    let outputs = format!(
        "dialect = 'dogstatsd'\n[[http_output]]\nurl = 'http://{influx}/write?db=x'\n\
         headers = {{ Authorization = 'Token t' }}\n\
         [[http_output]]\nname = 'lines'\nurl = 'http://{graphite}/'\nformat = 'graphite'\n"
    );
    let server = Running::start(folder.path(), &outputs);
    send(b"users.new:5|c|#plan:pro\n_sc|db.up|2|#r:1", server.statsd);
    let ending = std::thread::spawn(|| server.end());
    let (head, body) = posted(&servers[0]);
    assert!(head.starts_with("POST /write?db=x&precision=s HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nAuthorization: Token t\r\n"), "{head}");
    assert!(body.contains("\nusers.new,metric_type=counter,plan=pro count=5,"), "{body}");
    assert!(body.contains("\nservice_checks.db.up,metric_type=gauge,r=1 value=2 "), "{body}");
    let (head, body) = posted(&servers[1]);
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    assert!(body.contains("\nstats_counts.users.new;plan=pro 5 "), "{body}");
    ending.join().unwrap();
}
