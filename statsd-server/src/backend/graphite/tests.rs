use std::io::{self, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

use socket2::SockRef;

use super::*;
use crate::aggregate::Named;
use crate::clock::SystemClock;
use crate::telemetry::BackendStatus;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Long enough for a test to look, short enough to be tried again within it.
const SHORT: Duration = Duration::from_millis(30);

struct Bench {
    backend: GraphiteBackend,
    status: Arc<BackendStatus>,
}

fn start(carbon: SocketAddr, folder: &Path, set: impl FnOnce(&mut GraphiteOptions)) -> Bench {
    let mut options = GraphiteOptions::new(carbon.to_string());
    options.spool.folder = Some(folder.to_owned());
    options.retry_pause = Duration::from_millis(1);
    set(&mut options);
    let telemetry = Arc::new(Telemetry::default());
    let status = telemetry.backends.named("graphite");
    let clock = Arc::new(SystemClock);
    let backend = GraphiteBackend::start(options, Naming::default(), clock, telemetry).unwrap();
    Bench { backend, status }
}

impl Bench {
    fn flush(&mut self, timestamp: i64) {
        let gauges = Named::from([("g", 1.5)]);
        let snapshot = Snapshot { timestamp, interval: 1.0, gauges, ..Snapshot::default() };
        self.backend.flush(&snapshot).unwrap();
    }

    fn until(&self, holds: impl Fn(&BackendStatus) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !holds(&self.status) {
            assert!(Instant::now() < patience, "{:?}", self.status);
            thread::yield_now();
        }
    }

    fn until_idle(&self) {
        self.until(|_| self.backend.courier.is_idle());
    }

    fn close(mut self, within: Duration) -> Duration {
        let begun = Instant::now();
        self.backend.close(begun + within);
        begun.elapsed()
    }
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn accept(listener: &TcpListener) -> TcpStream {
    let stream = listener.accept().unwrap().0;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The timestamp of the flush that a connection carried, whole.
fn received(listener: &TcpListener) -> i64 {
    let mut text = String::new();
    accept(listener).read_to_string(&mut text).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    assert!(lines[7].starts_with("stats.statsd.graphiteStats.flush_length "), "{text}");
    lines[0].strip_prefix("stats.gauges.g 1.5 ").unwrap().parse().unwrap()
}

/// So that the other side sees a reset.
fn reset(stream: &TcpStream) {
    SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

#[test]
fn while_carbon_takes_them_flushes_never_see_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |_| {});
    let begun = bench.status.last_flush.get();
    assert!(begun > 0);
    for timestamp in 1..4 {
        bench.flush(timestamp);
        assert_eq!(received(&carbon), timestamp);
        bench.until(|status| status.flush_length.get() > 0);
        // The next one may find this one still on the desk otherwise.
        bench.until_idle();
    }
    assert_eq!((bench.status.errors.get(), bench.status.last_exception.get()), (0, 0));
    assert!(bench.status.last_flush.get() >= begun);
    assert!(bench.close(PATIENCE) < PATIENCE / 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_outage_loses_nothing_and_is_sent_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    drop(carbon);
    let mut bench = start(address, folder.path(), |options| options.replay = Duration::ZERO);
    for timestamp in 1..6 {
        bench.flush(timestamp);
        bench.until(|status| status.errors.get() >= 1);
    }
    assert!(bench.status.spooled_flushes.get() >= 4);
    assert!(bench.status.last_exception.get() > 0);
    let carbon = TcpListener::bind(address).unwrap();
    assert_eq!([(); 5].map(|()| received(&carbon)), [1, 2, 3, 4, 5]);
    bench.until(|status| status.spooled_flushes.get() == 0);
    // Afterwards it is as before.
    bench.flush(6);
    assert_eq!(received(&carbon), 6);
    assert_eq!(bench.status.spool_dropped.get(), 0);
}

#[test]
fn a_connection_that_is_reset_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |_| {});
    bench.flush(1);
    let mut stream = accept(&carbon);
    // All of it is here, but nobody says so.
    stream.read_exact(&mut [0; 100]).unwrap();
    reset(&stream);
    drop(stream);
    assert_eq!(received(&carbon), 1);
    bench.until(|status| status.errors.get() == 1 && status.spooled_flushes.get() == 0);
}

#[test]
fn a_carbon_that_hangs_gets_the_flush_again_when_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |options| options.confirm_timeout = Some(SHORT));
    // The kernel accepts and takes the bytes; the process does nothing.
    bench.flush(1);
    bench.until(|status| status.errors.get() == 1);
    let hung = accept(&carbon);
    bench.flush(2);
    reset(&hung);
    drop(hung);
    let mut timestamps = vec![received(&carbon)];
    while timestamps.last() != Some(&2) {
        timestamps.push(received(&carbon));
    }
    timestamps.dedup();
    assert_eq!(timestamps, [1, 2]);
}

