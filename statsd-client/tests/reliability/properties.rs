//! Whatever is called, in whatever order, whatever happens meanwhile: the account adds up, no packet is
//! over its limit, and the server's own parser finds what was sent.

use proptest::prelude::*;
use statsd_client::{Aggregation, Counter, Distribution, Event, Gauge, Set, Timer};

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Count(String, i64),
    Meter(String, i64),
    Gauge(String, f64),
    Delta(String, f64),
    Timing(String, u32),
    Histogram(String, f64),
    Distribution(String, f64),
    Set(String, String),
    CountAt(String, i64),
    GaugeAt(String, f64),
    Event(String, String),
    /// A handle with a tag and a rate.
    Handle(usize, String, (String, String), f64, i32),
    Child(String, i64),
    Scoped(String, i64),
    Measure(String),
    Flush,
    Thread(String, i64),
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-f]{1,2}",
        2 => any::<String>(),
        1 => Just(String::new()),
        1 => "x{4070,4100}",
        1 => "[|:@#,\n\t;=\\[\\]é ]{1,8}",
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), (-1_000_i32..1_000).prop_map(f64::from), Just(f64::NAN)]
}

fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), Just(0.5), Just(0.0), any::<f64>(), 0.0..1.0]
}

fn step() -> impl Strategy<Value = Step> {
    let count = any::<i32>().prop_map(i64::from);
    prop_oneof![
        (name(), count.clone()).prop_map(|(name, n)| Step::Count(name, n)),
        (name(), count.clone()).prop_map(|(name, n)| Step::Meter(name, n)),
        (name(), number()).prop_map(|(name, value)| Step::Gauge(name, value)),
        (name(), number()).prop_map(|(name, delta)| Step::Delta(name, delta)),
        (name(), any::<u32>()).prop_map(|(name, micros)| Step::Timing(name, micros)),
        (name(), number()).prop_map(|(name, value)| Step::Histogram(name, value)),
        (name(), number()).prop_map(|(name, value)| Step::Distribution(name, value)),
        (name(), any::<String>()).prop_map(|(name, member)| Step::Set(name, member)),
        (name(), count.clone()).prop_map(|(name, n)| Step::CountAt(name, n)),
        (name(), number()).prop_map(|(name, value)| Step::GaugeAt(name, value)),
        (any::<String>(), any::<String>()).prop_map(|(title, text)| Step::Event(title, text)),
        (0..5_usize, name(), any::<(String, String)>(), rate(), any::<i32>())
            .prop_map(|(kind, name, tag, rate, n)| Step::Handle(kind, name, tag, rate, n)),
        (name(), count.clone()).prop_map(|(name, n)| Step::Child(name, n)),
        (name(), count.clone()).prop_map(|(name, n)| Step::Scoped(name, n)),
        name().prop_map(Step::Measure),
        Just(Step::Flush),
        (name(), count).prop_map(|(name, n)| Step::Thread(name, n)),
    ]
}

/// Makes one call, or flushes; how many calls that was.
fn make(client: &Client, child: &Client, step: &Step) -> u64 {
    let at = 1_700_000_000;
    match step {
        Step::Count(name, n) => client.count(name, *n),
        Step::Meter(name, n) => client.meter(name, *n),
        Step::Gauge(name, value) => client.gauge(name, *value),
        Step::Delta(name, delta) => client.gauge_delta(name, *delta),
        Step::Timing(name, micros) => client.timing(name, Duration::from_micros((*micros).into())),
        Step::Histogram(name, value) => client.histogram(name, *value),
        Step::Distribution(name, value) => client.distribution(name, *value),
        Step::Set(name, member) => client.set(name, member),
        Step::CountAt(name, n) => client.count_at(name, *n, at),
        Step::GaugeAt(name, value) => client.gauge_at(name, *value, at),
        Step::Event(title, text) => client.event(&Event::new(title, text)),
        Step::Handle(kind, name, (key, value), rate, n) => {
            handle(client, *kind, name, (key, value), *rate, *n);
        }
        Step::Child(name, n) => child.count(name, *n),
        Step::Scoped(name, n) => child.scope(|| statsd_client::count(name, *n)),
        Step::Measure(name) => client.measure(name, || ()),
        Step::Thread(name, n) => {
            std::thread::scope(|scope| drop(scope.spawn(|| client.count(name, *n))));
        }
        Step::Flush => {
            assert!(client.flush(PATIENCE));
            assert_adds_up(&client.stats());
            return 0;
        }
    }
    1
}

fn handle(client: &Client, kind: usize, name: &str, tag: (&str, &str), rate: f64, n: i32) {
    macro_rules! handle {
        ($handle:ident) => {
            $handle::named(name).tag(tag.0, tag.1).on(client)
        };
    }
    match kind {
        0 => handle!(Counter).sample_rate(rate).add(n.into()),
        1 => handle!(Gauge).add(n),
        2 => {
            let elapsed = Duration::from_micros(n.unsigned_abs().into());
            handle!(Timer).sample_rate(rate).record(elapsed);
        }
        3 => handle!(Distribution).sample_rate(rate).record(n),
        _ => handle!(Set).insert(n),
    }
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(Dialect::ALL)
}

