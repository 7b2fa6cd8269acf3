//! Captures beside clients: prefixes, tags and rates that hold, and that clients are told nothing.

use statsd_client::testing::{SeenCall, SeenKind, capture};
use statsd_client::{
    Aggregation, Counter, Dialect, Event, ServiceCheck, Status, WhenFull, count, gauge,
};

use super::*;

static LOGINS: Counter = Counter::new("logins");

#[test]
fn a_client_is_told_nothing_of_what_is_captured() {
    let (client, captured) = client(|builder| builder);
    let bound = Counter::new("bound").on(&client);
    let calls = || {
        client.increment("named");
        bound.increment();
        client.scope(|| {
            LOGINS.increment();
            statsd_client::increment("free");
            count!("macro", 1, tags(plan = "pro"));
        });
    };
    // Known to the thread and the handles by then.
    for _ in 0..3 {
        calls();
        assert_eq!(capture(calls).len(), 5);
        client.scope(|| assert_eq!(capture(calls).len(), 5));
    }
    assert!(client.flush(PATIENCE));
    let mut sent = captured.lines();
    sent.sort();
    assert_eq!(sent, ["bound:3|c", "free:3|c", "logins:3|c", "macro.plan.pro:3|c", "named:3|c"]);
    assert_eq!(client.stats().calls, 15);
}

#[test]
fn prefix_tags_and_rate_of_a_client_and_its_child_are_seen() {
    let (client, _captured) = client(|builder| {
        builder.prefix("shop").tag("env", "prod").tag("region", "any").sample_rate(0.5)
    });
    let cart = client.child().prefix("cart").tag("region", "eu").sample_rate(0.25).build();
    let seen = capture(|| {
        client.increment("a");
        cart.increment("b");
        Counter::new("c").tag("env", "dev").sample_rate(0.1).on(&cart).increment();
        cart.scope(|| {
            LOGINS.increment();
            gauge!("depth", 3, tags(region = "us"));
            statsd_client::set("visitors", 1);
        });
        cart.count_at("at", 1, 17);
        cart.service_check(&ServiceCheck::new("up", Status::Ok).tag("env", "dev"));
        cart.event(&Event::new("Deployed", "2.1"));
    });
    assert_eq!(
        lines(&seen),
        [
            "shop.a:1|c|@0.5|#env:prod,region:any",
            "shop.cart.b:1|c|@0.25|#env:prod,region:eu",
            "shop.cart.c:1|c|@0.1|#env:dev,region:eu",
            "shop.cart.logins:1|c|@0.25|#env:prod,region:eu",
            "shop.cart.depth:3|g|#env:prod,region:us",
            "shop.cart.visitors:1|s|#env:prod,region:eu",
            "shop.cart.at:1|c|#env:prod,region:eu|T17",
            "_sc|shop.cart.up|0|#env:dev,region:eu",
            "_e{8,3}:Deployed|2.1|#env:prod,region:eu",
        ]
    );
    let called: Vec<_> = seen.iter().map(SeenCall::called).collect();
    assert_eq!(called, ["a", "b", "c", "logins", "depth", "visitors", "at", "up", "Deployed"]);
    assert_eq!((seen[7].name(), seen[8].name()), ("shop.cart.up", "Deployed"));
    assert_eq!((seen[7].tag("env"), seen[8].tag("region")), (Some("dev"), Some("eu")));
}

#[test]
fn every_dialect_and_every_way_of_sending_is_seen_alike() {
    for &dialect in Dialect::ALL {
        for aggregation in [Aggregation::On, Aggregation::Off] {
            let (client, captured) = client(|builder| {
                builder.dialect(dialect).aggregation(aggregation).tag("a.b", "c:d").max_contexts(1)
            });
            let seen = capture(|| {
                client.count("orders", 2);
                client.gauge_delta("depth", 3);
                client.histogram("size", -1.5);
                client.event(&Event::new("Deployed", "2.1"));
            });
            assert_eq!(
                lines(&seen),
                [
                    "orders:2|c|#a.b:c:d",
                    "depth:+3|g|#a.b:c:d",
                    "size:-1.5|h|#a.b:c:d",
                    "_e{8,3}:Deployed|2.1|#a.b:c:d"
                ]
            );
            assert_eq!(seen[3].kind(), SeenKind::Event);
            assert!(client.flush(PATIENCE) && captured.is_empty());
            assert_eq!(client.stats().calls, 0);
        }
    }
}

#[test]
fn a_client_that_has_ended_or_is_full_is_seen_as_any_other() {
    let (client, _captured) =
        client(|builder| builder.max_queued_bytes(1).when_full(WhenFull::DropNewest));
    assert!(client.shutdown(PATIENCE).is_nothing());
    let seen = capture(|| {
        client.increment("orders");
        client.timing("render", Duration::from_millis(1));
    });
    assert_eq!(lines(&seen), ["orders:1|c", "render:1|ms"]);
}

#[test]
fn the_words_of_a_client_are_found_again_behind_a_capture() {
    let (client, captured) = client(|builder| builder);
    let orders = Counter::new("orders").on(&client);
    orders.increment();
    assert_eq!(capture(|| orders.add(10)).len(), 1);
    orders.increment();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The first call of this thread, and of this handle on it, is one that is captured.
            assert_eq!(capture(|| orders.add(10)).len(), 1);
            orders.increment();
        });
    });
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["orders:3|c"]);
}
