//! Peers that hold a place and give nothing, or next to nothing, for it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream, UdpSocket};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use statsd_server::limits::HTTP_CONNECTIONS_MAX;

use super::alone;
use super::server::{Server, connect, until};

/// Descriptors of this process that are not connections of a test.
const OWN_DESCRIPTORS: u64 = 100;

/// How many of so many connections this process may open. Says so where they are fewer.
fn allowed(wanted: u64) -> usize {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let needed = (wanted + OWN_DESCRIPTORS).min(hard);
    if soft < needed {
        setrlimit(Resource::RLIMIT_NOFILE, needed, hard).unwrap();
    }
    let allowed = wanted.min(soft.max(needed) - OWN_DESCRIPTORS);
    if allowed < wanted {
        println!("{allowed} of {wanted} connections: the limit of descriptors is {hard}");
    }
    usize::try_from(allowed).unwrap()
}

/// Writes one more byte of `text` on each connection.
fn write_nth(peers: &mut [TcpStream], text: &[u8], at: usize) {
    for peer in peers {
        peer.write_all(&text[at..=at]).unwrap();
    }
}

#[test]
fn slow_and_idle_connections_cost_a_normal_sender_nothing() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let total = allowed(1_300);
    let slow = total * 3 / 13;
    let mut slow: Vec<_> = (0..slow).map(|_| connect(server.statsd_tcp())).collect();
    let idle: Vec<_> = (slow.len()..total).map(|_| connect(server.statsd_tcp())).collect();
    let mut normal = connect(server.statsd_tcp());
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();

    let line = b"slow.requests:1|c\n";
    for at in 0..line.len() - 1 {
        write_nth(&mut slow, line, at);
        normal.write_all(&b"normal.lines:1|c\n".repeat(100)).unwrap();
        datagrams.send_to(b"normal.packets:1|c", server.statsd).unwrap();
    }
    let sent = 100 * (line.len() - 1);
    let lines = slow.len() as u64 + sent as u64 + line.len() as u64 - 1;
    until("the normal sender's lines", || {
        (server.count("lines") == lines - slow.len() as u64).then_some(())
    });
    assert!(server.console("health").starts_with("health: up"));
    assert_eq!(server.count("bad_lines"), 0);

    // The slow ones come to their end, too.
    write_nth(&mut slow, line, line.len() - 1);
    until("the slow senders' lines", || (server.count("lines") == lines).then_some(()));
    let status = server.status();
    assert_eq!(status["counts"]["bad_lines"], 0);
    assert_eq!(status["counts"]["stream_connections"], total as u64 + 1);
    assert_eq!(status["counts"]["stream_connections_over_limit"], 0);
    drop((slow, idle, normal));
    server.stop();
}

#[test]
fn a_line_of_16_mib_is_cut_and_counted_and_the_next_one_is_read() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let before = server.memory_peak();
    let mut stream = connect(server.statsd_tcp());
    let piece = vec![b'a'; 64 << 10];
    for _ in 0..(16 << 20) / piece.len() {
        stream.write_all(&piece).unwrap();
    }
    stream.write_all(b":1|c\nafter:1|c\n").unwrap();
    let counters = until("the next line", || {
        let counters = server.console("counters");
        counters.contains("after: 1").then_some(counters)
    });
    assert!(counters.len() < 4_096, "nothing of the long line is kept");
    let status = until("a flush", || {
        let status = server.status();
        (status["counts"]["lines"] == 2).then_some(status)
    });
    assert_eq!(status["counts"]["lines_too_long"], 1);
    assert_eq!(status["counts"]["bad_lines"], 1);
    if let (Some(before), Some(after)) = (before, server.memory_peak()) {
        assert!(after - before < 8 << 20, "{} bytes more", after - before);
    }
    server.stop();
}

/// Over HTTP: a byte of a request now and then; and no more byte at all.
#[test]
fn slow_requests_keep_no_other_one_waiting() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let mut slow: Vec<_> = (0..allowed(300)).map(|_| connect(server.http)).collect();
    let request = b"GET /status HTTP/1.0\r\nHost: statsd\r\n\r\n";
    for at in 0..request.len() {
        write_nth(&mut slow, request, at);
        assert_eq!(server.status()["counts"]["connections_over_limit"], 0);
    }
    for mut peer in slow {
        let mut answer = String::new();
        peer.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    }
    server.stop();
}

/// They are more than are served at once, so some of them make room.
#[test]
fn a_thousand_idle_connections_over_http_keep_no_request_waiting() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let idle: Vec<_> = (0..allowed(1_000)).map(|_| connect(server.http)).collect();
    let status = server.status();
    let over_limit = status["counts"]["connections_over_limit"].as_u64().unwrap();
    assert_eq!(over_limit > 0, idle.len() > HTTP_CONNECTIONS_MAX, "{status:#}");
    drop(idle);
    server.stop();
}

/// The console: more connections than it keeps, and one that reads nothing of what it asks for.
#[test]
fn idle_and_stuck_connections_to_the_console_keep_no_other_one_waiting() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..200 {
        let name = "n".repeat(1_000);
        datagrams.send_to(format!("{name}.{n}:1|c").as_bytes(), server.statsd).unwrap();
    }
    until("the names", || (server.count("lines") == 200).then_some(()));
    let mut stuck = connect(server.admin);
    for _ in 0..100 {
        stuck.write_all(b"counters\n").unwrap();
    }
    let idle: Vec<_> = (0..allowed(200)).map(|_| connect(server.admin)).collect();
    assert!(server.console("health").starts_with("health: up"));
    assert!(server.console("counters").ends_with("END\n\n"));
    // That it was put out in favour of others, or is still served, is both in order.
    let _closed = stuck.shutdown(Shutdown::Both);
    drop(idle);
    server.stop();
}
