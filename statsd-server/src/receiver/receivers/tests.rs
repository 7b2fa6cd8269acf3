use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::thread;

use serde_json::Value;

use super::*;
use crate::aggregate::Lost;
use crate::limits::LINE_MAX_BYTES;
use crate::receiver::testing::{counter, snapshot_of, until};

fn local() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn receivers() -> Receivers {
    Receivers::new(Reading::default())
}

fn stop(receivers: Receivers) {
    receivers.start(Arc::default()).unwrap().stop();
}

#[test]
fn every_kind_at_once_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let (datagram, stream) = (folder.path().join("d.sock"), folder.path().join("s.sock"));
    let mut receivers = receivers();
    let (udp, tcp) = receivers.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    assert_eq!(udp, tcp, "one port for both");
    receivers.unix_datagram(&datagram, Some(0o600)).unwrap();
    receivers.unix_stream(&stream, None).unwrap();
    let told: Vec<String> = receivers.listening().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            format!("udp {udp}"),
            format!("tcp {tcp}"),
            format!("unix datagram {}", datagram.display()),
            format!("unix stream {}", stream.display()),
        ]
    );
    let shards = receivers.shards();
    assert_eq!(shards.len(), 3);

    UdpSocket::bind(local()).unwrap().send_to(b"a:1|c", udp).unwrap();
    UnixDatagram::unbound().unwrap().send_to(b"a:10|c", &datagram).unwrap();
    TcpStream::connect(tcp).unwrap().write_all(b"a:100|c\n").unwrap();
    UnixStream::connect(&stream).unwrap().write_all(b"a:1000|c\n").unwrap();
    stop(receivers);
    let snapshot = snapshot_of(&shards);
    assert_eq!(counter(&snapshot, "a"), Some(1_111.0));
    assert_eq!(counter(&snapshot, "statsd.packets_received"), Some(4.0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no socket file is left");
}

#[test]
fn the_tap_gets_what_every_kind_receives_as_it_came() {
    let folder = tempfile::tempdir().unwrap();
    let (datagram, stream) = (folder.path().join("d.sock"), folder.path().join("s.sock"));
    let (tap, mut tapped) = Tap::new(1, Arc::default());
    let mut receivers = receivers();
    let (udp, tcp) = receivers.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    receivers.unix_datagram(&datagram, None).unwrap();
    receivers.unix_stream(&stream, None).unwrap();
    let shards = receivers.shards();

    UdpSocket::bind(local()).unwrap().send_to(b"udp:1|c\nno line", udp).unwrap();
    UdpSocket::bind(local()).unwrap().send_to(b"", udp).unwrap();
    UnixDatagram::unbound().unwrap().send_to(b"unix:1|c", &datagram).unwrap();
    TcpStream::connect(tcp).unwrap().write_all(b"tcp:1|c\ntcp:2|c\ntail:1|c").unwrap();
    UnixStream::connect(&stream).unwrap().write_all(b"stream:1|c\n").unwrap();
    stop(receivers.with_tap(tap));
    let batches = tapped.remove(0);
    let mut packets: Vec<Vec<u8>> =
        batches.flat_map(|batch| batch.iter().map(<[u8]>::to_vec).collect::<Vec<_>>()).collect();
    packets.sort();
    let expected: [&[u8]; 6] = [
        b"",
        b"stream:1|c\n",
        b"tail:1|c",
        b"tcp:1|c\ntcp:2|c\n",
        b"udp:1|c\nno line",
        b"unix:1|c",
    ];
    assert_eq!(packets, expected);
    let recorded = counter(&snapshot_of(&shards), "statsd.packets_received");
    assert_eq!(recorded, Some(6.0), "and they are recorded all the same");
}

#[test]
fn ipv6_is_received_where_the_machine_has_it() {
    if UdpSocket::bind("[::1]:0").is_err() {
        return;
    }
    let mut receivers = receivers();
    let any = "[::1]:0".parse().unwrap();
    let (udp, tcp) = receivers.udp_and_tcp(any, &UdpOptions::default()).unwrap();
    let shards = receivers.shards();
    UdpSocket::bind("[::1]:0").unwrap().send_to(b"a:1|c", udp).unwrap();
    TcpStream::connect(tcp).unwrap().write_all(b"a:2|c\n").unwrap();
    stop(receivers);
    assert_eq!(counter(&snapshot_of(&shards), "a"), Some(3.0));
}

#[test]
fn the_largest_packets_there_are_come_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sock");
    let mut receivers = receivers();
    let udp = receivers.udp(local(), &UdpOptions::default()).unwrap();
    receivers.unix_datagram(&path, None).unwrap();
    let shards = receivers.shards();
    // The headers of IPv4 and UDP take 28 of the 65,535 bytes.
    let lines = (65_535 - 28) / 6;
    UdpSocket::bind(local()).unwrap().send_to(&b"a:1|c\n".repeat(lines), udp).unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    // What the system lets a socket send, some of which goes to its own books.
    let room = socket2::SockRef::from(&sender).send_buffer_size().unwrap();
    let unix_lines = (room.min(200_000) - 1_024) / 6;
    sender.send_to(&b"b:1|c\n".repeat(unix_lines), &path).unwrap();
    stop(receivers);
    let snapshot = snapshot_of(&shards);
    assert_eq!(counter(&snapshot, "a"), Some(lines as f64));
    assert_eq!(counter(&snapshot, "b"), Some(unix_lines as f64));
}

