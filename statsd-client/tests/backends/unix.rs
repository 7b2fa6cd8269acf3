//! Over Unix sockets, datagrams and streams.

use std::fs;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;

use statsd_client::{UnixBackend, UnixStreamBackend};

use super::*;

/// A path for one test's socket; what was there is taken away, before and after.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new(test: &str) -> Self {
        let name = format!("statsd-{}-{test}.sock", std::process::id());
        let path = Self(std::env::temp_dir().join(name));
        path.clear();
        path
    }

    fn clear(&self) {
        let _was_not_there = fs::remove_file(&self.0);
    }

    fn datagrams(&self) -> UnixDatagram {
        let server = UnixDatagram::bind(&self.0).unwrap();
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        server
    }

    fn listener(&self) -> UnixListener {
        UnixListener::bind(&self.0).unwrap()
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        self.clear();
    }
}

fn accept(server: &UnixListener) -> UnixStream {
    let (stream, _) = server.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[track_caller]
fn assert_datagram(server: &UnixDatagram, packet: &[u8]) {
    let mut buffer = [0; 64];
    let length = server.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], packet);
}

#[test]
fn a_datagram_server_may_come_late_and_restart() {
    let path = SocketPath::new("late");
    let mut backend = UnixBackend::new(&path.0).unwrap();
    assert!(!backend.ready());
    let error = backend.send(b"a:1|c").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    assert!(error.to_string().contains("late.sock"), "{error}");

    let server = path.datagrams();
    until_ready(&mut backend);
    backend.send(b"b:1|c\nc:1|c").unwrap();
    assert_datagram(&server, b"b:1|c\nc:1|c");

    drop(server);
    assert!(backend.send(b"d:1|c").is_err());
    assert!(!backend.ready());
    path.clear();
    let server = path.datagrams();
    until_ready(&mut backend);
    backend.send(b"e:1|c").unwrap();
    assert_datagram(&server, b"e:1|c");
    assert_eq!(backend.max_packet_size(), 8192);
}

#[test]
fn a_datagram_that_does_not_fit_is_an_error_and_the_next_one_goes() {
    let path = SocketPath::new("fit");
    let server = path.datagrams();
    let mut backend = UnixBackend::new(&path.0).unwrap();
    // More than a socket's buffer holds; the limit of a datagram itself is not the same everywhere.
    assert!(backend.send(&vec![b'a'; 64 << 20]).is_err());
    backend.send(b"a:1|c").unwrap();
    assert_datagram(&server, b"a:1|c");
}

#[test]
fn a_datagram_server_that_stops_reading_is_waited_for_and_keeps_what_it_took() {
    let path = SocketPath::new("slow");
    let server = path.datagrams();
    let mut backend = UnixBackend::new(&path.0).unwrap();
    let (taken, error) = until_refused(&mut backend, b"a:1|c");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    for _ in 0..taken {
        assert_datagram(&server, b"a:1|c");
    }
    backend.send(b"b:1|c").unwrap();
    assert_datagram(&server, b"b:1|c");
}

#[test]
fn a_frame_has_its_length_before_and_a_newline_within() {
    let path = SocketPath::new("frame");
    let server = path.listener();
    let mut backend = UnixStreamBackend::new(&path.0).unwrap();
    until_ready(&mut backend);
    // As the exporter of the `metrics` crates for DogStatsD writes it, in its own tests.
    backend.send(b"test_distribution:22.22|d").unwrap();
    backend.send(&[b'a'; 300]).unwrap();
    let mut stream = accept(&server);
    assert_bytes(&mut stream, b"\x1a\0\0\0test_distribution:22.22|d\n");
    assert_bytes(&mut stream, b"\x2d\x01\0\0");
    assert_bytes(&mut stream, &[b'a'; 300]);
    assert_bytes(&mut stream, b"\n");
    assert_eq!(backend.max_packet_size(), 8192);
}

