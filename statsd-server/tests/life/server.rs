//! The built binary as a process, with its sockets, its log and its end.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server on ports from the kernel. It is killed when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) statsd: SocketAddr,
    admin: SocketAddr,
    http: SocketAddr,
    out: Gathered,
    log: Gathered,
}

/// What a pipe has yielded so far, by a thread that ends with it.
struct Gathered {
    text: Arc<Mutex<String>>,
    thread: Option<JoinHandle<()>>,
}

/// The binary with ports from the kernel, and these arguments.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_statsd-server"));
    let ports = ["--statsd", "127.0.0.1:0", "--http", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    // Others may have carbon's own ports.
    command.args(["--carbon", "off", "--pickle", "off"]);
    command.args(ports).args(arguments);
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

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::from(&mut command(arguments))
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
        let address = |prefix: &str| {
            told.lines().find_map(|line| line.strip_prefix(prefix)?.parse().ok()).unwrap()
        };
        Self {
            child,
            statsd: address("statsd  udp "),
            admin: address("admin   tcp "),
            http: address("http    tcp "),
            out,
            log,
        }
    }

    /// Sends a packet.
    pub(crate) fn send(&self, packet: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(packet.as_bytes(), self.statsd).unwrap();
    }

    /// What etsy's console answers, to the end of its reply.
    pub(crate) fn console(&self, command: &str, end: &str) -> String {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(command.as_bytes()).unwrap();
        let mut reply = Vec::new();
        let mut byte = [0];
        while !reply.ends_with(end.as_bytes()) {
            stream.read_exact(&mut byte).unwrap();
            reply.push(byte[0]);
        }
        String::from_utf8(reply).unwrap()
    }

    pub(crate) fn gauges(&self) -> String {
        self.console("gauges", "END\n\n")
    }

    pub(crate) fn counters(&self) -> String {
        self.console("counters", "END\n\n")
    }

    /// Status code and body of a GET.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.http).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// A number of `/status`, by its JSON pointer.
    pub(crate) fn status(&self, pointer: &str) -> u64 {
        let status: serde_json::Value = serde_json::from_str(&self.get("/status").1).unwrap();
        status.pointer(pointer).and_then(serde_json::Value::as_u64).unwrap_or_default()
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
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
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