#[test]
fn several_sockets_share_the_senders_and_lose_nothing() {
    let mut receivers = receivers();
    let options = UdpOptions { sockets: 4, ..UdpOptions::default() };
    let udp = receivers.udp(local(), &options).unwrap();
    let shards = receivers.shards();
    assert_eq!(shards.len(), 5);
    let handle = receivers.start(Arc::default()).unwrap();
    // The kernel deals out by the sender's port.
    for _ in 0..64 {
        let sender = UdpSocket::bind(local()).unwrap();
        for _ in 0..20 {
            sender.send_to(b"a:1|c", udp).unwrap();
        }
    }
    handle.stop();
    let used = shards.iter().filter(|shard| shard.lock().unwrap().counts().packets > 0).count();
    assert!(used > 1, "{used} of the sockets were used");
    assert_eq!(counter(&snapshot_of(&shards), "a"), Some(64.0 * 20.0));
}

/// Everything that a `send` or a `write` said was taken is counted, however much is on its way.
#[test]
fn a_stop_under_load_loses_nothing_that_the_kernel_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sock");
    let mut receivers = receivers();
    let (udp, tcp) = receivers.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    receivers.unix_datagram(&path, None).unwrap();
    let shards = receivers.shards();
    let (stream_shard, unix_shard) = (Arc::clone(&shards[2]), Arc::clone(&shards[1]));
    let handle = receivers.start(Arc::default()).unwrap();

    let udp_sender = thread::spawn(move || {
        let sender = UdpSocket::bind(local()).unwrap();
        (0..3_000).map(|_| sender.send_to(b"udp:1|c", udp).map_or(0, |_| 1)).sum::<u32>()
    });
    let unix_sender = thread::spawn(move || {
        let sender = UnixDatagram::unbound().unwrap();
        (0..3_000).map(|_| sender.send_to(b"unix:1|c", &path).map_or(0, |_| 1)).sum::<u32>()
    });
    let mut streams: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(tcp).unwrap()).collect();
    for stream in &mut streams {
        stream.write_all(&b"tcp:1|c\n".repeat(1_000)).unwrap();
    }
    until(&stream_shard, |counts| counts.samples > 0);
    until(&unix_shard, |counts| counts.samples > 0);
    let (sent_udp, sent_unix) = (udp_sender.join().unwrap(), unix_sender.join().unwrap());
    handle.stop();

    let snapshot = snapshot_of(&shards);
    let dropped = counter(&snapshot, "statsd.kernel_drops").unwrap_or(0.0);
    assert_eq!(counter(&snapshot, "udp").unwrap() + dropped, f64::from(sent_udp));
    assert_eq!(counter(&snapshot, "unix"), Some(f64::from(sent_unix)));
    assert_eq!(counter(&snapshot, "tcp"), Some(20_000.0));
}

#[test]
fn a_taken_address_is_refused_and_nothing_is_left_behind() {
    let mut first = receivers();
    let (udp, tcp) = first.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    let mut second = receivers();
    assert!(second.udp(udp, &UdpOptions::default()).is_err());
    let error = second.tcp(tcp).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&tcp.to_string()), "{error}");
    // TCP alone is taken: UDP of the pair is given back.
    drop(first);
    let holder = std::net::TcpListener::bind(tcp).unwrap();
    assert!(second.udp_and_tcp(udp, &UdpOptions::default()).is_err());
    assert!(second.listening().is_empty());
    UdpSocket::bind(udp).unwrap();
    drop(holder);
}

/// Keeps what it is fed.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

impl Feed for Kept {
    fn take(&mut self, packets: &mut dyn Iterator<Item = &[u8]>) {
        self.0.lock().unwrap().extend(packets.map(<[u8]>::to_vec));
    }

