use std::io::{Read as _, Write as _};
use std::net::UdpSocket;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::carbon::testing::{NOW, Running, end, eventually, frame};
use crate::carbon::{DoorsOptions, Protocol, testing};
use crate::limits::LINE_MAX_BYTES;

fn start() -> Running {
    testing::start(DoorsOptions::default(), Vec::new())
}

fn point(name: &str, timestamp: i64, value: f64) -> (String, i64, f64) {
    (name.to_owned(), timestamp, value)
}

#[test]
fn a_close_in_order_says_that_the_points_are_safe() {
    let doors = start();
    // More than one read, and a last line without its end.
    let line = |at| format!("servers.web{at}.load {at} 17\r\n").into_bytes();
    let mut text: Vec<u8> = (0..5_000).flat_map(line).collect();
    text.extend(b"bad\nlast 1 -1");
    doors.send(Protocol::Lines, &text).unwrap();
    assert_eq!(
        doors.store.committed.load(Ordering::SeqCst),
        5_001,
        "written, then committed, then closed"
    );
    let points = doors.store.points();
    assert_eq!(points[4_999], point("servers.web4999.load", 17, 4_999.0));
    assert_eq!(points[5_000], point("last", NOW, 1.0));
    assert_eq!(doors.telemetry.carbon_line_points.get(), 5_001);
    assert_eq!(doors.telemetry.points.get(), 5_001);
    let bad = doors.telemetry.carbon_bad_reasons.all();
    assert_eq!((bad[0].lines, bad[0].example.as_deref()), (1, Some("bad")));
    doors.stop();
}

#[test]
fn one_read_is_one_batch() {
    let doors = start();
    doors.send(Protocol::Lines, &b"a 1 1\n".repeat(500)).unwrap();
    let batches = doors.store.batches.lock().unwrap().len();
    assert!(batches <= 2, "{batches} batches of 3 kB");
    doors.stop();
}

#[test]
fn points_that_are_not_safe_are_not_acknowledged() {
    let doors = start();
    doors.store.is_unsafe.store(true, Ordering::SeqCst);
    for (protocol, bytes) in [
        (Protocol::Lines, b"a 1 1\n".to_vec()),
        (Protocol::Pickle, frame(b"](U\x01aK\x01K\x02\x86\x86e.")),
    ] {
        assert!(doors.send(protocol, &bytes).is_err(), "a reset");
    }
    assert_eq!(doors.telemetry.carbon_not_acknowledged.get(), 2);
    assert_eq!(doors.store.points().len(), 2, "they are written all the same");
    doors.store.is_unsafe.store(false, Ordering::SeqCst);
    doors.send(Protocol::Lines, b"a 1 1\n").unwrap();
    doors.stop();
}

#[test]
fn pickles_and_protobuf_frames_are_taken() {
    let doors = start();
    let pickles = [
        frame(b"](U\x01aK\x01K\x02\x86\x86e."),
        frame(b"cos\nsystem\n."),
        frame(b""),
        frame(b"(lp0\n(S'b'\n(I1\nF1.5\ntta."),
    ];
    doors.send(Protocol::Pickle, &pickles.concat()).unwrap();
    let payload = b"\x0a\x10\x0a\x01c\x12\x0b\x08\x11\x11\0\0\0\0\0\0\xf8\x3f";
    doors.send(Protocol::Protobuf, &[frame(b"\xff"), frame(payload)].concat()).unwrap();
    let expected = [point("a", 1, 2.0), point("b", 1, 1.5), point("c", 17, 1.5)];
    assert_eq!(doors.store.points(), expected);
    assert_eq!(doors.telemetry.carbon_bad_frames.get(), 3);
    assert_eq!(doors.telemetry.carbon_pickle_points.get(), 2);
    assert_eq!(doors.telemetry.carbon_protobuf_points.get(), 1);
    doors.stop();
}

#[test]
fn a_frame_that_is_too_long_ends_its_connection_alone() {
    let doors =
        testing::start(DoorsOptions { frame_max_bytes: 64, ..DoorsOptions::default() }, Vec::new());
    let mut other = doors.connect(Protocol::Pickle);
    other.write_all(&frame(b"](U\x01aK\x01K\x02\x86\x86e.")[..7]).unwrap();
    assert!(doors.send(Protocol::Pickle, &[0xff; 4]).is_err());
    assert!(doors.send(Protocol::Pickle, &65_u32.to_be_bytes()).is_err());
    other.write_all(&frame(b"](U\x01aK\x01K\x02\x86\x86e.")[7..]).unwrap();
    end(other).unwrap();
    assert_eq!(doors.store.points().len(), 1);
    // Half of a frame is none.
    doors.send(Protocol::Pickle, &frame(b"](U\x01aK\x01K\x02\x86\x86e.")[..9]).unwrap();
    assert_eq!(doors.telemetry.carbon_unfinished.get(), 1);
    doors.stop();
}