#[test]
fn a_stream_server_may_come_late_and_restart() {
    let path = SocketPath::new("stream-late");
    let mut backend = UnixStreamBackend::new(&path.0).unwrap();
    assert!(!backend.ready());
    assert!(backend.send(b"a:1|c").is_err());

    let server = path.listener();
    until_ready(&mut backend);
    backend.send(b"b:1|c").unwrap();
    let mut stream = accept(&server);
    assert_bytes(&mut stream, b"\x06\0\0\0b:1|c\n");

    drop((server, stream));
    assert!(
        !backend.ready(),
        "the end of the old connection was heard, a new one is not to be had"
    );
    path.clear();
    let server = path.listener();
    until_ready(&mut backend);
    backend.send(b"c:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"\x06\0\0\0c:1|c\n");
}

#[test]
fn a_stream_server_that_stops_reading_loses_the_connection_and_frames_stay_whole() {
    let path = SocketPath::new("stream-slow");
    let server = path.listener();
    let mut backend = UnixStreamBackend::new(&path.0).unwrap();
    until_ready(&mut backend);
    let mut first = accept(&server);
    let frame = {
        let mut frame = 8_193_u32.to_le_bytes().to_vec();
        frame.extend_from_slice(&[b'a'; 8_192]);
        frame.push(b'\n');
        frame
    };
    let (taken, _) = until_refused(&mut backend, &[b'a'; 8_192]);

    until_ready(&mut backend);
    backend.send(b"b:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"\x06\0\0\0b:1|c\n");

    let mut bytes = Vec::new();
    first.read_to_end(&mut bytes).unwrap();
    let whole = bytes.chunks_exact(frame.len());
    assert!(frame.starts_with(whole.remainder()));
    assert_eq!(whole.len(), taken);
    assert!(whole.into_iter().all(|bytes| bytes == frame));
}

#[test]
fn a_frame_that_is_taken_in_part_is_an_error_and_the_next_one_begins_a_connection() {
    let path = SocketPath::new("stream-part");
    let server = path.listener();
    let mut backend = UnixStreamBackend::new(&path.0).unwrap();
    until_ready(&mut backend);
    let mut first = accept(&server);
    // More than the buffer of a Unix stream: the beginning of it is certain to be taken.
    let packet = vec![b'a'; 64 << 20];
    let error = backend.send(&packet).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);

    until_ready(&mut backend);
    backend.send(b"b:1|c").unwrap();
    assert_bytes(&mut accept(&server), b"\x06\0\0\0b:1|c\n");

    let mut bytes = Vec::new();
    first.read_to_end(&mut bytes).unwrap();
    assert!(bytes.starts_with(&67_108_865_u32.to_le_bytes()));
    assert!(bytes.len() < packet.len());
    assert!(bytes[4..].iter().all(|&byte| byte == b'a'), "nothing follows the part");
}

#[test]
fn a_tee_goes_on_with_one_server_while_the_other_is_down() {
    let (late, present) = (SocketPath::new("tee-late"), SocketPath::new("tee-present"));
    let server = present.datagrams();
    let first = UnixBackend::new(&late.0).unwrap();
    let mut tee = TeeBackend::new(first, UnixBackend::new(&present.0).unwrap());
    until_ready(&mut tee);
    assert!(tee.send(b"a:1|c").is_err(), "one of them has missed it");
    assert_datagram(&server, b"a:1|c");

    let other = late.datagrams();
    let start = Instant::now();
    while tee.ready() && tee.send(b"b:1|c").is_err() {
        assert!(start.elapsed() < PATIENCE);
        assert_datagram(&server, b"b:1|c");
    }
    assert_datagram(&server, b"b:1|c");
    assert_datagram(&other, b"b:1|c");
}

#[test]
fn a_path_that_no_socket_can_have_is_an_error_that_names_it() {
    let path = "/tmp/".repeat(100);
    for error in [UnixBackend::new(&path).unwrap_err(), UnixStreamBackend::new(&path).unwrap_err()]
    {
        assert!(error.to_string().contains(&path), "{error}");
    }
}
