//! The backends by themselves, over real sockets: servers that are late, gone, back, slow or deaf.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(unix)]
mod unix;

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use statsd_client::{
    Backend, CaptureBackend, LogBackend, NullBackend, TcpBackend, TeeBackend, UdpBackend,
};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// More than any datagram holds.
const HUGE: usize = 70_000;

#[track_caller]
fn until_ready(backend: &mut impl Backend) {
    let start = Instant::now();
    while !backend.ready() {
        assert!(start.elapsed() < PATIENCE, "never ready");
        thread::yield_now();
    }
}

fn udp_server(ip: &str) -> UdpSocket {
    let server = UdpSocket::bind(format!("{ip}:0")).unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    server
}

#[track_caller]
fn assert_datagram(server: &UdpSocket, packet: &[u8]) {
    let mut buffer = [0; 64];
    let length = server.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], packet);
}

/// The next bytes of a stream, as many as are expected.
#[track_caller]
fn assert_bytes(stream: &mut impl Read, bytes: &[u8]) {
    let mut buffer = vec![0; bytes.len()];
    stream.read_exact(&mut buffer).unwrap();
    assert_eq!(buffer, bytes);
}

fn accept(server: &TcpListener) -> TcpStream {
    let (stream, _) = server.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends until a server that reads nothing makes it an error; how many were taken.
fn until_refused(backend: &mut impl Backend, packet: &[u8]) -> (usize, io::Error) {
    (0..10_000)
        .find_map(|taken| backend.send(packet).err().map(|error| (taken, error)))
        .expect("a server that reads nothing takes no more at some time")
}

#[test]
fn a_packet_is_one_datagram_over_v4_and_v6() {
    for ip in ["127.0.0.1", "[::1]"] {
        let server = udp_server(ip);
        let address = server.local_addr().unwrap();
        let once = UdpBackend::connect(address).unwrap();
        let again = UdpBackend::resolving(&address.to_string()).unwrap();
        for mut backend in [once, again] {
            assert!(backend.ready());
            backend.send(b"a:1|c\nb:2|c").unwrap();
            assert_datagram(&server, b"a:1|c\nb:2|c");
            assert_eq!(backend.max_packet_size(), 1432);
        }
    }
}

#[test]
fn a_name_is_resolved_in_the_background() {
    let server = udp_server("127.0.0.1");
    let port = server.local_addr().unwrap().port();
    let mut backend = UdpBackend::resolving(&format!("localhost:{port}")).unwrap();
    until_ready(&mut backend);
    // Where `localhost` is ::1 first, nobody is there, and the packet goes to the next address.
    backend.send(b"a:1|c").unwrap();
    assert_datagram(&server, b"a:1|c");
}

#[test]
fn an_address_that_cannot_be_read_is_an_error_that_names_it() {
    for address in ["metrics", "::1:8125", "metrics:port"] {
        for error in
            [UdpBackend::resolving(address).unwrap_err(), TcpBackend::new(address).unwrap_err()]
        {
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
            assert!(error.to_string().contains(address), "{error}");
        }
    }
}

#[test]
fn a_refused_datagram_is_no_error() {
    let server = udp_server("127.0.0.1");
    let address = server.local_addr().unwrap();
    // Hears only itself, so that what others send is refused, on a port that is nobody else's.
    server.connect(address).unwrap();
    let mut backend = UdpBackend::connect(address).unwrap();
    for _ in 0..1_000 {
        backend.send(b"a:1|c").unwrap();
    }
}

#[test]
fn a_datagram_that_is_too_long_is_an_error_and_the_next_one_goes() {
    for ip in ["127.0.0.1", "[::1]"] {
        let server = udp_server(ip);
        let mut backend = UdpBackend::connect(server.local_addr().unwrap()).unwrap();
        assert!(backend.send(&vec![b'a'; HUGE]).is_err());
        backend.send(b"a:1|c").unwrap();
        assert_datagram(&server, b"a:1|c");
    }
}

#[test]
fn a_tcp_server_may_come_late_and_close_connections() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut backend = TcpBackend::new(&address.to_string()).unwrap();
    assert!(!backend.ready());
    let error = backend.send(b"a:1|c").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);

    let server = TcpListener::bind(address).unwrap();
    until_ready(&mut backend);
    backend.send(b"b:1|c\nc:1|c").unwrap();
    backend.send(b"d:1|c").unwrap();
    let mut first = accept(&server);
    assert_bytes(&mut first, b"b:1|c\nc:1|c\nd:1|c\n");

    drop(first);
    server.set_nonblocking(true).unwrap();
    let start = Instant::now();
    let mut second = loop {
        // What is written before the end of the first connection is heard goes to nobody.
        let is_sent = backend.ready() && backend.send(b"e:1|c").is_ok();
        match server.accept() {
            Ok((stream, _)) if is_sent => break stream,
            _ => assert!(start.elapsed() < PATIENCE, "never connected again"),
        }
    };
    second.set_nonblocking(false).unwrap();
    assert_bytes(&mut second, b"e:1|c\n");
}

#[test]
fn a_tcp_server_is_found_by_name() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let mut backend = TcpBackend::new(&format!("localhost:{port}")).unwrap();
    until_ready(&mut backend);
    backend.send(b"a:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"a:1|c\n");
}

