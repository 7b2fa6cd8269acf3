//! `calls == sent + aggregated + sampled_out + dropped`, whatever is called.

use std::time::Duration;

use proptest::prelude::*;
use statsd_client::{Aggregation, Counter, Timer};

use super::*;

#[derive(Debug, Clone)]
enum Call {
    Count(String, i64),
    Gauge(String, f64),
    GaugeDelta(String, f64),
    Timing(String, u64),
    Handle(i64),
    SampledTimer(u64),
    Flush,
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-c]{1,3}", 2 => any::<String>(), 1 => Just(String::new()), 1 => "x{4090,4100}"]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        (name(), any::<i32>()).prop_map(|(name, n)| Call::Count(name, n.into())),
        (name(), any::<f64>()).prop_map(|(name, value)| Call::Gauge(name, value)),
        (name(), any::<f64>()).prop_map(|(name, value)| Call::GaugeDelta(name, value)),
        (name(), any::<u32>()).prop_map(|(name, micros)| Call::Timing(name, micros.into())),
        any::<i32>().prop_map(|n| Call::Handle(n.into())),
        any::<u32>().prop_map(|micros| Call::SampledTimer(micros.into())),
        Just(Call::Flush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_call_is_accounted_for_and_no_packet_is_too_large(
        calls in prop::collection::vec(call(), 0..400),
        aggregation in prop_oneof![Just(Aggregation::On), Just(Aggregation::Off)],
        dialect in prop_oneof![Just(Dialect::Etsy), Just(Dialect::DogStatsd)],
        queued_bytes in prop_oneof![Just(0_usize), Just(2_048), Just(1 << 20)],
        packet_size in 64_usize..2_000,
    ) {
        let (client, captured) = capture(|builder| {
            builder
                .aggregation(aggregation)
                .dialect(dialect)
                .max_queued_bytes(queued_bytes)
                .max_packet_size(packet_size)
        });
        let counter = Counter::new("handle").tag("k", "v").sample_rate(0.5).on(&client);
        let timer = Timer::new("sampled").sample_rate(0.5).on(&client);
        let mut made = 0;
        for call in &calls {
            made += 1;
            match call {
                Call::Count(name, n) => client.count(name, *n),
                Call::Gauge(name, value) => client.gauge(name, *value),
                Call::GaugeDelta(name, delta) => client.gauge_delta(name, *delta),
                Call::Timing(name, micros) => client.timing(name, Duration::from_micros(*micros)),
                Call::Handle(n) => counter.add(*n),
                Call::SampledTimer(micros) => timer.record(Duration::from_micros(*micros)),
                Call::Flush => {
                    made -= 1;
                    prop_assert!(client.flush(PATIENCE));
                    assert_adds_up(&client.stats());
                }
            }
        }
        prop_assert!(client.flush(PATIENCE));
        let stats = client.stats();
        prop_assert_eq!(stats.calls, made);
        assert_adds_up(&stats);

        let limit = packet_size.min(1_432);
        for packet in captured.packets() {
            prop_assert!(packet.len() <= limit, "{} bytes", packet.len());
        }
    }

    #[test]
    fn the_parser_finds_exactly_what_was_sent(
        counts in prop::collection::vec((any::<String>(), -1000_i64..1000), 1..60),
        prefix in any::<String>(),
        tag in (any::<String>(), any::<String>()),
        dialect in prop_oneof![Just(Dialect::Etsy), Just(Dialect::DogStatsd)],
    ) {
        let (client, captured) = capture(|builder| {
            builder
                .aggregation(Aggregation::Off)
                .prefix(prefix)
                .tag(tag.0, tag.1)
                .dialect(dialect)
                .max_packet_size(65_507)
        });
        for (name, n) in &counts {
            client.count(name, *n);
        }
        prop_assert!(client.flush(PATIENCE));
        let stats = client.stats();
        let packets = captured.packets();
        let found = sums(packets.iter().map(Vec::as_slice), dialect);
        prop_assert_eq!(found.values().map(|(_, values)| values).sum::<u64>(), stats.sent);
        if stats.dropped.total() == 0 {
            let sum: f64 = found.values().map(|(sum, _)| sum).sum();
            prop_assert_eq!(sum, counts.iter().map(|(_, n)| *n as f64).sum::<f64>());
        }
    }
}

#[test]
fn a_full_queue_drops_the_newest_and_counts_them() {
    let (client, captured) =
        capture(|builder| builder.aggregation(Aggregation::Off).max_queued_bytes(2_048));
    for n in 0..1_000 {
        client.count("n", n);
    }
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.sent, stats.dropped.queue_full), (1_000, 128, 872));
    assert_eq!(captured.lines()[..2], ["n:0|c", "n:1|c"]);
}

#[test]
fn sampled_calls_are_counted_as_such() {
    let (client, captured) =
        capture(|builder| builder.aggregation(Aggregation::Off).sample_rate(0.5));
    for _ in 0..1_000 {
        client.increment("n");
    }
    client.gauge("g", 1);
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.sent, captured.lines().len() as u64);
    assert!((300..700).contains(&stats.sampled_out), "{stats:?}");
    let lines = captured.lines();
    assert!(
        lines.iter().all(|line| line == "n:1|c|@0.5" || line == "g:1|g"),
        "gauges are not sampled"
    );
    assert!(lines.contains(&"g:1|g".to_owned()));
}

#[test]
fn a_rate_of_0_sends_nothing_and_one_over_1_writes_nothing() {
    for aggregation in [Aggregation::On, Aggregation::Off] {
        let (client, captured) = capture(|builder| builder.aggregation(aggregation));
        Counter::new("never").sample_rate(0.0).on(&client).increment();
        Counter::new("always").sample_rate(2.0).on(&client).increment();
        Timer::new("never").sample_rate(-1.0).on(&client).record(Duration::ZERO);
        assert!(client.flush(PATIENCE));
        assert_eq!(captured.lines(), ["always:1|c"]);
        let stats = client.stats();
        assert_adds_up(&stats);
        assert_eq!((stats.calls, stats.sampled_out), (3, 2));
    }
}

#[test]
fn contexts_beyond_the_limit_share_an_overflow_series_a_kind() {
    let (client, captured) = capture(|builder| builder.max_contexts(2).prefix("shop"));
    for name in ["a", "b", "c", "d", "a", ""] {
        client.increment(name);
    }
    Counter::new("e").on(&client).add(5);
    client.gauge("depth", 3);
    client.timing("render", Duration::from_millis(7));
    client.set("visitors", "ada");
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    assert_eq!(
        lines,
        [
            "shop.a:2|c",
            "shop.b:1|c",
            "shop.statsd_client.overflow.counters:7|c",
            "shop.statsd_client.overflow.gauges:3|g",
            "shop.statsd_client.overflow.sets:ada|s",
            "shop.statsd_client.overflow.timers:7|ms",
        ]
    );
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.bad_name, stats.contexts_refused), (10, 1, 6));
}
