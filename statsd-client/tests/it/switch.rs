//! Metrics that are switched off one by one: nothing of them leaves, every call of them is counted, and
//! nothing is lost of any other. What threads and chance make of it is in `reliability/`.

use std::collections::BTreeSet;

use statsd_client::{
    Aggregation, Config, Counter, Distribution, Error, ErrorKind, Event, Gauge, Histogram,
    ServiceCheck, Set, Status, Timer, statsd_count, statsd_measure,
};

use super::*;

static HITS: Counter = Counter::new("m.static");

#[statsd_count("m.attribute")]
#[statsd_measure("m.attribute.time")]
fn annotated() {}

#[statsd_count("m.{name}", tags(k = name))]
fn named(name: &str) {}

/// A call of every kind by name; how many.
fn by_name(client: &Client) -> u64 {
    client.increment("m.count");
    client.count("m.count", 7);
    client.decrement("m.count");
    client.meter("m.meter", 2);
    client.gauge("m.gauge", 3);
    client.gauge_delta("m.delta", 4);
    client.timing("m.timer", Duration::from_millis(5));
    client.histogram("m.histogram", 6);
    client.distribution("m.distribution", -7);
    client.set("m.set", "ada");
    client.measure("m.measured", || ());
    11
}

/// What is rendered by its caller.
fn rendered(client: &Client) -> u64 {
    client.event(&Event::new("m.event", "text"));
    client.service_check(&ServiceCheck::new("m.check", Status::Ok));
    client.count_at("m.count_at", 1, 1_700_000_000);
    client.gauge_at("m.gauge_at", 1, 1_700_000_000);
    4
}

/// A call of every kind of handle, with every sort of setting.
fn by_handle(client: &Client) -> u64 {
    let counter = Counter::new("m.count").tag("k", 1).on(client);
    let sampled = Counter::new("m.count").sample_rate(0.5).aggregation(Aggregation::Off).on(client);
    let alone = Gauge::new("m.gauge").aggregation(Aggregation::Off).on(client);
    let gauge = Gauge::new("m.gauge").on(client);
    let timer = Timer::new("m.timer").on(client);
    let timer_sampled = Timer::new("m.timer").sample_rate(0.5).on(client);
    let histogram = Histogram::new("m.histogram").on(client);
    let distribution = Distribution::new("m.distribution").on(client);
    let set = Set::new("m.set").on(client);
    for _ in 0..3 {
        counter.increment();
        counter.add(5);
        sampled.increment();
        alone.set(1);
        gauge.set(2);
        gauge.add(3);
        timer.record(Duration::from_millis(1));
        drop(timer.start());
        timer_sampled.record(Duration::from_millis(1));
        histogram.record(1);
        distribution.record(1);
        set.insert("ada");
    }
    3 * 12
}

/// What follows the installed client, or the scope's.
fn following() -> u64 {
    let tag = "made at the call";
    for _ in 0..3 {
        HITS.increment();
        annotated();
        named("x");
        statsd_client::increment("m.free");
        statsd_client::gauge("m.free", 1);
        statsd_client::timing("m.free", Duration::from_millis(1));
        statsd_client::count!("m.macro");
        statsd_client::count!("m.macro", 2, tags(k = "v"));
        statsd_client::count!("m.macro", 2, sample_rate = 0.5, tags(k = tag));
        statsd_client::timing!("m.macro", Duration::from_millis(1), tags(k = tag));
        statsd_client::set!("m.macro", 7, tags(k = tag));
        statsd_client::measure!("m.macro", (), tags(k = tag));
        statsd_client::event!("m.event", "text");
        statsd_client::count_at("m.count_at", 1, 1_700_000_000);
    }
    // The attributes make two calls.
    3 * (14 + 1)
}

fn everything(client: &Client) -> u64 {
    // Some texts are known to the thread at the second time.
    let made: u64 = (0..2).map(|_| by_name(client) + rendered(client) + by_handle(client)).sum();
    made + client.scope(following)
}

fn sorted(captured: &Captured) -> Vec<String> {
    let mut lines = captured.lines();
    lines.sort();
    lines
}