#[test]
fn a_carbon_that_reads_nothing_ends_the_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let (_carbon, address) = listen();
    let mut bench = start(address, folder.path(), |options| options.write_timeout = SHORT);
    let name = "n".repeat(1_000);
    // More than the kernel's buffers of both sides hold.
    let gauges = (0..20_000).map(|i| (format!("{name}{i}"), 1.0)).collect();
    bench.backend.flush(&Snapshot { gauges, ..Snapshot::default() }).unwrap();
    bench.until(|status| status.errors.get() > 0 && status.spooled_bytes.get() > 20_000_000);
}

#[test]
fn what_was_delivered_shortly_before_an_outage_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |_| {});
    for timestamp in 1..3 {
        bench.flush(timestamp);
        assert_eq!(received(&carbon), timestamp);
        bench.until_idle();
    }
    drop(carbon);
    bench.flush(3);
    bench.until(|status| status.spooled_flushes.get() == 3);
    let carbon = TcpListener::bind(address).unwrap();
    assert_eq!([(); 3].map(|()| received(&carbon)), [1, 2, 3]);
    bench.until_idle();
    // A second one begins anew.
    drop(carbon);
    bench.flush(4);
    bench.until(|status| status.spooled_flushes.get() == 4);
    assert_eq!(bench.status.spool_dropped.get(), 0);
}

#[test]
fn a_server_that_never_closes_is_an_option() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |options| options.confirm_timeout = None);
    let mut open = Vec::new();
    for timestamp in 1..4 {
        bench.flush(timestamp);
        open.push(accept(&carbon));
        let mut text = String::new();
        open.last_mut().unwrap().read_to_string(&mut text).unwrap();
        assert!(text.starts_with(&format!("stats.gauges.g 1.5 {timestamp}\n")), "{text}");
    }
    assert_eq!(bench.status.errors.get(), 0);
}

#[test]
fn what_is_not_delivered_at_the_end_is_sent_by_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    drop(carbon);
    let mut bench = start(address, folder.path(), |_| {});
    bench.flush(1);
    bench.flush(2);
    assert!(bench.close(PATIENCE) < PATIENCE / 2, "a refused connection needs no waiting");
    let (carbon, address) = listen();
    let bench = start(address, folder.path(), |_| {});
    assert_eq!([(); 2].map(|()| received(&carbon)), [1, 2]);
    bench.until(|status| status.spooled_flushes.get() == 0);
}

#[test]
fn a_carbon_that_hangs_holds_the_end_up_until_the_deadline_and_the_flush_is_spooled() {
    let folder = tempfile::tempdir().unwrap();
    let (carbon, address) = listen();
    let mut bench = start(address, folder.path(), |_| {});
    bench.flush(1);
    let _hung = accept(&carbon);
    assert!(bench.close(SHORT) < PATIENCE / 2);
    let (carbon, address) = listen();
    let _bench = start(address, folder.path(), |_| {});
    assert_eq!(received(&carbon), 1);
}

#[test]
fn a_pickle_arrives_as_one_frame() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (carbon, address) = listen();
    let mut bench =
        start(address, folder.path(), |options| options.protocol = GraphiteProtocol::Pickle);
    bench.flush(1_700_000_000);
    let mut frame = Vec::new();
    accept(&carbon).read_to_end(&mut frame)?;
    let (length, pickle) = frame.split_first_chunk().unwrap();
    assert_eq!(u32::from_be_bytes(*length) as usize, pickle.len());
    assert!(pickle.starts_with(b"\x80\x02](X\x0e\0\0\0stats.gauges.g\x8a\x08"));
    assert!(pickle.ends_with(b"\x86\x86e."));
    Ok(())
}

#[test]
fn a_name_that_resolves_to_nothing_is_an_outage() {
    let folder = tempfile::tempdir().unwrap();
    let (_carbon, address) = listen();
    let mut bench =
        start(address, folder.path(), |o| o.address = "nowhere.invalid:2003".to_owned());
    bench.flush(1);
    bench.until(|status| status.errors.get() > 0 && status.spooled_flushes.get() == 1);
}
