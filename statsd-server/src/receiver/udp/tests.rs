use statsd_client::protocol::Dialect;

use super::*;
use crate::aggregate::{Options, Snapshot, State};

const LOOPBACK: &str = "127.0.0.1:0";

fn bind(addr: &str) -> UdpReceiver {
    UdpReceiver::bind(addr.parse().unwrap(), &UdpOptions::default()).unwrap()
}

fn shard() -> Arc<Mutex<Shard>> {
    Arc::new(Mutex::new(Shard::new(Dialect::Etsy)))
}

fn sender_to(receiver: &UdpReceiver) -> UdpSocket {
    let any = if receiver.local_addr().is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
    let socket = UdpSocket::bind(any).unwrap();
    socket.connect(receiver.local_addr()).unwrap();
    socket
}

fn snapshot_of(shard: &Mutex<Shard>) -> Snapshot {
    let mut state = State::new(Options::default());
    state.absorb(&mut shard.lock().unwrap().take());
    state.snapshot(0)
}

fn counter(snapshot: &Snapshot, name: &str) -> Option<f64> {
    snapshot.counters.iter().find(|(counter, _)| counter == name).map(|(_, sum)| *sum)
}

#[test]
fn a_stop_loses_nothing_that_the_kernel_accepted() {
    let (receiver, shard) = (bind(LOOPBACK), shard());
    let sender = sender_to(&receiver);
    // More than one batch, and all of it before anybody reads.
    for _ in 0..3 * RECEIVE_BATCH_PACKETS {
        sender.send(b"a:1|c\nb:2|c").unwrap();
    }
    receiver.start(Arc::clone(&shard), Arc::default()).unwrap().stop();
    let snapshot = snapshot_of(&shard);
    let packets = (3 * RECEIVE_BATCH_PACKETS) as f64;
    assert_eq!(counter(&snapshot, "a"), Some(packets));
    assert_eq!(counter(&snapshot, "b"), Some(2.0 * packets));
    assert_eq!(counter(&snapshot, "statsd.packets_received"), Some(packets));
}

#[test]
fn packets_are_recorded_while_it_runs() {
    let (receiver, shard) = (bind(LOOPBACK), shard());
    let sender = sender_to(&receiver);
    let handle = receiver.start(Arc::clone(&shard), Arc::default()).unwrap();
    sender.send(b"a:1|c").unwrap();
    // No stop is asked for, so the loop ends only when the running thread records.
    while shard.lock().unwrap().counts().packets == 0 {
        thread::yield_now();
    }
    handle.stop();
}

#[test]
fn the_largest_packet_there_is_comes_whole() {
    let (receiver, shard) = (bind(LOOPBACK), shard());
    let sender = sender_to(&receiver);
    // The headers of IPv4 and UDP take 28 of the 65,535 bytes.
    let lines = (PACKET_MAX_BYTES - 28) / 6;
    let mut packet = b"a:1|c\n".repeat(lines);
    packet.resize(PACKET_MAX_BYTES - 28, b'\n');
    sender.send(&packet).unwrap();
    sender.send(b"end:1|c").unwrap();
    receiver.start(Arc::clone(&shard), Arc::default()).unwrap().stop();
    let snapshot = snapshot_of(&shard);
    assert_eq!(counter(&snapshot, "a"), Some(lines as f64));
    assert_eq!(counter(&snapshot, "end"), Some(1.0));
}

#[test]
fn an_empty_packet_is_a_packet_without_lines() {
    let (receiver, shard) = (bind(LOOPBACK), shard());
    sender_to(&receiver).send(b"").unwrap();
    receiver.start(Arc::clone(&shard), Arc::default()).unwrap().stop();
    let snapshot = snapshot_of(&shard);
    assert_eq!(counter(&snapshot, "statsd.packets_received"), Some(1.0));
    assert_eq!(counter(&snapshot, "statsd.metrics_received"), Some(0.0));
}

#[test]
fn ipv6_is_received_where_the_machine_has_it() {
    if UdpSocket::bind("[::1]:0").is_err() {
        return;
    }
    let receiver = bind("[::1]:0");
    let shard = shard();
    sender_to(&receiver).send(b"a:1|c").unwrap();
    receiver.start(Arc::clone(&shard), Arc::default()).unwrap().stop();
    assert_eq!(counter(&snapshot_of(&shard), "a"), Some(1.0));
}

#[test]
fn a_bind_error_names_the_address() {
    let taken = bind(LOOPBACK).local_addr();
    let holder = UdpSocket::bind(taken).unwrap();
    let error = UdpReceiver::bind(taken, &UdpOptions::default()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
    drop(holder);
}

#[test]
fn the_receive_buffer_is_raised_and_never_lowered() {
    let size = |bytes| {
        let options = UdpOptions { receive_buffer_bytes: bytes };
        let receiver = UdpReceiver::bind(LOOPBACK.parse().unwrap(), &options).unwrap();
        SockRef::from(&receiver.socket).recv_buffer_size().unwrap()
    };
    let default = SockRef::from(&UdpSocket::bind(LOOPBACK).unwrap()).recv_buffer_size().unwrap();
    assert_eq!(size(1_024), default);
    assert!(size(default + 4_096) > default);
}
