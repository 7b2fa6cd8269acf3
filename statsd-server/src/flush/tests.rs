use std::net::UdpSocket;
use std::sync::mpsc::Sender;

use statsd_client::protocol::Dialect;

use super::*;
use crate::aggregate::{Kind, Listed, Snapshot};
use crate::backend::{Backend, BackendError};
use crate::events::Wanted;
use crate::limits::LANE_FLUSHES_MAX;
use crate::receiver::{Reading, Receivers, UdpOptions};

#[derive(Debug)]
struct At(Mutex<Duration>);

impl Clock for At {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

/// Passes its snapshots on.
#[derive(Debug)]
struct Probe {
    snapshots: Sender<Snapshot>,
    /// Ends each flush; at once, where nobody holds the other end.
    go: Receiver<()>,
}

impl Backend for Probe {
    fn name(&self) -> &'static str {
        "probe"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        self.snapshots.send(snapshot.clone()).unwrap();
        let _told = self.go.recv();
        Ok(())
    }
}

struct Bench {
    shards: Vec<Arc<Mutex<Shard>>>,
    telemetry: Arc<Telemetry>,
    snapshots: Receiver<Snapshot>,
}

fn shards(count: usize) -> Vec<Arc<Mutex<Shard>>> {
    (0..count).map(|_| Arc::new(Mutex::new(Shard::new(Dialect::Etsy)))).collect()
}

fn bench(count: usize, interval: Duration) -> (Bench, Flusher) {
    with_lanes(shards(count), interval, vec![mpsc::channel().1])
}

/// With a lane for each of `go`, which say when its flushes end.
fn with_lanes(
    shards: Vec<Arc<Mutex<Shard>>>,
    interval: Duration,
    go: Vec<Receiver<()>>,
) -> (Bench, Flusher) {
    let (sender, snapshots) = mpsc::channel();
    let telemetry = Arc::new(Telemetry::default());
    let lane = |go| {
        let probe: Box<dyn Backend> = Box::new(Probe { snapshots: sender.clone(), go });
        Lane::start(vec![probe], Arc::clone(&telemetry)).unwrap()
    };
    let lanes = go.into_iter().map(lane).collect();
    let flusher = Flusher::new(
        Options { interval, ..Options::default() },
        shards.clone(),
        lanes,
        Arc::new(At(Mutex::new(Duration::from_millis(1_000_995)))),
        Arc::clone(&telemetry),
    );
    (Bench { shards, telemetry, snapshots }, flusher)
}

fn record(shard: &Mutex<Shard>, packet: &str) {
    shard.lock().unwrap().record_packet(packet.as_bytes());
}

fn counter(snapshot: &Snapshot, name: &str) -> Option<f64> {
    snapshot.counters.get(name).copied()
}

const TEN_SECONDS: Duration = Duration::from_secs(10);

#[test]
fn flushes_keep_the_phase_of_the_startup() {
    let next =
        |now| next_flush(Duration::from_secs(1_003), TEN_SECONDS, Duration::from_millis(now));
    for (now, due) in [
        (1_002_600, 1_013),
        (1_003_000, 1_013),
        (1_007_999, 1_013),
        (1_012_990, 1_023),
        (1_013_000, 1_023),
        (1_017_000, 1_023),
        (1_019_000, 1_033),
        (2_000_001, 2_013),
    ] {
        assert_eq!(next(now), Duration::from_secs(due), "{now}");
    }
}

#[test]
fn a_clock_that_is_set_does_not_stop_the_flushes() {
    let startup = Duration::from_secs(1_700_000_000);
    for now in [0, 1, 1_600_000_000, 1_900_000_000] {
        let now = Duration::from_secs(now);
        let wait = next_flush(startup, TEN_SECONDS, now).checked_sub(now).unwrap();
        assert!(wait > Duration::ZERO && wait <= TEN_SECONDS * 3 / 2, "{now:?}: {wait:?}");
    }
}

#[test]
fn intervals_below_a_second_and_of_nothing_have_a_next_flush() {
    let now = Duration::from_millis(1_700_000_000_050);
    let next =
        |millis| next_flush(Duration::from_secs(1_700_000_000), Duration::from_millis(millis), now);
    assert_eq!(next(200), Duration::from_millis(1_700_000_000_200));
    assert!(next(0) > now);
    assert!(next_flush(now, Duration::MAX, now) > now);
}