#[test]
fn a_line_that_is_too_long_is_skipped() {
    let doors = start();
    let long = vec![b'x'; 2 * LINE_MAX_BYTES + 5];
    doors.send(Protocol::Lines, &[b"a 1 1\n", &long[..], b" 1 1\nb 1 1\n"].concat()).unwrap();
    assert_eq!(doors.store.points(), [point("a", 1, 1.0), point("b", 1, 1.0)]);
    assert_eq!(doors.telemetry.carbon_bad_points.get(), 1);
    doors.stop();
}

#[test]
fn datagrams_are_lines() {
    let doors = start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"a 1 1\nb 2 2", doors.address(Protocol::Datagrams)).unwrap();
    socket.send_to(b"\xff\nc 3 -1\r\n", doors.address(Protocol::Datagrams)).unwrap();
    eventually("two datagrams", || doors.store.points().len() == 3);
    assert_eq!(
        doors.store.points(),
        [point("a", 1, 1.0), point("b", 2, 2.0), point("c", NOW, 3.0)]
    );
    assert_eq!(doors.telemetry.carbon_udp_points.get(), 3);
    assert_eq!(doors.telemetry.carbon_bad_points.get(), 1);
    doors.stop();
}

#[test]
fn a_store_that_is_full_makes_senders_wait() {
    let doors = start();
    doors.store.is_full.store(true, Ordering::SeqCst);
    let mut stream = doors.connect(Protocol::Lines);
    stream.write_all(b"a 1 1\n").unwrap();
    eventually("it pauses", || doors.telemetry.carbon_pauses.get() == 1);
    // Datagrams have nobody to wait: what the queue does not hold is dropped and counted.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    eventually("datagrams are dropped", || {
        socket.send_to(b"u 1 1", doors.address(Protocol::Datagrams)).unwrap();
        doors.telemetry.carbon_udp_points_dropped.get() > 0
    });
    stream.write_all(b"b 1 1\n").unwrap();
    assert_eq!(doors.store.points(), []);
    doors.store.is_full.store(false, Ordering::SeqCst);
    end(stream).unwrap();
    let points = doors.store.points();
    let telemetry = &doors.telemetry;
    eventually("the rest is written", || {
        let dropped = telemetry.carbon_udp_points_dropped.get();
        let taken = telemetry.carbon_udp_points.get() - dropped;
        u64::try_from(doors.store.points().len()) == Ok(taken + 2)
    });
    assert!(points.contains(&point("a", 1, 1.0)) && points.contains(&point("b", 1, 1.0)));
    doors.stop();
}

#[test]
fn connections_over_the_limit_are_closed_at_once() {
    let doors =
        testing::start(DoorsOptions { connections: 2, ..DoorsOptions::default() }, Vec::new());
    let held = [doors.connect(Protocol::Lines), doors.connect(Protocol::Pickle)];
    eventually("both are open", || doors.telemetry.carbon_open.get() == 2);
    let mut third = doors.connect(Protocol::Lines);
    assert_eq!(third.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(doors.telemetry.carbon_connections_over_limit.get(), 1);
    for stream in held {
        end(stream).unwrap();
    }
    eventually("both are closed", || doors.telemetry.carbon_open.get() == 0);
    doors.send(Protocol::Lines, b"a 1 1\n").unwrap();
    doors.stop();
}

#[test]
fn a_silent_connection_is_closed() {
    let idle = Some(Duration::from_millis(20));
    let doors = testing::start(DoorsOptions { idle, ..DoorsOptions::default() }, Vec::new());
    for protocol in [Protocol::Lines, Protocol::Pickle, Protocol::Query] {
        assert_eq!(doors.connect(protocol).read(&mut [0; 1]).unwrap(), 0);
    }
    assert_eq!(doors.telemetry.carbon_connections_idle.get(), 3);
    doors.stop();
}

#[test]
fn what_the_kernel_has_accepted_by_the_stop_is_written() {
    let doors = start();
    let mut streams: Vec<_> = (0..8).map(|_| doors.connect(Protocol::Lines)).collect();
    for stream in &mut streams {
        stream.write_all(&b"a 1 1\n".repeat(5_000)).unwrap();
    }
    let store = doors.store.clone();
    let unfinished = doors.telemetry.clone();
    streams[0].write_all(b"half").unwrap();
    doors.stop();
    assert_eq!(store.points().len(), 40_000);
    assert_eq!(store.committed.load(Ordering::SeqCst), 40_000);
    assert_eq!(unfinished.carbon_unfinished.get(), 1);
}
