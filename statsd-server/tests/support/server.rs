//! The built binary as a process: its sockets, what can be asked of it from outside, its log and its end.

#![allow(dead_code, reason = "each test program asks a part of it")]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs};

use serde_json::Value;
use tempfile::TempDir;

/// Long enough for a loaded machine; a test that needs it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A running server on ports from the kernel. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) statsd: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) http: SocketAddr,
    out: Gathered,
    log: Gathered,
    /// Its own, if it was not told one.
    folder: Option<TempDir>,
}

/// What a pipe has yielded so far, by a thread that ends with it.
struct Gathered {
    text: Arc<Mutex<String>>,
    thread: Option<JoinHandle<()>>,
}

/// The binary with ports from the kernel, and these arguments. `STATSD_BINARY` names another one than that
/// built with the tests, such as that of a release.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let built = || env!("CARGO_BIN_EXE_statsd-server").into();
    let mut command = Command::new(env::var_os("STATSD_BINARY").unwrap_or_else(built));
    let ports = ["--statsd", "127.0.0.1:0", "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    command.args(ports).args(arguments);
    // Others may have carbon's own ports.
    command.args(["--pickle", "off"]);
    if !arguments.contains(&"--carbon") {
        command.args(["--carbon", "off"]);
    }
    command
}

/// Until `answer` has something to say.
#[expect(clippy::disallowed_methods, reason = "another process tells nobody when it is so far")]
pub(crate) fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A connection on which nobody waits for ever.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A count of a status.
pub(crate) fn count(status: &Value, name: &str) -> u64 {
    status["counts"][name].as_u64().unwrap_or_else(|| panic!("no {name} in {status:#}"))
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::from(&mut command(arguments))
    }

    /// Starts one in a folder of its own that flushes every second, with so much more in its configuration.
    pub(crate) fn configured(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("statsd.toml");
        fs::write(&file, format!("flush_interval = '1s'\n{more}")).unwrap();
        let arguments = ["--config", file.to_str().unwrap()];
        let mut server = Self::from(command(&arguments).current_dir(folder.path()));
        server.folder = Some(folder);
        server
    }

    pub(crate) fn from(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = gather(child.stdout.take().unwrap());
        let log = gather(child.stderr.take().unwrap());
        let told = until("server is up", || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {}", log.so_far());
            let told = out.so_far();
            told.contains("server is up\n").then_some(told)
        });
        let [statsd, admin, http] = ["statsd  udp", "admin   tcp", "http    tcp"]
            .map(|door| address(&told, door).unwrap_or_else(|| panic!("no {door} in {told}")));
        Self { child, statsd, admin, http, out, log, folder: None }
    }

    /// Where a door is, by what the server calls it when it is up, such as `carbon  tcp`.
    pub(crate) fn door(&self, name: &str) -> SocketAddr {
        let told = self.out.so_far();
        address(&told, name).unwrap_or_else(|| panic!("no {name} in {told}"))
    }

    pub(crate) fn statsd_tcp(&self) -> SocketAddr {
        self.door("statsd  tcp")
    }

    /// Sends a packet.
    pub(crate) fn send(&self, packet: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(packet.as_bytes(), self.statsd).unwrap();
    }

    /// What etsy's console answers to one command.
    pub(crate) fn console(&self, command: &str) -> String {
        let mut stream = connect(self.admin);
        // In one piece: a chunk is a command.
        stream.write_all(format!("{command}\n").as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    pub(crate) fn gauges(&self) -> String {
        self.console("gauges")
    }

    pub(crate) fn counters(&self) -> String {
        self.console("counters")
    }

    /// Status code and body of a GET.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = connect(self.http);
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// What a GET that must succeed brings, as JSON.
    pub(crate) fn json(&self, path: &str) -> Value {
        let (code, body) = self.get(path);
        assert_eq!(code, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// What `/status` says.
    pub(crate) fn status(&self) -> Value {
        self.json("/status")
    }

    /// A number of `/status`, by its JSON pointer.
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        self.status().pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }

    /// A count of `/status`.
    pub(crate) fn count(&self, name: &str) -> u64 {
        count(&self.status(), name)
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.so_far()
    }

    /// Waits until it has logged this.
    pub(crate) fn logged(&self, text: &str) {
        until(text, || self.log().contains(text).then_some(()));
    }

    /// Waits until it has said this on standard output.
    pub(crate) fn said(&self, text: &str) {
        until(text, || self.out.so_far().contains(text).then_some(()));
    }

    /// The most memory that it has ever had, in bytes; none where the system does not tell.
    pub(crate) fn memory_peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().unwrap() << 10)
    }

    pub(crate) fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Ends it by a signal, and answers its exit code and its log.
    pub(crate) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let code = self.child.wait().unwrap().code();
        for pipe in [&mut self.out, &mut self.log] {
            pipe.thread.take().unwrap().join().unwrap();
        }
        (code, self.log())
    }

    /// Ends it in order.
    pub(crate) fn stop(self) {
        assert_eq!(self.end("-TERM").0, Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn address(told: &str, door: &str) -> Option<SocketAddr> {
    told.lines().find_map(|line| line.strip_prefix(door)?.trim().parse().ok())
}

impl Gathered {
    fn so_far(&self) -> String {
        self.text.lock().unwrap().clone()
    }
}

fn gather(pipe: impl Read + Send + 'static) -> Gathered {
    let text = Arc::<Mutex<String>>::default();
    let gathered = Arc::clone(&text);
    let thread = thread::spawn(move || {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            gathered.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    Gathered { text, thread: Some(thread) }
}
