//! The server on a port of its own, and as much of an HTTP client as the tests need.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use statsd_server::clock::Clock;
use statsd_server::events::EventLog;
use statsd_server::http::{HttpState, MayDelete, router};
use statsd_server::live::Hub;
use statsd_server::store::Store;
use statsd_server::telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// What the server's clock says: 2026-03-04 04:53:20 UTC.
pub(crate) const NOW: i64 = 1_772_600_000;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Duration {
        Duration::from_secs(NOW.unsigned_abs())
    }
}

/// A running server; it ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    pub(crate) telemetry: Arc<Telemetry>,
    _runtime: Runtime,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn start(store: impl Store + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let telemetry = Arc::new(Telemetry::default());
        let state = HttpState {
            statsd: None,
            store: Arc::new(store),
            health: Arc::default(),
            may_delete: MayDelete::Nobody,
            hub: Hub::new(),
            events: EventLog::default(),
            clock: Arc::new(Stopped),
            telemetry: Arc::clone(&telemetry),
        };
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router(state)).await });
        Self { address, telemetry, _runtime: runtime }
    }

    pub(crate) fn get(&self, target: &str) -> Reply {
        self.exchange(&format!("GET {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"))
    }

    pub(crate) fn post_form(&self, target: &str, form: &str) -> Reply {
        self.exchange(&format!(
            "POST {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\n\r\n{form}",
            form.len()
        ))
    }

    fn exchange(&self, request: &str) -> Reply {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        Reply { status, headers, body: body.to_owned() }
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The content type without its parameters.
    pub(crate) fn kind(&self) -> &str {
        self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Form encoding, with everything encoded that could need it.
pub(crate) fn encode<S: AsRef<str>>(pairs: &[(S, S)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        let separator = if out.is_empty() { "" } else { "&" };
        let _infallible =
            write!(out, "{separator}{}={}", percent(name.as_ref()), percent(value.as_ref()));
    }
    out
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
        out
    })
}
