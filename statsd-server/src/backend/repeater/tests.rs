use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;

use super::*;

const PATIENCE: Duration = Duration::from_secs(30);

fn start(protocol: RepeaterProtocol, targets: &[String]) -> (Tap, Repeater, Arc<Telemetry>) {
    let telemetry = Arc::new(Telemetry::default());
    let options = RepeaterOptions { targets: targets.to_vec(), protocol };
    let (tap, repeater) = Repeater::start(&options, Arc::clone(&telemetry)).unwrap();
    (tap, repeater, telemetry)
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut packet = vec![0; 65_536];
    let length = socket.recv(&mut packet).unwrap();
    packet.truncate(length);
    packet
}

#[test]
fn every_server_gets_every_packet_as_it_came_over_both_families() {
    let sockets = ["127.0.0.1:0", "[::1]:0"].map(|any| UdpSocket::bind(any).unwrap());
    let targets = sockets.each_ref().map(|socket| socket.local_addr().unwrap().to_string());
    let (tap, repeater, telemetry) = start(RepeaterProtocol::Udp4, &targets);
    let packets: [&[u8]; 4] = [b"a:1|c\nb:2|c\n", b"", b"not \xff a line", &[b'x'; 8_000]];
    tap.offer(packets.into_iter());
    for socket in &sockets {
        assert_eq!([(); 4].map(|()| receive(socket)), packets);
    }
    drop(tap);
    assert!(repeater.join(PATIENCE));
    let counts = (telemetry.packets_repeated.get(), telemetry.packets_not_repeated.get());
    assert_eq!(counts, (8, 0));
}

#[test]
fn one_that_is_not_there_costs_the_others_nothing() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let targets = ["nowhere.invalid:8125".to_owned(), socket.local_addr().unwrap().to_string()];
    let (tap, repeater, telemetry) = start(RepeaterProtocol::Udp4, &targets);
    for i in 0..20_u8 {
        tap.offer([&[i][..]].into_iter());
        assert_eq!(receive(&socket), [i]);
    }
    drop(tap);
    assert!(repeater.join(PATIENCE));
    let counts = (telemetry.packets_repeated.get(), telemetry.packets_not_repeated.get());
    assert_eq!(counts, (20, 20));
}

#[test]
fn over_tcp_every_packet_is_followed_by_a_line_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let targets = [listener.local_addr().unwrap().to_string()];
    let (tap, repeater, telemetry) = start(RepeaterProtocol::Tcp, &targets);
    tap.offer([&b"a:1|c\nb:2|c"[..], b"c:3|c"].into_iter());
    let stream = listener.accept().unwrap().0;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert_eq!([(); 3].map(|()| lines.next().unwrap()), ["a:1|c", "b:2|c", "c:3|c"]);
    tap.offer([&b"d:4|c"[..]].into_iter());
    assert_eq!(lines.next().unwrap(), "d:4|c", "over the same connection");
    drop(tap);
    assert!(repeater.join(PATIENCE));
    assert_eq!(lines.next(), None);
    assert_eq!(telemetry.packets_repeated.get(), 3);
}

#[test]
fn what_failed_is_made_anew_but_not_at_once() {
    let mut renewed = Renewed::new();
    assert!(renewed.get(|| Err(io::ErrorKind::NotFound.into())).is_err());
    assert!(renewed.get(|| Ok(1)).is_err(), "not at once");
    renewed.failed = Some(Instant::now().checked_sub(RETRY_AFTER * 2).unwrap());
    assert_eq!(*renewed.get(|| Ok(2)).unwrap(), 2);
    assert_eq!(*renewed.get(|| Ok(3)).unwrap(), 2, "it is not old");
    renewed.now = renewed.now.map(|(n, made)| (n, made.checked_sub(RESOLVED_FOR * 2).unwrap()));
    assert_eq!(*renewed.get(|| Err(io::ErrorKind::NotFound.into())).unwrap(), 2);
    renewed.failed = None;
    assert_eq!(*renewed.get(|| Ok(4)).unwrap(), 4);
}

#[test]
fn what_one_datagram_does_not_hold_goes_in_pieces_that_end_with_a_line() {
    let of = |packet: &'static str| -> Vec<&str> {
        pieces(packet.as_bytes(), 10).map(|piece| std::str::from_utf8(piece).unwrap()).collect()
    };
    assert_eq!(of(""), [""]);
    assert_eq!(of("a:1|c\nb:1"), ["a:1|c\nb:1"]);
    assert_eq!(of("a:1|c\nb:1|c\nc:1|c"), ["a:1|c\n", "b:1|c\n", "c:1|c"].as_slice());
    assert_eq!(of("no line's end in it"), ["no line's end in it"]);
}
