//! Metrics that are switched off and on while threads record, and in whatever order.

use proptest::prelude::*;
use statsd_client::{Aggregation, Counter, ServiceCheck, Status, Timer};

use super::*;

#[test]
fn threads_lose_nothing_while_metrics_go_off_and_on() {
    const THREADS: u64 = 3;
    const ROUNDS: u64 = 2_000 * SCALE;
    for aggregation in [Aggregation::On, Aggregation::Off] {
        let (client, captured) = capture(|builder| {
            let builder = builder.aggregation(aggregation).reservoir_size(1 << 20);
            builder.max_queued_bytes(1 << 28)
        });
        let running = AtomicU64::new(THREADS);
        let (noise, hits) = (Counter::new("noise.c").on(&client), Counter::new("c").on(&client));
        let render = Timer::new("noise.t").on(&client);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        noise.increment();
                        hits.add(3);
                        render.record(Duration::from_millis(1));
                        client.count("noise.n", 1);
                        client.timing("t", Duration::from_millis(2));
                        client.gauge("noise.g", 1);
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
            let mut turn = 0_u32;
            while running.load(Ordering::SeqCst) > 0 {
                assert!(client.mute("noise.*"));
                assert_adds_up(&client.stats());
                assert!(client.unmute("noise.*"));
                turn += 1;
                if turn.is_multiple_of(16) {
                    assert!(client.flush(PATIENCE));
                }
            }
        });
        assert!(client.flush(PATIENCE));
        let (made, stats) = (THREADS * ROUNDS, client.stats());
        assert_adds_up(&stats);
        assert_eq!(stats.calls, 6 * made);
        assert_eq!(stats.dropped.total(), stats.dropped.muted);
        let sums = sums(&captured.packets(), Dialect::Etsy);
        let sum = |name| sums.get(name).map_or(0.0, |&(sum, _)| sum);
        assert_eq!(sum("c"), 3.0 * made as f64);
        assert_eq!(sums["t"], (2.0 * made as f64, made as f64));
        let heard = sum("noise.c") + sum("noise.n") + sum("noise.t");
        // Of gauges it is not to be seen how many calls a line speaks for.
        let gauges = 4.0 * made as f64 - heard - stats.dropped.muted as f64;
        assert!((0.0..=made as f64).contains(&gauges), "{gauges} of {made} gauges left");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Count(usize, i64),
    Handle(usize, i64),
    Timing(usize),
    Gauge(usize),
    Set(usize),
    Check(usize),
    Mute(usize),
    Unmute(usize),
    Flush,
}

const NAMES: [&str; 4] = ["a", "a.b", "b", "b.a.b"];
const PATTERNS: [&str; 5] = ["a", "a*", "*b", "shop.b*", "*.a.*"];

/// What the patterns say, written down.
const MUTES: [[bool; 4]; 5] = [
    [true, false, false, false],
    [true, true, false, false],
    [false, true, true, true],
    [false, false, true, true],
    [false, true, false, true],
];

fn step() -> impl Strategy<Value = Step> {
    let name = 0..NAMES.len();
    let n = -100_i64..100;
    prop_oneof![
        3 => (name.clone(), n.clone()).prop_map(|(name, n)| Step::Count(name, n)),
        3 => (name.clone(), n).prop_map(|(name, n)| Step::Handle(name, n)),
        2 => name.clone().prop_map(Step::Timing),
        1 => name.clone().prop_map(Step::Gauge),
        1 => name.clone().prop_map(Step::Set),
        1 => name.prop_map(Step::Check),
        2 => (0..PATTERNS.len()).prop_map(Step::Mute),
        2 => (0..PATTERNS.len()).prop_map(Step::Unmute),
        1 => Just(Step::Flush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_off_is_counted_and_what_is_on_is_exact(
        steps in prop::collection::vec(step(), 0..200),
        aggregation in prop_oneof![Just(Aggregation::On), Just(Aggregation::Off)],
    ) {
        let (client, captured) = capture(|builder| {
            builder.dialect(Dialect::DogStatsd).aggregation(aggregation).prefix("shop")
        });
        let handles = NAMES.map(|name| Counter::new(name).on(&client));
        let mut is_muted = [false; PATTERNS.len()];
        let (mut made, mut muted, mut expected) = (0, 0, [0_i64; NAMES.len()]);
        for step in &steps {
            let name = match *step {
                Step::Mute(pattern) => {
                    prop_assert!(client.mute(PATTERNS[pattern]));
                    is_muted[pattern] = true;
                    continue;
                }
                Step::Unmute(pattern) => {
                    prop_assert_eq!(client.unmute(PATTERNS[pattern]), is_muted[pattern]);
                    is_muted[pattern] = false;
                    continue;
                }
                Step::Flush => {
                    prop_assert!(client.flush(PATIENCE));
                    continue;
                }
                Step::Count(name, n) => {
                    client.count(NAMES[name], n);
                    name
                }
                Step::Handle(name, n) => {
                    handles[name].add(n);
                    name
                }
                Step::Timing(name) => {
                    client.timing(NAMES[name], Duration::from_millis(1));
                    name
                }
                Step::Gauge(name) => {
                    client.gauge(NAMES[name], 1);
                    name
                }
                Step::Set(name) => {
                    client.set(NAMES[name], "ada");
                    name
                }
                Step::Check(name) => {
                    client.service_check(&ServiceCheck::new(NAMES[name], Status::Ok));
                    name
                }
            };
            made += 1;
            if (0..PATTERNS.len()).any(|at| is_muted[at] && MUTES[at][name]) {
                muted += 1;
            } else if let Step::Count(_, n) | Step::Handle(_, n) = *step {
                expected[name] += n;
            }
        }
        let stats = client.stats();
        assert_adds_up(&stats);
        prop_assert_eq!((stats.calls, stats.dropped.muted), (made, muted));
        prop_assert_eq!(stats.dropped.total(), stats.dropped.muted);
        prop_assert!(client.flush(PATIENCE));
        prop_assert_eq!(client.stats().dropped, stats.dropped);
        let mut sums = [0.0; NAMES.len()];
        for line in captured.lines().iter().filter(|line| line.ends_with("|c")) {
            for sample in parse(line.as_bytes(), Dialect::DogStatsd) {
                let sample = sample.unwrap();
                let name = NAMES.iter().position(|name| {
                    sample.name == format!("shop.{name}").as_bytes()
                });
                let Value::Number(number) = sample.value else { panic!("{line}") };
                sums[name.unwrap()] += number;
            }
        }
        prop_assert_eq!(sums, expected.map(|sum| sum as f64));
    }
}