#[test]
fn a_flush_merges_all_shards_and_counts_what_they_saw() {
    let (bench, mut flusher) = bench(2, TEN_SECONDS);
    record(&bench.shards[0], "a:1|c\nbad");
    record(&bench.shards[1], "a:2|c\nt:3|ms\nalso bad");
    flusher.flush_once(1_010);
    let snapshot = bench.snapshots.recv().unwrap();
    assert_eq!(snapshot.timestamp, 1_010);
    assert_eq!(counter(&snapshot, "a"), Some(3.0));
    assert_eq!(counter(&snapshot, "statsd.packets_received"), Some(2.0));
    assert_eq!(counter(&snapshot, "statsd.metrics_received"), Some(5.0));
    let telemetry = &bench.telemetry;
    assert_eq!(
        (telemetry.packets.get(), telemetry.lines.get(), telemetry.bad_lines.get()),
        (2, 5, 2)
    );
    assert_eq!(telemetry.flushes.get(), 1);
}

#[test]
fn every_interval_starts_from_nothing() {
    let (bench, mut flusher) = bench(1, TEN_SECONDS);
    let mut seen = Vec::new();
    for (timestamp, packet) in [(1, "a:1|c"), (2, "b:1|c"), (3, "a:5|c"), (4, ""), (5, "a:7|c")] {
        record(&bench.shards[0], packet);
        flusher.flush_once(timestamp);
        seen.push(counter(&bench.snapshots.recv().unwrap(), "a"));
    }
    assert_eq!(seen, [1.0, 0.0, 5.0, 0.0, 7.0].map(Some));
}

#[test]
fn a_backend_that_hangs_delays_neither_the_others_nor_the_next_flush() {
    let (hangs, told) = mpsc::channel();
    let (bench, mut flusher) = with_lanes(shards(1), TEN_SECONDS, vec![told, mpsc::channel().1]);
    let flushes = 2 * i64::try_from(LANE_FLUSHES_MAX).unwrap();
    for timestamp in 0..flushes {
        flusher.flush_once(timestamp);
        let expected = if timestamp == 0 { 2 } else { 1 };
        for _ in 0..expected {
            assert_eq!(bench.snapshots.recv().unwrap().timestamp, timestamp);
        }
    }
    assert_eq!(bench.telemetry.flushes.get(), flushes.unsigned_abs());
    assert_eq!(bench.telemetry.flushes_skipped.get(), LANE_FLUSHES_MAX as u64 - 1);
    drop(hangs);
    flusher.finish();
    assert_eq!(bench.snapshots.try_iter().count(), LANE_FLUSHES_MAX);
}

#[test]
fn nothing_is_lost_between_flushes_while_packets_come() {
    let mut receivers = Receivers::new(Reading::default());
    let address = receivers.udp("127.0.0.1:0".parse().unwrap(), &UdpOptions::default()).unwrap();
    let (bench, mut flusher) = with_lanes(receivers.shards(), TEN_SECONDS, vec![mpsc::channel().1]);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(address).unwrap();
    let handle = receivers.start(Arc::default()).unwrap();
    let (mut sent, mut total) = (0, 0.0);
    for _ in 0..20 {
        for _ in 0..100 {
            sender.send(b"a:1|c").unwrap();
            sent += 1;
        }
        // As many flushes as it takes; the kernel's buffer holds a round, so that it drops nothing.
        while bench.telemetry.packets.get() < sent {
            flusher.flush_once(1_000);
            total += counter(&bench.snapshots.recv().unwrap(), "a").unwrap_or_default();
        }
    }
    handle.stop();
    assert_eq!(
        (f64::to_bits(total), bench.telemetry.packets.get()),
        ((sent as f64).to_bits(), sent)
    );
}

#[test]
fn a_stop_flushes_the_open_interval_at_once_under_the_time_of_now() {
    let (bench, flusher) = bench(1, Duration::from_secs(3_600));
    record(&bench.shards[0], "a:1|c");
    flusher.start().unwrap().stop();
    let snapshot = bench.snapshots.recv().unwrap();
    assert_eq!((snapshot.timestamp, counter(&snapshot, "a")), (1_000, Some(1.0)));
    assert!(bench.snapshots.try_recv().is_err(), "one flush and no more");
}

#[test]
fn a_flush_carries_the_instant_that_was_due() {
    // The clock stands still 5 ms before second 1,001, which is the startup's phase, so every flush
    // is the one due 10 ms after that second.
    let (bench, flusher) = bench(1, Duration::from_millis(10));
    let handle = flusher.start().unwrap();
    assert_eq!(bench.snapshots.recv().unwrap().timestamp, 1_001);
    handle.stop();
}

fn wait_for<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
}

fn listed(inquirer: &Inquirer, name: &str) -> Option<Listed> {
    let listing = wait_for(inquirer.list(Kind::Counters)).expect("the thread runs");
    listing.entries.into_iter().find(|(counter, _)| counter == name).map(|(_, value)| value)
}

