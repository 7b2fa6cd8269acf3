//! What stands on the wire, byte for byte.

use statsd_client::{Aggregation, Counter, Event, Gauge, Timer};

use super::*;

#[test]
fn counters_of_all_threads_add_up_exactly() {
    let (client, captured) = capture(|builder| builder);
    let counter = Counter::new("hits").on(&client);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50_000 {
                    counter.increment();
                }
                client.count("by.name", 3);
            });
        }
    });
    assert!(client.flush(PATIENCE));
    let packets = captured.packets();
    let sums = sums(packets.iter().map(Vec::as_slice), Dialect::Etsy);
    assert_eq!(sums["hits"].0, 400_000.0);
    assert_eq!(sums["by.name"].0, 24.0);
    // A first call that found the registry busy travels by itself.
    let stats = client.stats();
    assert_eq!((stats.calls, stats.dropped.total()), (400_008, 0));
    assert_adds_up(&stats);
}

#[test]
fn threads_that_come_and_go_lose_nothing() {
    let (client, captured) = capture(|builder| builder.flush_interval(Duration::from_millis(1)));
    let timer = Timer::new("t").on(&client);
    for _ in 0..50 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    client.increment("c");
                    timer.record(Duration::from_millis(2));
                });
            }
        });
    }
    assert!(client.flush(PATIENCE));
    let packets = captured.packets();
    let sums = sums(packets.iter().map(Vec::as_slice), Dialect::Etsy);
    assert_eq!(sums["c"].0, 200.0);
    assert_eq!(sums["t"], (400.0, 200));
    assert_adds_up(&client.stats());
}

#[test]
fn without_aggregation_every_call_is_a_line() {
    let (client, captured) =
        capture(|builder| builder.aggregation(Aggregation::Off).prefix("shop."));
    client.increment("a");
    client.increment("a");
    client.gauge("g", 2.5);
    client.gauge_delta("g", -1);
    client.gauge_delta("g", 1);
    client.timing("t", Duration::from_nanos(1_500));
    assert!(client.flush(PATIENCE));
    assert_eq!(
        captured.lines(),
        [
            "shop.a:1|c",
            "shop.a:1|c",
            "shop.g:2.5|g",
            "shop.g:-1|g",
            "shop.g:+1|g",
            "shop.t:0.0015|ms"
        ]
    );
}

#[test]
fn a_duration_is_written_with_the_digits_it_has() {
    let (client, captured) = capture(|builder| builder);
    let mut expected = Vec::new();
    for micros in [1_001_000, 4_000, 1_001_100, 33, 86_400_000_001] {
        client.timing("t", Duration::from_micros(micros));
    }
    for digits in ["1001", "4", "1001.1", "0.033", "86400000.001"] {
        expected.push(format!("t:{digits}|ms"));
    }
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), expected);
}

#[test]
fn a_negative_gauge_is_a_reset_and_a_change_in_one_packet() {
    for aggregation in [Aggregation::On, Aggregation::Off] {
        let (client, captured) = capture(|builder| builder.aggregation(aggregation));
        client.gauge("temperature", -5);
        assert!(client.flush(PATIENCE));
        assert_eq!(captured.packets(), [b"temperature:0|g\ntemperature:-5|g".to_vec()]);
    }
    let (client, captured) = capture(|builder| builder.dialect(Dialect::DogStatsd));
    client.gauge("temperature", -5);
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["temperature:-5|g"]);
}

#[test]
fn dogstatsd_packs_timings_into_lines_that_fit() {
    let (client, captured) = capture(|builder| {
        builder.dialect(Dialect::DogStatsd).max_packet_size(64).tag("env", "test")
    });
    let timer = Timer::new("render").sample_rate(1.0).tag("page", "home").on(&client);
    for n in 0..40 {
        timer.record(Duration::from_millis(n));
    }
    assert!(client.flush(PATIENCE));
    let lines = captured.lines();
    assert!(lines[0].starts_with("render:0:1:2:3:"), "{lines:?}");
    assert!(lines.iter().all(|line| line.len() <= 64 && line.ends_with("|ms|#env:test,page:home")));
    let packets = captured.packets();
    let sums = sums(packets.iter().map(Vec::as_slice), Dialect::DogStatsd);
    assert_eq!(sums["render"], (780.0, 40));
    assert_eq!(client.stats().sent, 40);
}

#[test]
fn a_tag_without_a_key_is_bare_and_one_without_either_is_none() {
    let (client, captured) = capture(|builder| builder.dialect(Dialect::DogStatsd));
    Counter::new("none").tag("", "").on(&client).increment();
    Counter::new("bare").tag("", "x").tag("k", "").on(&client).increment();
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["none:1|c", "bare:1|c|#x,k"]);
}

#[test]
fn a_handles_tags_override_the_clients() {
    let (client, captured) =
        capture(|builder| builder.dialect(Dialect::DogStatsd).tag("env", "dev").tag("host", "a"));
    Gauge::new("g").tag("env", "test").on(&client).set(1);
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["g:1|g|#env:test,host:a"]);
}

#[test]
fn a_tag_whose_text_sends_a_metric_itself_does_no_harm() {
    struct Chatty<'a>(&'a Client);
    impl std::fmt::Display for Chatty<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.increment("inner");
            f.write_str("value")
        }
    }
    let (client, captured) = capture(|builder| builder);
    Counter::new("outer").tag("tag", Chatty(&client)).on(&client).increment();
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    assert_eq!(lines, ["inner:1|c", "outer.tag.value:1|c"]);
}

#[test]
fn a_tag_overrides_those_of_the_clients_above() {
    let (client, seen) =
        capture(|builder| builder.dialect(Dialect::DogStatsd).tag("env", "test").tag("a", 0));
    let child = client.child().tag("a", 1).tag("b", 1).build();
    let grandchild = child.child().tag("b", 2).build();
    client.increment("root");
    child.increment("child");
    grandchild.increment("grandchild");
    Counter::new("handle").tag("a", 3).tag("b", 3).on(&grandchild).increment();
    assert!(client.flush(PATIENCE));
    let mut lines = seen.lines();
    lines.sort();
    assert_eq!(
        lines,
        [
            "child:1|c|#env:test,a:1,b:1",
            "grandchild:1|c|#env:test,a:1,b:2",
            "handle:1|c|#env:test,a:3,b:3",
            "root:1|c|#env:test,a:0",
        ]
    );
}

#[test]
fn a_childs_tag_overrides_in_events_too() {
    let (client, seen) =
        capture(|builder| builder.dialect(Dialect::DogStatsd).tag("region", "base").tag("a", 1));
    let child = client.child().tag("region", "us").build();
    child.event(&Event::new("deployed", "").tag("a", 2));
    assert!(client.flush(PATIENCE));
    assert_eq!(seen.lines(), ["_e{8,0}:deployed||#a:2,region:us"]);
}
