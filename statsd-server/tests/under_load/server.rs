//! A process of the built binary on ports from the kernel, and what can be asked of it from outside.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::PATIENCE;

pub(super) struct Server {
    child: Child,
    /// Kept open: the server writes a line a flush to it.
    _stdout: BufReader<ChildStdout>,
    pub(super) statsd: SocketAddr,
    pub(super) statsd_tcp: SocketAddr,
    pub(super) http: SocketAddr,
    pub(super) admin: SocketAddr,
    _folder: TempDir,
}

impl Server {
    /// Starts one with so much more in its configuration. `STATSD_BINARY` names another binary than
    /// the one built with the tests, such as that of a release.
    pub(super) fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("statsd.toml");
        let text = format!(
            "statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'\nadmin = '127.0.0.1:0'\n\
             carbon = 'off'\npickle = 'off'\nflush_interval = '1s'\n{more}"
        );
        fs::write(&file, text).unwrap();
        let built = || env!("CARGO_BIN_EXE_statsd-server").into();
        let mut child = Command::new(env::var_os("STATSD_BINARY").unwrap_or_else(built))
            .arg(&file)
            .current_dir(folder.path())
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
        Self {
            statsd: address("statsd  udp "),
            statsd_tcp: address("statsd  tcp "),
            http: address("http    tcp "),
            admin: address("admin   tcp "),
            child,
            _stdout: stdout,
            _folder: folder,
        }
    }

    /// The body of an answer over HTTP.
    pub(super) fn get(&self, target: &str) -> String {
        let mut stream = connect(self.http);
        write!(stream, "GET {target} HTTP/1.0\r\nHost: statsd\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{target}: {answer}");
        body.to_owned()
    }

    /// What `/status` says.
    pub(super) fn status(&self) -> Value {
        serde_json::from_str(&self.get("/status")).unwrap()
    }

    /// A count of `/status`.
    pub(super) fn count(&self, name: &str) -> u64 {
        count(&self.status(), name)
    }

    /// What the console answers to one command.
    pub(super) fn console(&self, command: &str) -> String {
        let mut stream = connect(self.admin);
        // In one piece: a chunk is a command.
        stream.write_all(format!("{command}\n").as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// The most memory that it has ever had, in bytes; none where the system does not tell.
    pub(super) fn memory_peak(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().unwrap() << 10)
    }

    /// Ends it in order.
    pub(super) fn end(mut self) {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended, or its test has failed.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub(super) fn count(status: &Value, name: &str) -> u64 {
    status["counts"][name].as_u64().unwrap_or_else(|| panic!("no {name} in {status:#}"))
}

pub(super) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}