#[test]
fn what_a_tcp_server_says_is_not_heard() {
    let server = TcpListener::bind("[::1]:0").unwrap();
    let mut backend = TcpBackend::new(&server.local_addr().unwrap().to_string()).unwrap();
    until_ready(&mut backend);
    let mut stream = accept(&server);
    stream.write_all(&[b'x'; 10_000]).unwrap();
    for _ in 0..30 {
        assert!(backend.ready());
    }
    backend.send(b"a:1|c").unwrap();
    assert_bytes(&mut stream, b"a:1|c\n");
}

#[test]
fn a_tcp_server_that_stops_reading_loses_the_connection_and_no_line_is_joined_to_another() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut backend = TcpBackend::new(&server.local_addr().unwrap().to_string()).unwrap();
    until_ready(&mut backend);
    let mut first = accept(&server);
    let packet = vec![b'a'; 1 << 20];
    let (taken, _) = until_refused(&mut backend, &packet);

    until_ready(&mut backend);
    backend.send(b"b:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"b:1|c\n");

    let mut bytes = Vec::new();
    first.read_to_end(&mut bytes).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    let (cut, whole) = lines.split_last().unwrap();
    assert_eq!(whole.len(), taken);
    assert!(whole.iter().all(|line| *line == packet));
    assert!(cut.len() < packet.len() && cut.iter().all(|&byte| byte == b'a'));
}

#[test]
fn the_child_of_a_fork_has_a_connection_of_its_own() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut backend = TcpBackend::new(&server.local_addr().unwrap().to_string()).unwrap();
    until_ready(&mut backend);
    let _parents = accept(&server);
    backend.reopen().unwrap();
    until_ready(&mut backend);
    backend.send(b"a:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"a:1|c\n");
}

/// Fails as often as it is told, then writes.
struct Disk {
    failures: usize,
    bytes: Vec<u8>,
}

impl Write for &mut Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_log_has_a_line_of_text_for_each_line_and_says_when_it_cannot_write() {
    let mut disk = Disk { failures: 1, bytes: Vec::new() };
    let mut log = LogBackend::to(&mut disk);
    assert_eq!(log.send(b"a:1|c").unwrap_err().kind(), io::ErrorKind::StorageFull);
    log.send(b"b:1|c\nc:2|g").unwrap();
    log.send(b"d:3|ms").unwrap();
    assert_eq!(disk.bytes, b"b:1|c\nc:2|g\nd:3|ms\n");
}

#[test]
fn null_takes_everything() {
    assert!(NullBackend.ready());
    NullBackend.send(&vec![b'a'; HUGE]).unwrap();
}

#[test]
fn a_capture_says_whether_it_holds_anything() {
    let (mut backend, captured) = CaptureBackend::new();
    assert!(captured.is_empty());
    backend.send(b"a:1|c").unwrap();
    assert!(!captured.is_empty());
    captured.clear();
    assert!(captured.is_empty());
}

/// Says what it is told of itself.
struct Moody {
    is_ready: bool,
    fails: bool,
}

impl Backend for Moody {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        assert!(self.is_ready, "sent to while not ready");
        if self.fails { Err(io::Error::other("it fails")) } else { Ok(()) }
    }

    fn max_packet_size(&self) -> usize {
        100
    }

    fn ready(&mut self) -> bool {
        self.is_ready
    }

    fn reopen(&mut self) -> io::Result<()> {
        if self.fails { Err(io::Error::other("it stays")) } else { Ok(()) }
    }
}

#[test]
fn a_tee_serves_both_and_hides_no_failure_of_one() {
    for (is_ready, fails) in [(false, false), (true, true)] {
        let (backend, seen) = CaptureBackend::new();
        let mut tee = TeeBackend::new(Moody { is_ready, fails }, backend);
        assert!(tee.ready());
        assert!(tee.send(b"a:1|c").is_err());
        assert_eq!(seen.lines(), ["a:1|c"]);

        let (backend, seen) = CaptureBackend::new();
        let mut tee = TeeBackend::new(backend, Moody { is_ready, fails });
        assert!(tee.ready());
        assert!(tee.send(b"a:1|c").is_err());
        assert_eq!(seen.lines(), ["a:1|c"]);
        assert_eq!(tee.reopen().is_err(), fails);
    }
    let works = || Moody { is_ready: true, fails: false };
    TeeBackend::new(works(), works()).send(b"a:1|c").unwrap();
}

#[test]
fn a_tee_takes_the_smaller_packet_and_is_ready_when_either_is() {
    let moody = |is_ready| Moody { is_ready, fails: true };
    assert_eq!(TeeBackend::new(NullBackend, moody(true)).max_packet_size(), 100);
    assert_eq!(TeeBackend::new(moody(true), NullBackend).max_packet_size(), 100);
    for (first, second) in [(false, false), (false, true), (true, false), (true, true)] {
        assert_eq!(TeeBackend::new(moody(first), moody(second)).ready(), first || second);
    }
    let error = TeeBackend::new(moody(true), moody(true)).send(b"a:1|c").unwrap_err();
    assert_eq!(error.to_string(), "it fails, and: it fails");
}
