//! The routes behind a real socket, and a client of a few lines that sees every byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::{HttpState, MayDelete, router};
use crate::clock::Clock;
use crate::events::EventLog;
use crate::health::Health;
use crate::live::Hub;
use crate::store::{
    FailingSeries, Fetched, Glob, Node, Store, StoreError, StoreStatus, Write, Written,
};
use crate::telemetry::Telemetry;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct StoppedClock(pub(super) u64);

impl Clock for StoppedClock {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0)
    }
}

/// Names that can be found and deleted, and nothing else.
#[derive(Debug, Default)]
struct Names(Mutex<Vec<&'static str>>);

impl Store for Names {
    fn status(&self, _: i64) -> Option<StoreStatus> {
        let series = "a.b".to_owned();
        let failing = FailingSeries { series, reason: "the disk is full", since: 17, points: 3 };
        Some(StoreStatus {
            pending_points: 5,
            failing_series: 1,
            failing: vec![failing],
            counts: vec![("updates", 9)],
            ..StoreStatus::default()
        })
    }

    fn write(&self, _: &[Write<'_>], _: i64) -> Written {
        Written::default()
    }

    fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        Glob::new(pattern)?;
        let node = |path: &&str| Node { path: (*path).to_owned(), leaf: true, branch: false };
        Ok(self.0.lock().unwrap().iter().map(node).take(limit).collect())
    }

    fn delete(&self, pattern: &str, limit: usize, _: i64) -> Result<Vec<String>, StoreError> {
        let found = self.find(pattern, limit)?;
        self.0.lock().unwrap().clear();
        Ok(found.into_iter().map(|node| node.path).collect())
    }

    fn fetch(&self, _: &str, _: i64, _: i64, _: i64) -> Result<Option<Fetched>, StoreError> {
        Ok(None)
    }
}

/// A server that lives as long as this value.
pub(super) struct Served {
    pub(super) hub: Hub,
    pub(super) health: Arc<Health>,
    pub(super) events: EventLog,
    pub(super) telemetry: Arc<Telemetry>,
    address: SocketAddr,
    _runtime: Runtime,
}

pub(super) fn serve() -> Served {
    serve_store(Names::default(), MayDelete::Nobody)
}

/// One with the series `a.x` and `a.y`, which may be deleted by these.
pub(super) fn serve_deleting(may_delete: MayDelete) -> Served {
    serve_store(Names(Mutex::new(vec!["a.x", "a.y"])), may_delete)
}

fn serve_store(store: Names, may_delete: MayDelete) -> Served {
    let state = HttpState {
        may_delete,
        statsd: Some((Ipv4Addr::LOCALHOST, 8125).into()),
        store: Arc::new(store),
        hub: Hub::new(),
        health: Arc::default(),
        events: EventLog::default(),
        clock: Arc::new(StoppedClock(1_340_000_000)),
        telemetry: Arc::default(),
    };
    let (hub, telemetry) = (state.hub.clone(), Arc::clone(&state.telemetry));
    let health = Arc::clone(&state.health);
    let events = state.events.clone();
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, router(state)).await });
    Served { hub, events, health, telemetry, address, _runtime: runtime }
}

impl Served {
    /// Sends a GET and reads the head of its answer.
    pub(super) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, "test", headers)
    }

    /// Sends a request and reads the head of its answer.
    pub(super) fn request(
        &self,
        method: &str,
        path: &str,
        host: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n")
            .unwrap();
        for (name, value) in headers {
            write!(stream, "{name}: {value}\r\n").unwrap();
        }
        stream.write_all(b"\r\n").unwrap();

        let mut answer = Answer { status: 0, headers: Vec::new(), body: BufReader::new(stream) };
        let status = answer.line();
        answer.status = status.split(' ').nth(1).unwrap().parse().unwrap();
        loop {
            let line = answer.line();
            let Some((name, value)) = line.split_once(": ") else { return answer };
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
    }
}

pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    body: BufReader<TcpStream>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The rest of an answer that ends.
    pub(super) fn body(mut self) -> Vec<u8> {
        let mut body = Vec::new();
        self.body.read_to_end(&mut body).unwrap();
        body
    }

    /// One server-sent event, its lines in the order of the wire.
    pub(super) fn event(&mut self) -> Vec<String> {
        let mut event = Vec::new();
        loop {
            let line = self.line();
            match line.split_once(':') {
                Some((field, value)) => event.push(format!("{field}:{}", value.trim_start())),
                None if line.is_empty() && !event.is_empty() => return event,
                // The size of a chunk, or the end of one.
                None => {}
            }
        }
    }

    /// The next event of that name; beats come when they come.
    pub(super) fn event_named(&mut self, name: &str) -> Vec<String> {
        let wanted = format!("event:{name}");
        loop {
            let event = self.event();
            if event.contains(&wanted) {
                return event;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.body.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the connection ended in the middle: {line:?}");
        line.trim_end().to_owned()
    }
}
