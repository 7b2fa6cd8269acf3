use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::*;

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn server(ip: &str) -> UdpSocket {
    let server = UdpSocket::bind(format!("{ip}:0")).unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    server
}

/// Holds a port and hears only itself there, so that packets of others are refused.
fn deaf(ip: &str) -> UdpSocket {
    let server = server(ip);
    server.connect(server.local_addr().unwrap()).unwrap();
    server
}

#[track_caller]
fn assert_receives(server: &UdpSocket, packet: &[u8]) {
    let mut buffer = [0; 64];
    let length = server.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], packet);
}

#[test]
fn a_name_with_two_addresses_loses_not_even_the_first_packet() {
    for (refuses, listens) in [("[::1]", "127.0.0.1"), ("127.0.0.1", "[::1]")] {
        let (deaf, server) = (deaf(refuses), server(listens));
        let addresses = [deaf.local_addr().unwrap(), server.local_addr().unwrap()];
        let mut backend = UdpBackend::connect(&addresses[..]).unwrap();
        for _ in 0..3 {
            backend.send(b"a:1|c").unwrap();
            assert_receives(&server, b"a:1|c");
        }
        assert_eq!(backend.current, 1);
    }
}

#[test]
fn a_name_whose_every_address_refuses_is_no_error_and_serves_when_one_is_back() {
    let (one, other) = (deaf("[::1]"), deaf("127.0.0.1"));
    let addresses = [one.local_addr().unwrap(), other.local_addr().unwrap()];
    let mut backend = UdpBackend::connect(&addresses[..]).unwrap();
    for _ in 0..10 {
        backend.send(b"a:1|c").unwrap();
    }
    other.connect(backend.targets[1].socket.local_addr().unwrap()).unwrap();
    backend.send(b"b:1|c").unwrap();
    assert_receives(&other, b"b:1|c");
}

#[test]
fn a_name_is_waited_for_and_followed_to_its_next_address() {
    let (first, second) = (server("127.0.0.1"), server("[::1]"));
    let address = |server: &UdpSocket| server.local_addr().unwrap();
    let meaning = Arc::new(Mutex::new(Vec::new()));
    let asked = meaning.clone();
    let host = HostPort::parse("metrics:8125").unwrap();
    let resolver = Resolver::with_lookup(host, move |_| Ok(asked.lock().unwrap().clone()));
    let mut backend = UdpBackend::over(resolver);
    let start = Instant::now();

    assert!(backend.poll(start).is_err());
    assert!(backend.send(b"a:1|c").is_err());

    meaning.lock().unwrap().push(address(&first));
    let mut now = start;
    while backend.poll(now).is_err() {
        now += Duration::from_secs(1);
        thread::yield_now();
    }
    backend.send(b"b:1|c").unwrap();
    assert_receives(&first, b"b:1|c");

    // In use still, though no longer the first: nothing changes.
    *meaning.lock().unwrap() = vec![address(&second), address(&first)];
    while backend.targets.len() < 2 {
        now += Duration::from_secs(1);
        backend.poll(now).unwrap();
        thread::yield_now();
    }
    backend.send(b"c:1|c").unwrap();
    assert_receives(&first, b"c:1|c");

    *meaning.lock().unwrap() = vec![address(&second)];
    while backend.targets.len() > 1 {
        now += Duration::from_secs(1);
        backend.poll(now).unwrap();
        thread::yield_now();
    }
    backend.send(b"d:1|c").unwrap();
    assert_receives(&second, b"d:1|c");
}

#[test]
fn the_socket_waits_for_room_but_not_for_long() {
    let server = server("127.0.0.1");
    let backend = UdpBackend::connect(server.local_addr().unwrap()).unwrap();
    let timeout = backend.targets[0].socket.write_timeout().unwrap().unwrap();
    assert_eq!(timeout, WRITE_TIMEOUT);
}

#[test]
fn the_child_of_a_fork_has_a_socket_of_its_own() {
    let server = server("127.0.0.1");
    let mut backend = UdpBackend::connect(server.local_addr().unwrap()).unwrap();
    let parents = backend.targets.pop().unwrap();
    backend.reopen().unwrap();
    backend.send(b"a:1|c").unwrap();
    let (_, sender) = server.recv_from(&mut [0; 64]).unwrap();
    assert_ne!(sender, parents.socket.local_addr().unwrap());
}
