use std::net::UdpSocket;

use super::*;
use crate::receiver::testing::{counts, shard, until};
use crate::receiver::udp::{self, UdpOptions};

fn pair(receive_buffer_bytes: Option<usize>) -> (UdpSocket, Datagrams) {
    let any = "127.0.0.1:0".parse().unwrap();
    let (address, mut sockets) = udp::bind(any, &UdpOptions::default()).unwrap();
    let socket = sockets.remove(0);
    if let Some(bytes) = receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes).unwrap();
    }
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(address).unwrap();
    (sender, Datagrams::udp(socket, format!("udp {address}")))
}

#[test]
fn sent_is_received_and_dropped_by_the_kernel() {
    const SENT: u64 = 2_000;
    let (sender, datagrams) = pair(Some(4_096));
    let shard = shard();
    for _ in 0..SENT / 2 {
        sender.send(b"a:1|c").unwrap();
    }
    let handle = datagrams.start(Arc::clone(&shard), Arc::default()).unwrap();
    // The second half comes while somebody reads; nobody knows how many of them find room.
    until(&shard, |counts| counts.packets > 0);
    for _ in 0..SENT / 2 {
        sender.send(b"a:1|c").unwrap();
    }
    handle.stop().join().unwrap();
    let counts = counts(&shard);
    assert!(counts.lost.kernel_drops > SENT / 4, "{counts:?}");
    assert_eq!(counts.packets + counts.lost.kernel_drops, SENT);
    assert_eq!(counts.samples, counts.packets);
}

/// Here no packet follows that would tell of the drops: the kernel's table is asked in the silence.
#[test]
fn drops_are_told_while_it_runs_though_nothing_more_comes() {
    let (sender, datagrams) = pair(Some(4_096));
    let shard = shard();
    for _ in 0..500 {
        sender.send(b"a:1|c").unwrap();
    }
    let handle = datagrams.start(Arc::clone(&shard), Arc::default()).unwrap();
    until(&shard, |counts| counts.packets + counts.lost.kernel_drops == 500);
    assert!(counts(&shard).lost.kernel_drops > 0);
    handle.stop().join().unwrap();
    assert_eq!(counts(&shard).packets + counts(&shard).lost.kernel_drops, 500);
}

#[test]
fn a_burst_of_a_thousand_packets_is_received_whole() {
    let (sender, datagrams) = pair(None);
    // Half a buffer a nap, and a thousand small packets take about a megabyte of it.
    let room = datagrams.socket.recv_buffer_size().unwrap();
    let shard = shard();
    let handle = datagrams.start(Arc::clone(&shard), Arc::default()).unwrap();
    for _ in 0..1_000 {
        sender.send(b"a:1|c").unwrap();
    }
    handle.stop().join().unwrap();
    let counts = counts(&shard);
    assert_eq!(counts.packets + counts.lost.kernel_drops, 1_000);
    if room >= 1 << 20 {
        assert_eq!(counts.packets, 1_000);
    }
}

#[test]
fn packets_are_recorded_while_it_runs_and_between_naps() {
    let (sender, datagrams) = pair(None);
    let shard = shard();
    let handle = datagrams.start(Arc::clone(&shard), Arc::default()).unwrap();
    for packets in 1..=20 {
        sender.send(b"a:1|c").unwrap();
        until(&shard, |counts| counts.packets == packets);
    }
    handle.stop().join().unwrap();
}

#[test]
fn a_nap_is_bounded_and_shorter_where_the_buffer_is_small() {
    let (_sender, small) = pair(Some(100_000));
    assert!(small.nap < Duration::from_micros(100), "{:?}", small.nap);
    let (_sender, default) = pair(None);
    assert!(default.nap <= DATAGRAM_NAP_MAX && default.nap > Duration::ZERO);
}

/// Senders that never stop do not keep a stop waiting.
#[test]
fn a_stop_comes_through_a_flood() {
    let (sender, datagrams) = pair(None);
    let shard = shard();
    let handle = datagrams.start(Arc::clone(&shard), Arc::default()).unwrap();
    let (stop, stopped) = stop().unwrap();
    let flood = thread::spawn(move || {
        let mut sent: u64 = 0;
        while !stopped.is_stopped() {
            // Once the socket is closed the system refuses.
            sent += u64::from(sender.send(b"a:1|c").is_ok());
        }
        sent
    });
    until(&shard, |counts| counts.packets > 1_000);
    handle.stop().join().unwrap();
    drop(stop);
    let sent = flood.join().unwrap();
    let counts = counts(&shard);
    assert!(counts.packets + counts.lost.kernel_drops <= sent);
}