#[test]
fn of_what_is_switched_off_nothing_leaves_and_every_call_is_counted() {
    for aggregation in [Aggregation::On, Aggregation::Off] {
        for rate in [1.0, 0.5, 0.0] {
            let (client, captured) = capture(|builder| {
                let builder = builder.dialect(Dialect::DogStatsd).aggregation(aggregation);
                builder.sample_rate(rate).prefix("shop").seed(7)
            });
            let child = client.child().prefix("m.cart").tag("k", "v").build();
            // Handles that know the metric as one that is on.
            let known = everything(&client) + everything(&child);
            assert!(client.flush(PATIENCE));
            let before = (client.stats(), captured.lines().len());
            assert_adds_up(&before.0);
            assert_eq!((before.0.calls, before.0.dropped.total()), (known, 0));

            assert!(client.mute("m.*"));
            let mut muted = everything(&client);
            // An event has no prefix, and the child's are the same as the client's.
            muted += everything(&child);
            assert_eq!(client.stats().dropped.muted, muted, "without a flush");
            client.increment("other");
            assert!(client.flush(PATIENCE));
            let stats = client.stats();
            assert_adds_up(&stats);
            assert_eq!((stats.calls, stats.dropped.muted), (known + muted + 1, muted));
            let new = &captured.lines()[before.1..];
            assert!(new.iter().all(|line| line.starts_with("shop.other:")), "{new:?}");
            assert_eq!(stats.contexts, 1);

            assert!(client.unmute("m.*"));
            let again = everything(&client) + everything(&child);
            assert!(client.flush(PATIENCE));
            let stats = client.stats();
            assert_adds_up(&stats);
            assert_eq!((stats.calls, stats.dropped.total()), (known + muted + 1 + again, muted));
        }
    }
}

#[test]
fn what_is_switched_on_again_leaves_as_before() {
    let (client, captured) =
        capture(|builder| builder.dialect(Dialect::DogStatsd).seed(7).mute("m.*"));
    let names = |lines: &[String]| -> BTreeSet<String> {
        lines.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
    };
    everything(&client);
    assert!(client.flush(PATIENCE));
    assert!(captured.is_empty());
    assert!(client.unmute("m.*"));
    everything(&client);
    assert!(client.flush(PATIENCE));
    let found = names(&captured.lines());
    let expected = [
        "_e{7,4}",
        "_sc|m.check|0",
        "m.attribute",
        "m.attribute.time",
        "m.count",
        "m.count_at",
        "m.delta",
        "m.distribution",
        "m.free",
        "m.gauge",
        "m.gauge_at",
        "m.histogram",
        "m.macro",
        "m.measured",
        "m.meter",
        "m.set",
        "m.static",
        "m.timer",
        "m.x",
    ];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn what_was_recorded_before_leaves_and_a_gauge_goes_on_from_its_next_value() {
    let (client, captured) = capture(|builder| builder);
    let depth = Gauge::new("depth").on(&client);
    let hits = Counter::new("hits").on(&client);
    depth.set(1);
    hits.add(2);
    client.timing("render", Duration::from_millis(3));
    client.set("visitors", "ada");
    assert!(client.mute("*"));
    depth.set(10);
    depth.add(5);
    hits.add(20);
    client.timing("render", Duration::from_millis(30));
    client.set("visitors", "bob");
    assert!(client.flush(PATIENCE));
    assert_eq!(sorted(&captured), ["depth:1|g", "hits:2|c", "render:3|ms", "visitors:ada|s"]);
    assert!(client.unmute("*"));
    captured.clear();
    depth.set(4);
    depth.add(-1);
    hits.add(5);
    assert!(client.flush(PATIENCE));
    assert_eq!(sorted(&captured), ["depth:3|g", "hits:5|c"]);
    assert_eq!(client.stats().dropped.muted, 5);
}

#[test]
fn a_pattern_is_about_the_name_with_a_childs_prefix_or_with_every_prefix() {
    let left = |pattern: &str| {
        let (client, captured) = capture(|builder| builder.prefix("shop").mute(pattern));
        let cart = client.child().prefix("cart").build();
        client.increment("items");
        cart.increment("items");
        client.increment("shopping");
        assert!(client.flush(PATIENCE));
        assert_adds_up(&client.stats());
        assert_eq!(client.muted(), [pattern]);
        sorted(&captured)
    };
    let (items, cart, shopping) = ("shop.items:1|c", "shop.cart.items:1|c", "shop.shopping:1|c");
    assert_eq!(left("items"), [cart, shopping]);
    assert_eq!(left("cart.items"), [items, shopping]);
    assert_eq!(left("shop.items"), [cart, shopping]);
    assert_eq!(left("shop.cart.*"), [items, shopping]);
    assert_eq!(left("*items"), [shopping]);
    assert_eq!(left("shop*"), [""; 0]);
    assert_eq!(left("shopp*"), [cart, items]);
    assert_eq!(left("shop.shop.items"), [cart, items, shopping]);
    assert_eq!(left("Items"), [cart, items, shopping]);
}

#[test]
fn clones_and_children_share_the_patterns_and_there_is_a_bound() {
    let (client, captured) = capture(|builder| builder.mute("first"));
    let child = client.child().prefix("cart").build();
    for n in 1..128 {
        assert!(child.mute(format!("p{n}")));
    }
    assert!(!client.mute("one more") && !client.mute("") && !client.mute("x".repeat(257)));
    assert!(child.mute("p7"), "it was there");
    assert_eq!(client.muted().len(), 128);
    assert_eq!(client.muted(), child.muted());
    for name in ["one more", "p7", "first", "p127"] {
        client.increment(name);
    }
    assert!(client.unmute("first") && !client.unmute("first"));
    assert!(client.mute("one more"), "there is room again");
    client.increment("first");
    client.increment("one more");
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["one_more:1|c", "first:1|c"]);
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.muted), (6, 4));
}

