//! What is wrong is counted or answered; nothing else is lost; nothing leaves the data folder.

use std::net::UdpSocket;

use statsd_tests::{Server, get};

use super::{flushes, values, wait_for};

fn render_sum(server: &Server, series: &str) -> f64 {
    values(&get(server.http, &format!("/render?format=json&from=-10min&target={series}")))
        .iter()
        .sum()
}

#[test]
fn hostile_packets_are_counted_and_the_rest_is_kept() {
    let server = Server::start();
    let mut flushes = flushes(&server);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = |packet: &[u8]| {
        socket.send_to(packet, server.statsd).unwrap();
    };
    send(b"good:1|c\nnonsense\ngood:x|c\ngood:1|c");
    send(b"../../etc/passwd:1|c\n/etc/shadow:1|c\n..:1|c\n\0:1|c\ngood:1|c");
    // The largest datagram there is, full of good lines.
    let lines = 65_507 / b"good:1|c\n".len();
    send(&b"good:1|c\n".repeat(lines));
    // Noise without newlines and without the letters of a type.
    let noise: Vec<u8> =
        (0..1_400_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    send(&noise);
    send(b"constructor:1|ms\n__proto__:1|s\ngood:1|c|@Infinity\ngood:1|c");

    let good = (lines + 4) as f64;
    assert_eq!(wait_for(&mut flushes, "stats_counts.good", good), good);
    assert_eq!(render_sum(&server, "stats_counts.good"), good);
    assert_eq!(render_sum(&server, "stats_counts.statsd.bad_lines_seen"), 4.0);
    assert_eq!(render_sum(&server, "stats_counts.statsd.packets_received"), 5.0);
    assert_eq!(render_sum(&server, "stats.timers.constructor.count"), 1.0);

    let outside: Vec<_> = std::fs::read_dir(server.folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(outside, ["data"], "nothing but the data folder was written");
}

#[test]
fn a_request_that_makes_no_sense_is_answered_with_where_and_why() {
    let server = Server::start();
    for (target, words) in [
        ("/render?target=a.b(&format=json", "target"),
        ("/render?target=sumSeries(a)&format=json", "sumSeries"),
        ("/render?target=a&from=yesterdayish&format=json", "from"),
        ("/render?target=a&format=docx", "docx"),
        ("/metrics/find?query=a.[b", "a.[b"),
    ] {
        let answer = get(server.http, target);
        assert_eq!(answer.status, 400, "{target}: {answer:?}");
        assert!(answer.body.contains(words), "{target}: {}", answer.body);
        assert!(answer.content_type.starts_with("text/plain"), "{answer:?}");
        assert_eq!(answer.body.trim_end().lines().count(), 1, "{answer:?}");
    }
    assert_eq!(get(server.http, "/render?target=no.such.series&format=json").body.trim(), "[]");
}
