//! More than the server can take: it loses what it must, knows how much that was, and flushes on time.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::alone;
use super::carbon::{Carbon, Flush};
use super::server::{Server, count, until};

/// Good lines of a packet of the flood; there is one bad one more.
const GOOD: usize = 39;

/// Flushes that the flood lasts.
const FLUSHES: usize = 5;

/// Senders as fast as they can be.
struct Flood {
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<u64>>,
}

impl Flood {
    fn start(to: SocketAddr) -> Self {
        let packet = format!("{}nonsense\n", "flood.requests:1|c\n".repeat(GOOD));
        let stop = Arc::<AtomicBool>::default();
        let sender = || {
            let (packet, stop) = (packet.clone(), Arc::clone(&stop));
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            thread::spawn(move || {
                let mut sent = 0;
                while !stop.load(Ordering::Relaxed) {
                    sent += u64::from(socket.send_to(packet.as_bytes(), to).is_ok());
                }
                sent
            })
        };
        let senders = vec![sender(), sender()];
        Self { stop, senders }
    }

    /// Ends it; how many datagrams the kernel has taken.
    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    }
}

#[test]
fn beyond_its_capacity_it_flushes_on_time_and_every_datagram_is_accounted_for() {
    let _alone = alone();
    let carbon = Carbon::start(&["stats_counts."]);
    let server = Server::configured(&format!("data = 'off'\n{}", carbon.tables()));
    let mut flushes = vec![carbon.next()];
    let flood = Flood::start(server.statsd);
    flushes.extend((0..FLUSHES).map(|_| carbon.next()));
    let sent = flood.stop() as f64;

    let sum = |flushes: &[Flush], series: &str| -> f64 {
        flushes.iter().map(|flush| flush.value(series)).sum()
    };
    let accounted = |flushes: &[Flush]| {
        sum(flushes, "stats_counts.statsd.packets_received")
            + sum(flushes, "stats_counts.statsd.kernel_drops")
    };
    until("every datagram is received or dropped", || {
        flushes.push(carbon.next());
        (accounted(&flushes) >= sent).then_some(())
    });
    for (before, after) in flushes.iter().zip(&flushes[1..]) {
        assert_eq!(after.timestamp, before.timestamp + 1, "a flush for every second");
    }

    let received = sum(&flushes, "stats_counts.statsd.packets_received");
    let dropped = sum(&flushes, "stats_counts.statsd.kernel_drops");
    let lines = received * (GOOD + 1) as f64;
    println!("{sent} sent == {received} received + {dropped} dropped by the kernel");
    assert_eq!(sent, received + dropped);
    assert!(dropped >= received, "this was to be twice what it can take: {dropped} of {sent}");
    assert_eq!(sum(&flushes, "stats_counts.statsd.metrics_received"), lines);
    assert_eq!(sum(&flushes, "stats_counts.statsd.bad_lines_seen"), received);
    assert_eq!(sum(&flushes, "stats_counts.flood.requests"), received * GOOD as f64);

    let status = server.status();
    let counts =
        ["packets", "kernel_drops", "lines", "bad_lines"].map(|name| count(&status, name) as f64);
    assert_eq!(counts, [received, dropped, lines, received]);
    server.stop();
}

/// Bytes that the kernel counts for a small datagram in a buffer, at most.
const SMALL_DATAGRAM_BYTES: u64 = 1_280;

const BURST: u64 = 1_000;

#[test]
fn a_burst_of_a_thousand_packets_loses_none() {
    let _alone = alone();
    let server = Server::configured("data = 'off'\n");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..BURST {
        socket.send_to(format!("burst.{}:1|c", n % 10).as_bytes(), server.statsd).unwrap();
    }
    let status = until("every datagram is received or dropped", || {
        let status = server.status();
        (count(&status, "packets") + count(&status, "kernel_drops") == BURST).then_some(status)
    });
    // The kernel doubles what it is asked for.
    let allowed = std::fs::read_to_string("/proc/sys/net/core/rmem_max").ok();
    let room = allowed.map_or(0, |bytes| 2 * bytes.trim().parse::<u64>().unwrap());
    if room < BURST * SMALL_DATAGRAM_BYTES {
        println!("net.core.rmem_max has no room for {BURST} packets: only accounted for");
        return;
    }
    assert_eq!(count(&status, "packets"), BURST);
    let counters = server.console("counters");
    assert!((0..10).all(|n| counters.contains(&format!("'burst.{n}': "))), "{counters}");
    server.stop();
}
