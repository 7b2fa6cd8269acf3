//! A store that remembers, and a clock that stands.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Doors, DoorsHandle, DoorsOptions, Protocol, Stage};
use crate::clock::Clock;
use crate::store::{Fetched, Node, Store, StoreError, Write, Written};
use crate::telemetry::Telemetry;

pub(super) const NOW: i64 = 1_700_000_000;

/// How long a test waits for what must come.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub(super) struct TestStore {
    pub(super) batches: Mutex<Vec<Vec<(String, i64, f64)>>>,
    /// How many points were written when a commit was last asked for.
    pub(super) committed: AtomicUsize,
    pub(super) commits: AtomicUsize,
    pub(super) is_unsafe: AtomicBool,
    pub(super) is_full: AtomicBool,
}

impl TestStore {
    pub(super) fn points(&self) -> Vec<(String, i64, f64)> {
        self.batches.lock().unwrap().concat()
    }
}

impl Store for TestStore {
    fn write(&self, batch: &[Write<'_>], now: i64) -> Written {
        assert_eq!(now, NOW);
        let point = |write: &Write<'_>| (write.series.to_owned(), write.timestamp, write.value);
        self.batches.lock().unwrap().push(batch.iter().map(point).collect());
        Written { points: batch.len(), ..Written::default() }
    }

    fn commit(&self) -> io::Result<()> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.committed.store(self.points().len(), Ordering::SeqCst);
        if self.is_unsafe.load(Ordering::SeqCst) {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    fn is_full(&self) -> bool {
        self.is_full.load(Ordering::SeqCst)
    }

    fn waiting(&self, series: &str) -> Vec<(i64, f64)> {
        let points = self.points().into_iter().filter(|(name, ..)| name == series);
        points.map(|(_, timestamp, value)| (timestamp, value)).collect()
    }

    fn aggregation_method(&self, series: &str) -> Option<&'static str> {
        self.points().iter().any(|(name, ..)| name == series).then_some("average")
    }

    fn find(&self, _: &str, _: usize) -> Result<Vec<Node>, StoreError> {
        Ok(Vec::new())
    }

    fn fetch(&self, _: &str, _: i64, _: i64, _: i64) -> Result<Option<Fetched>, StoreError> {
        Ok(None)
    }
}

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Duration {
        Duration::from_secs(NOW.unsigned_abs())
    }
}

/// Doors of every kind on ports of the kernel.
pub(super) struct Running {
    pub(super) store: Arc<TestStore>,
    pub(super) telemetry: Arc<Telemetry>,
    listening: Vec<(Protocol, SocketAddr)>,
    handle: DoorsHandle,
}

pub(super) fn start(options: DoorsOptions, stages: Vec<Box<dyn Stage>>) -> Running {
    let (store, telemetry) = (Arc::<TestStore>::default(), Arc::<Telemetry>::default());
    let mut doors = Doors::new(options);
    for protocol in [
        Protocol::Lines,
        Protocol::Datagrams,
        Protocol::Pickle,
        Protocol::Protobuf,
        Protocol::Query,
    ] {
        doors.open(protocol, "127.0.0.1:0".parse().unwrap()).unwrap();
    }
    let listening = doors.listening().to_vec();
    let handle = doors.start(store.clone(), stages, Arc::new(Stopped), telemetry.clone()).unwrap();
    Running { store, telemetry, listening, handle }
}

impl Running {
    pub(super) fn address(&self, protocol: Protocol) -> SocketAddr {
        self.listening.iter().find(|(of, _)| *of == protocol).unwrap().1
    }

    pub(super) fn connect(&self, protocol: Protocol) -> TcpStream {
        let stream = TcpStream::connect(self.address(protocol)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends all of it, ends, and waits for the other end.
    pub(super) fn send(&self, protocol: Protocol, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.connect(protocol);
        stream.write_all(bytes)?;
        end(stream)
    }

    pub(super) fn stop(self) {
        assert!(self.handle.is_running());
        self.handle.stop();
    }
}

/// Ends our side, and waits for the other: an error where it is no end in order.
pub(super) fn end(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    assert_eq!(stream.read(&mut [0; 16])?, 0, "carbon says nothing");
    Ok(())
}

/// Waits until something holds.
pub(super) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "not in time: {what}");
        std::thread::yield_now();
    }
}

/// A frame with its length.
pub(super) fn frame(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}