#[test]
fn a_builder_refuses_what_a_client_would_not_take() {
    let refusal = |patterns: Vec<String>| -> Error {
        let mut config = Config::default();
        config.mute = patterns;
        let error = config.builder().backend(CaptureBackend::new().0).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting);
        error
    };
    let many = (0..129).map(|n| n.to_string()).collect();
    assert!(refusal(many).to_string().contains("128"));
    assert!(refusal(vec![String::new()]).to_string().contains("256"));
    assert!(refusal(vec!["x".repeat(100_000)]).to_string().len() < 400);
}

#[test]
fn it_takes_no_room_in_the_queue_no_context_and_no_place_of_a_gauge() {
    let (client, captured) =
        capture(|builder| builder.max_queued_bytes(4_096).max_contexts(40).mute("noise.*"));
    let noise = Timer::new("noise.time").on(&client);
    for n in 0..1_000 {
        noise.record(Duration::from_millis(n));
        client.set("noise.set", n);
        client.gauge(&format!("noise.{n}"), n);
        client.increment(&format!("noise.{n}"));
    }
    // More than the first table of gauges holds: some travel by themselves.
    for n in 0..38 {
        client.gauge(&format!("g{n}"), n);
        client.gauge(&format!("noise.g{n}"), n);
    }
    client.timing("render", Duration::from_millis(7));
    client.increment("hits");
    assert!(client.flush(PATIENCE));
    let lines = captured.lines();
    assert_eq!(lines.len(), 40, "{lines:?}");
    assert!(lines.contains(&"render:7|ms".into()) && lines.contains(&"g37:37|g".into()));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.dropped.muted, stats.dropped.total()), (4_038, 4_038));
    assert_eq!(stats.contexts_refused, 0);
}

#[test]
fn the_overflow_series_can_be_switched_off() {
    let (client, captured) =
        capture(|builder| builder.max_contexts(1).mute("statsd_client.overflow.*"));
    for name in ["a", "b", "c"] {
        client.increment(name);
    }
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["a:1|c"]);
    assert_eq!(client.stats().dropped.muted, 2);
}

#[test]
fn what_could_not_be_sent_anyway_is_counted_as_that() {
    let (client, captured) = capture(|builder| builder.mute("*"));
    let gauge = Gauge::new("gauge").on(&client);
    for _ in 0..2 {
        gauge.set(f64::NAN);
        gauge.set(1);
        client.gauge("gauge", f64::INFINITY);
        client.increment("");
        client.increment(&"x".repeat(5_000));
        client.histogram("size", -1);
        client.set("visitors", "x".repeat(2_000));
    }
    client.event(&Event::new("event", "no such thing in etsy's dialect"));
    assert!(client.flush(PATIENCE));
    assert!(captured.is_empty());
    let stats = client.stats();
    assert_adds_up(&stats);
    let dropped = stats.dropped;
    assert_eq!((dropped.not_finite, dropped.bad_name, dropped.unsupported), (4, 4, 1));
    assert_eq!((dropped.muted, stats.calls), (6, 15));
}

#[test]
fn after_the_end_of_a_client_nothing_begins_again() {
    let (client, _captured) = capture(|builder| builder);
    let hits = Counter::new("hits").on(&client);
    hits.increment();
    assert!(client.shutdown(PATIENCE).is_nothing());
    assert!(client.mute("other"));
    hits.increment();
    assert!(client.unmute("other") && client.mute("hits"));
    hits.increment();
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.no_thread), (3, 2));
}
