use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use statsd_client::protocol::Dialect;

use super::*;
use crate::aggregate::{Shard, Snapshot};
use crate::backend::{Backend, BackendError};
use crate::clock::SystemClock;
use crate::telemetry::Telemetry;

type Seen = (&'static str, i64, Snapshot);

/// Tells who it is, and passes the flush on.
#[derive(Debug)]
struct Probe {
    name: &'static str,
    /// Which of its name it is.
    number: i64,
    to: Sender<Seen>,
}

impl Backend for Probe {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        self.to.send((self.name, self.number, snapshot.clone())).unwrap();
        Ok(())
    }
}

struct Bench {
    flusher: Flusher,
    shard: Arc<Mutex<Shard>>,
    telemetry: Arc<Telemetry>,
    to: Sender<Seen>,
    seen: Receiver<Seen>,
}

const OPTIONS: fn() -> Options = Options::default;

impl Bench {
    fn new(names: &[&'static str]) -> Self {
        let (to, seen) = channel();
        let telemetry = Arc::<Telemetry>::default();
        let shard = Arc::new(Mutex::new(Shard::new(Dialect::Etsy)));
        let lane = |name: &&'static str| {
            let probe = Probe { name, number: 0, to: to.clone() };
            Lane::start(vec![Box::new(probe)], Arc::clone(&telemetry)).unwrap()
        };
        let lanes = names.iter().map(lane).collect();
        let shards = vec![Arc::clone(&shard)];
        let clock = Arc::new(SystemClock);
        let flusher = Flusher::new(OPTIONS(), shards, lanes, clock, Arc::clone(&telemetry));
        Self { flusher, shard, telemetry, to, seen }
    }

    fn lane(&self, name: &'static str, number: i64) -> LaneChange {
        let to = self.to.clone();
        let make = move || Ok(vec![Box::new(Probe { name, number, to }) as Box<dyn Backend>]);
        let lane = Lane::start_later(&[name], Box::new(make), Arc::clone(&self.telemetry));
        LaneChange::New(lane.unwrap())
    }

    fn change(&mut self, options: Options, lanes: Vec<LaneChange>) {
        self.flusher.change(Change { options, align: Align::Startup, sanitise: true, lanes });
    }

    fn record(&self, packet: &str) {
        self.shard.lock().unwrap().record_packet(packet.as_bytes());
    }

    /// The flush as the only lane saw it.
    fn flush(&mut self, timestamp: i64) -> Snapshot {
        self.flusher.flush_once(timestamp);
        self.seen.recv().unwrap().2
    }
}

fn counter(snapshot: &Snapshot, name: &str) -> Option<f64> {
    snapshot.counters.get(name).copied()
}

#[test]
fn the_open_interval_goes_on_under_the_new_options_and_its_length_is_the_old_one() {
    let mut bench = Bench::new(&["probe"]);
    bench.record("a:1|c\nt:1|ms\nt:2|ms");
    bench.flush(1_000);
    bench.record("a:2|c\nt:3|ms\nt:5|ms\nbad");
    let options = Options {
        interval: Duration::from_secs(60),
        percent_thresholds: vec![50.0],
        prefix_stats: "own".to_owned(),
        ..OPTIONS()
    };
    let messages = bench.flusher.state.bad_lines();
    bench.change(options, vec![LaneChange::Keep("probe")]);
    bench.record("a:4|c");
    let changed = bench.flush(1_010);
    assert_eq!((changed.interval, counter(&changed, "a")), (10.0, Some(6.0)));
    let timer = changed.timers.iter().next().unwrap().1;
    assert_eq!((timer.get("upper_50"), timer.get("upper_90")), (Some(3.0), None));
    assert_eq!(counter(&changed, "own.packets_received"), Some(2.0));
    assert_eq!(counter(&changed, "own.bad_lines_seen"), Some(1.0));
    assert_eq!(counter(&changed, "statsd.packets_received"), None, "no zombie stays");
    assert!(changed.gauges.iter().map(|(name, _)| name).eq(["own.timestamp_lag"]));
    assert_eq!(bench.flusher.state.bad_lines(), messages + 1, "since the start");

    let next = bench.flush(1_070);
    assert_eq!((next.interval, counter(&next, "a")), (60.0, Some(0.0)));
    assert_eq!(next.gauges.get("own.timestamp_lag"), Some(&0.0));
}

#[test]
fn names_are_cleaned_or_not_from_then_on() {
    let mut bench = Bench::new(&["probe"]);
    let lanes = vec![LaneChange::Keep("probe")];
    bench.flusher.change(Change {
        options: OPTIONS(),
        align: Align::Startup,
        sanitise: false,
        lanes,
    });
    bench.record("a b:1|c");
    assert_eq!(counter(&bench.flush(1_000), "a b"), Some(1.0));
    bench.change(OPTIONS(), vec![LaneChange::Keep("probe")]);
    bench.record("a b:1|c");
    assert_eq!(counter(&bench.flush(1_010), "a_b"), Some(1.0));
}

#[test]
fn every_output_sees_every_flush_once_whatever_lanes_come_and_go() {
    let mut bench = Bench::new(&["stays", "changes", "goes"]);
    let mut timestamp = 0;
    let mut flush = |bench: &mut Bench| {
        timestamp += 1;
        bench.flusher.flush_once(timestamp);
    };
    flush(&mut bench);
    for number in 1..=3 {
        let lanes =
            vec![LaneChange::Keep("stays"), bench.lane("changes", number), LaneChange::Keep("no")];
        bench.change(OPTIONS(), lanes);
        flush(&mut bench);
        flush(&mut bench);
    }
    let Bench { flusher, seen, to, .. } = bench;
    drop(to);
    flusher.finish();
    let seen: Vec<Seen> = seen.iter().collect();
    let of = |wanted: &str| -> Vec<(i64, i64)> {
        let of_name = seen.iter().filter(|(name, ..)| *name == wanted);
        of_name.map(|(_, number, snapshot)| (*number, snapshot.timestamp)).collect()
    };
    assert_eq!(of("stays"), (1..=7).map(|at| (0, at)).collect::<Vec<_>>());
    assert_eq!(of("changes"), [(0, 1), (1, 2), (1, 3), (2, 4), (2, 5), (3, 6), (3, 7)]);
    assert_eq!(of("goes"), [(0, 1)]);
}
