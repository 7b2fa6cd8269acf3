use std::net::UdpSocket;

use nix::sys::socket::{setsockopt, sockopt};

use super::*;
use crate::receiver::testing::{counts, shard};
use crate::receiver::udp::{self, UdpOptions};

type Read = fn(&mut Batch, &Socket) -> io::Result<()>;

/// What Linux has, and what others do.
const READERS: [(&str, Read); 2] = [("many", many::receive), ("one", one::receive)];

fn pair(options: &UdpOptions) -> (UdpSocket, Socket) {
    let (address, mut sockets) = udp::bind("127.0.0.1:0".parse().unwrap(), options).unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(address).unwrap();
    (sender, sockets.remove(0))
}

fn received(batch: &Batch) -> Vec<(usize, bool)> {
    batch.received.iter().map(|received| (received.bytes, received.truncated)).collect()
}

#[test]
fn packets_come_side_by_side_and_the_end_is_told() {
    for (name, read) in READERS {
        let (sender, socket) = pair(&UdpOptions::default());
        let mut batch = Batch::new(100);
        assert!(batch.receive(&socket).is_ok(), "{name}: nothing is no error");
        assert_eq!(batch.len(), 0);
        for packet in [&b"a:1|c"[..], b"", b"b:2|c\nb:1|c"] {
            sender.send(packet).unwrap();
        }
        let _nothing_more = read(&mut batch, &socket);
        assert_eq!(received(&batch), [(5, false), (0, false), (11, false)], "{name}");
        let shard = shard();
        batch.record(&shard, 7);
        let counts = counts(&shard);
        assert_eq!((counts.packets, counts.lines, counts.bad_lines()), (3, 3, 0), "{name}");
        assert_eq!(counts.lost.kernel_drops, 7);
    }
}

#[test]
fn a_packet_that_was_cut_is_told_and_not_read() {
    for (name, read) in READERS {
        let (sender, socket) = pair(&UdpOptions::default());
        let mut batch = Batch::new(10);
        sender.send(b"a:1|c\na:22|c").unwrap();
        sender.send(b"a:1|c\na:1|").unwrap();
        let _nothing_more = read(&mut batch, &socket);
        let cut: Vec<bool> = received(&batch).iter().map(|(_, cut)| *cut).collect();
        assert_eq!(cut, [true, false], "{name}");
        let shard = shard();
        batch.record(&shard, 0);
        let counts = counts(&shard);
        assert_eq!((counts.packets, counts.lines), (2, 2), "{name}");
        assert_eq!(counts.lost.packets_truncated, 1, "{name}");
    }
}

#[test]
fn a_full_batch_leaves_the_rest_where_it_is() {
    let (sender, socket) = pair(&UdpOptions::default());
    for _ in 0..=RECEIVE_BATCH_PACKETS {
        sender.send(b"a:1|c").unwrap();
    }
    let mut batch = Batch::new(100);
    batch.receive(&socket).unwrap();
    assert!(batch.is_full());
    batch.receive(&socket).unwrap();
    assert_eq!(batch.len(), 1);
}

/// Drops are told with every packet that comes after them, batch after batch.
#[test]
fn the_kernel_tells_its_drops_with_every_batch() {
    let (sender, socket) = pair(&UdpOptions { receive_buffer_bytes: 0, ..UdpOptions::default() });
    socket.set_recv_buffer_size(2_048).unwrap();
    let mut batch = Batch::new(100);
    let mut before = 0;
    for _ in 0..3 {
        for _ in 0..50 {
            sender.send(b"a:1|c").unwrap();
        }
        batch.receive(&socket).unwrap();
        let kept = batch.len();
        assert!(kept < 50);
        sender.send(b"a:1|c").unwrap();
        batch.receive(&socket).unwrap();
        let dropped = batch.dropped().expect("a count");
        assert_eq!(dropped - before, u32::try_from(50 - kept).unwrap());
        before = dropped;
    }
}

#[test]
fn a_segmented_train_is_taken_apart() {
    let (sender, socket) = pair(&UdpOptions::default());
    if setsockopt(&sender, sockopt::UdpGsoSegment, &6).is_err() {
        return;
    }
    // Four datagrams of six bytes, and a shorter one.
    sender.send(b"a:1|c\na:2|c\na:3|c\na:4|c\na:5|c").unwrap();
    let mut batch = Batch::new(100);
    batch.receive(&socket).unwrap();
    let shard = shard();
    batch.record(&shard, 0);
    let counts = counts(&shard);
    assert_eq!((counts.packets, counts.lines, counts.samples), (5, 5, 5));
    // From now on nobody knows how many packets a drop is, and that is told.
    assert_eq!(batch.dropped_by_kernel(2).kernel_drops_merged, 2);
    assert_eq!(Batch::new(100).dropped_by_kernel(2).kernel_drops_merged, 0);
}