    fn lose(&mut self, lost: Lost) {
        self.0.lock().unwrap().push(format!("{lost:?}").into_bytes());
    }
}

#[test]
fn a_feed_gets_every_packet_as_it_came_and_the_shards_nothing() {
    let mut receivers = receivers();
    let (udp, tcp) = receivers.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    let shards = receivers.shards();
    let (kept, mut feeds) = (Kept::default(), 0);
    let make = || {
        feeds += 1;
        Ok(Box::new(kept.clone()) as Box<dyn Feed>)
    };
    let handle = receivers.start_feeding(make, Arc::default()).unwrap();
    assert_eq!(feeds, 2, "one a thread");
    let sender = UdpSocket::bind(local()).unwrap();
    sender.send_to(b"caf\xc3\xa9:1|c\n\xff", udp).unwrap();
    sender.send_to(b"", udp).unwrap();
    let mut stream = TcpStream::connect(tcp).unwrap();
    stream.write_all(b"caf\xc3\xa9:1|c\n").unwrap();
    drop(stream);
    handle.stop();
    let mut packets = kept.0.lock().unwrap().clone();
    packets.sort();
    assert_eq!(packets, [&b""[..], b"caf\xc3\xa9:1|c\n", b"caf\xc3\xa9:1|c\n\xff"]);
    assert!(shards.iter().all(|shard| shard.lock().unwrap().counts().packets == 0));
}

#[test]
fn a_feed_is_told_of_what_is_lost() {
    let mut receivers = receivers();
    let tcp = receivers.tcp(local()).unwrap();
    let kept = Kept::default();
    let make = || Ok(Box::new(kept.clone()) as Box<dyn Feed>);
    let handle = receivers.start_feeding(make, Arc::default()).unwrap();
    let mut stream = TcpStream::connect(tcp).unwrap();
    stream.write_all(&vec![b'x'; LINE_MAX_BYTES + 2]).unwrap();
    stream.write_all(b"\na:1|c\n").unwrap();
    drop(stream);
    handle.stop();
    let seen = kept.0.lock().unwrap().clone();
    let lost = Lost { lines_too_long: 1, ..Lost::default() };
    assert!(seen.contains(&format!("{lost:?}").into_bytes()));
    assert!(seen.iter().any(|packet| packet.ends_with(b"a:1|c\n")));
}

/// Packets that break other servers, from the recorded cases.
fn hostile() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/etsy/server-vectors.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = vectors["malformed"].as_array().unwrap();
    cases.iter().filter_map(|case| Some(case["packet"].as_str()?.into())).collect()
}

/// One shard's counts and names are all there is to compare: the two ways share everything behind it.
#[test]
fn hostile_packets_mean_the_same_over_udp_and_over_tcp_cut_anywhere() {
    let mut receivers = receivers();
    let (udp, tcp) = receivers.udp_and_tcp(local(), &UdpOptions::default()).unwrap();
    let shards = receivers.shards();
    let handle = receivers.start(Arc::default()).unwrap();
    let sender = UdpSocket::bind(local()).unwrap();
    let cases = hostile();
    assert!(cases.len() > 50);
    let mut chunks = 0;
    // Streams of etsy's are ASCII, so other letters are other names there.
    for packet in cases.iter().filter(|packet| packet.is_ascii() && !packet.is_empty()) {
        for cut in 0..packet.len() {
            let packets = shards[0].lock().unwrap().counts().packets;
            sender.send_to(packet, udp).unwrap();
            until(&shards[0], |counts| counts.packets > packets);

            let lines = shards[0].lock().unwrap().counts().lines;
            let mut stream = TcpStream::connect(tcp).unwrap();
            stream.set_nodelay(true).unwrap();
            stream.write_all(&packet[..cut]).unwrap();
            thread::yield_now();
            stream.write_all(&packet[cut..]).unwrap();
            drop(stream);
            until(&shards[1], |counts| counts.lines == lines);
            chunks += 1;
        }
    }
    handle.stop();
    assert!(chunks > 500);
    let without_packets = |shard: &Arc<Mutex<Shard>>| {
        let mut snapshot = snapshot_of(std::slice::from_ref(shard));
        let counters =
            snapshot.counters.iter().filter(|(name, _)| *name != "statsd.packets_received");
        snapshot.counters = counters.map(|(name, sum)| (name, *sum)).collect();
        snapshot
    };
    assert_eq!(without_packets(&shards[1]), without_packets(&shards[0]));
}