#[test]
fn a_question_sees_the_open_interval_of_all_shards_and_leaves_it_open() {
    let (bench, flusher) = bench(2, Duration::from_secs(3_600));
    let inquirer = flusher.inquirer();
    let handle = flusher.start().unwrap();
    record(&bench.shards[0], "a:1|c\nbad");
    record(&bench.shards[1], "a:2|c");
    assert_eq!(listed(&inquirer, "a"), Some(Listed::Number(3.0)));
    record(&bench.shards[1], "a:4|c");
    assert_eq!(listed(&inquirer, "a"), Some(Listed::Number(7.0)));
    let deleted = wait_for(inquirer.delete(Kind::Counters, vec!["a".to_owned()])).unwrap();
    assert_eq!(deleted[0].names, ["a"]);
    record(&bench.shards[0], "a:5|c");
    handle.stop();
    let snapshot = bench.snapshots.recv().unwrap();
    assert_eq!(counter(&snapshot, "a"), Some(5.0));
    assert_eq!(counter(&snapshot, "statsd.packets_received"), Some(4.0));
    assert_eq!((bench.telemetry.packets.get(), bench.telemetry.bad_lines.get()), (4, 1));
    assert_eq!(wait_for(inquirer.list(Kind::Counters)), None, "nobody answers any more");
}

#[test]
fn a_flush_that_is_due_comes_before_any_number_of_questions() {
    let (bench, flusher) = bench(1, Duration::from_millis(10));
    let inquirer = flusher.inquirer();
    let handle = flusher.start().unwrap();
    let asking = thread::spawn(move || {
        let mut answers = 0;
        wait_for(async {
            while inquirer.messages().await.is_some() {
                answers += 1;
            }
        });
        answers
    });
    for _ in 0..5 {
        assert_eq!(bench.snapshots.recv().unwrap().timestamp, 1_001);
    }
    handle.stop();
    assert!(asking.join().unwrap() > 0);
}

#[test]
fn a_handle_that_is_dropped_ends_the_thread_though_somebody_could_ask() {
    let (bench, flusher) = bench(1, Duration::from_secs(3_600));
    let inquirer = flusher.inquirer();
    record(&bench.shards[0], "a:1|c");
    drop(flusher.start().unwrap());
    assert_eq!(counter(&bench.snapshots.recv().unwrap(), "a"), Some(1.0));
    assert_eq!(wait_for(inquirer.messages()), None);
}

#[test]
fn the_last_packet_is_known_by_a_look_or_by_a_flush() {
    let (bench, mut flusher) = bench(1, TEN_SECONDS);
    assert_eq!(flusher.last_packet, 1_001, "the start");
    let clock = Arc::new(At(Mutex::new(Duration::from_secs(1_005))));
    flusher.clock = clock.clone();
    flusher.look();
    assert_eq!(flusher.last_packet, 1_001);
    record(&bench.shards[0], "a:1|c");
    flusher.look();
    assert_eq!(flusher.last_packet, 1_005);
    *clock.0.lock().unwrap() = Duration::from_millis(1_008_500);
    flusher.look();
    flusher.flush_once(1_010);
    assert_eq!(flusher.last_packet, 1_005, "the same packet is not seen twice");
    record(&bench.shards[0], "a:1|c");
    flusher.flush_once(1_020);
    assert_eq!(flusher.last_packet, 1_009);
}

#[test]
fn who_brings_the_names_is_told_after_each_flush() {
    let (bench, mut flusher) = bench(1, TEN_SECONDS);
    record(&bench.shards[0], "shop.a:1|c\nshop.b:1|c\ncron.a:1|ms");
    flusher.flush_once(1_010);
    let known = bench.telemetry.known.get();
    assert_eq!(known.contexts, 3 + 3);
    assert_eq!(known.first_nodes, [("shop".to_owned(), 2), ("cron".to_owned(), 1)]);
}

#[test]
fn events_and_service_checks_reach_the_log_with_the_flush() {
    let shard = Arc::new(Mutex::new(Shard::new(Dialect::DogStatsd)));
    let (bench, flusher) = with_lanes(vec![shard], TEN_SECONDS, vec![mpsc::channel().1]);
    let events = EventLog::default();
    let mut flusher = flusher.with_events(events.clone());
    record(&bench.shards[0], "_e{1,1}:a|b\n_e{1,1}:c|d|d:990\n_sc|db|1|m:slow\n_sc|db|9");
    flusher.flush_once(1_010);
    let wanted = Wanted { from: 0, until: 2_000, tags: Vec::new(), any: false };
    let times: Vec<_> = events.find(&wanted).into_iter().map(|event| event.when).collect();
    assert_eq!(times, [Some(990), Some(1_000)]);
    assert_eq!(events.checks()[0].message, "slow");
    let telemetry = &bench.telemetry;
    assert_eq!((telemetry.events.get(), telemetry.service_checks.get()), (2, 1));
    assert_eq!(telemetry.bad_lines.get(), 1);
    let snapshot = bench.snapshots.recv().unwrap();
    assert_eq!(snapshot.gauges.get("service_checks.db"), Some(&1.0));
}
