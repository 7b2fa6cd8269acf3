//! A client on both sides of a fork. One test, in a process of its own: a child of a process with other
//! tests' threads would be theirs, too.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::Duration;

use fork::{Fork, fork};
use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{Client, Counter};

const PATIENCE: Duration = Duration::from_secs(10);

/// What every name adds up to in the packets that have arrived.
fn sums(server: &UdpSocket) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    let mut packet = [0; 2048];
    while let Ok(length) = server.recv(&mut packet) {
        for sample in parse(&packet[..length], Dialect::Etsy).flatten() {
            let Value::Number(number) = sample.value else { panic!("{sample:?}") };
            *sums.entry(String::from_utf8_lossy(sample.name).into_owned()).or_default() += number;
        }
    }
    sums
}

/// What parent and child do after the fork. `true`: all of it was sent.
fn record(client: &Client, side: &str, hits: &Counter) -> bool {
    hits.increment();
    client.count(side, 2);
    client.timing("time", Duration::from_millis(1));
    std::thread::scope(|scope| {
        scope.spawn(|| hits.add(10));
    });
    client.flush(PATIENCE)
}

#[test]
#[expect(clippy::exit, reason = "the child does not go through the test harness")]
fn what_was_recorded_before_and_after_a_fork_is_sent_once() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = Client::builder()
        .address(server.local_addr().unwrap().to_string())
        // Nothing leaves before it is told to.
        .flush_interval(Duration::from_secs(3600))
        .build()
        .unwrap();
    let hits = Counter::new("hits").on(&client);
    hits.add(100);
    client.timing("time", Duration::from_millis(7));
    client.gauge("depth", 3);

    let side = statsd_client::around_fork(&[&client], || fork().unwrap());
    match side {
        Fork::Child => {
            let all_sent = record(&client, "child", &hits);
            std::process::exit(i32::from(!all_sent));
        }
        Fork::Parent(child) => {
            assert!(record(&client, "parent", &hits));
            assert_eq!(fork::waitpid(child).unwrap(), 0, "the child has sent all");
        }
    }
    server.set_nonblocking(true).unwrap();
    let expected =
        [("child", 2.0), ("depth", 3.0), ("hits", 122.0), ("parent", 2.0), ("time", 9.0)];
    assert_eq!(sums(&server), expected.map(|(name, sum)| (name.to_owned(), sum)).into());
}