fn aggregation() -> impl Strategy<Value = Aggregation> {
    prop::sample::select(vec![Aggregation::On, Aggregation::Off])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_call_is_accounted_for_and_every_line_can_be_read(
        steps in prop::collection::vec(step(), 0..200),
        dialect in dialect(),
        aggregation in aggregation(),
        packet_size in 64_usize..2_000,
        queued_bytes in prop::sample::select(vec![0_usize, 2_048, 1 << 20]),
        contexts in prop::sample::select(vec![1_usize, 5, 16_384]),
        idle_nanos in prop::sample::select(vec![1_u64, 1 << 40]),
        rate in rate(),
        prefix in any::<String>(),
    ) {
        let (client, captured) = capture(|builder| {
            builder
                .dialect(dialect)
                .aggregation(aggregation)
                .max_packet_size(packet_size)
                .max_queued_bytes(queued_bytes)
                .max_contexts(contexts)
                .reservoir_size(128)
                .idle_expiry(Duration::from_nanos(idle_nanos))
                .prefix(prefix)
        });
        let child = client.child().prefix("child").tag("k", "v").sample_rate(rate).build();
        let made: u64 = steps.iter().map(|step| make(&client, &child, step)).sum();
        prop_assert!(client.flush(PATIENCE));
        let stats = client.stats();
        assert_adds_up(&stats);
        prop_assert_eq!(stats.calls, made, "{:?}", stats);

        let limit = packet_size.min(1_432);
        for packet in captured.packets() {
            prop_assert!(packet.len() <= limit, "{} bytes", packet.len());
            for line in packet.split(|&byte| byte == b'\n') {
                if line.starts_with(b"_e{") || line.starts_with(b"_sc|") {
                    continue;
                }
                for sample in parse(line, dialect) {
                    prop_assert!(sample.is_ok(), "{:?}", String::from_utf8_lossy(line));
                }
            }
        }
    }

    #[test]
    fn sums_are_exact_through_flushes_and_generations(
        steps in prop::collection::vec(
            prop_oneof![
                (0..60_usize, -1_000_i64..1_000).prop_map(|(name, n)| (name, Some(n))),
                (0..60_usize, Just(None)),
            ],
            0..400,
        ),
        dialect in dialect(),
        aggregation in aggregation(),
        idle_nanos in prop::sample::select(vec![1_u64, 1 << 40]),
    ) {
        let (client, captured) = capture(|builder| {
            let idle = Duration::from_nanos(idle_nanos);
            builder.dialect(dialect).aggregation(aggregation).idle_expiry(idle)
        });
        let mut expected = BTreeMap::<String, (f64, f64)>::new();
        let mut gauges = BTreeMap::<String, f64>::new();
        for (at, (name, step)) in steps.iter().enumerate() {
            let Some(n) = step else {
                prop_assert!(client.flush(PATIENCE));
                continue;
            };
            let (counter, timer, gauge) =
                (format!("c{name}"), format!("t{name}"), format!("g{name}"));
            client.count(&counter, *n);
            client.timing(&timer, Duration::from_millis(n.unsigned_abs()));
            expected.entry(counter).or_default().0 += *n as f64;
            let timings = expected.entry(timer).or_default();
            *timings = (timings.0 + n.unsigned_abs() as f64, timings.1 + 1.0);
            if at % 3 == 0 {
                client.gauge(&gauge, *n);
                gauges.insert(gauge, *n as f64);
            } else {
                client.gauge_delta(&gauge, *n);
                *gauges.entry(gauge).or_default() += *n as f64;
            }
        }
        prop_assert!(client.flush(PATIENCE));
        let packets = captured.packets();
        let found = sums(&packets, dialect);
        for (name, (sum, calls)) in expected {
            prop_assert_eq!(found[&name].0, sum, "{}", name);
            if name.starts_with('t') {
                prop_assert_eq!(found[&name].1, calls, "{}", name);
            }
        }
        for (name, level) in gauges {
            prop_assert_eq!(level_of(&packets, dialect, &name), level, "{}", name);
        }
        let stats = client.stats();
        assert_adds_up(&stats);
        prop_assert_eq!(stats.dropped.total(), 0);
    }
}

/// What a server makes of a gauge's lines.
fn level_of(packets: &[Vec<u8>], dialect: Dialect, name: &str) -> f64 {
    let mut level = 0.0;
    for sample in packets.iter().flat_map(|packet| parse(packet, dialect)) {
        let sample = sample.unwrap();
        match sample.value {
            Value::Number(number) if sample.name == name.as_bytes() => level = number,
            Value::Delta(delta) if sample.name == name.as_bytes() => level += delta,
            _ => {}
        }
    }
    level
}
