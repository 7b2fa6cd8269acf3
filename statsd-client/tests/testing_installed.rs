//! Captures where a client is installed, and where another one is installed every moment. One test,
//! because there is one installed client.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use statsd_client::testing::{SeenCall, capture};
use statsd_client::{
    CaptureBackend, Captured, Client, Counter, Event, count, event, install, measure, statsd_count,
};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

static HITS: Counter = Counter::new("hits");

#[statsd_count("attribute")]
fn hit() {}

fn client() -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().prefix("shop").tag("env", "prod").backend(backend);
    let client = builder.flush_interval(Duration::from_secs(3_600)).build().unwrap();
    (client.child().prefix("cart").build(), captured)
}

fn calls() {
    HITS.increment();
    statsd_client::increment("free");
    count!("macro", 1, tags(n = 1 + 1));
    hit();
    measure!(format!("made"), ());
    event(&Event::new("Deployed", "2.1"));
    event!("Deployed", "2.1");
}

#[test]
fn an_installed_client_is_seen_in_every_call_and_told_of_none() {
    let (first, captured) = client();
    let mut guard = install(first.clone());
    calls();
    let seen = capture(calls);
    let metrics = ["hits", "free", "macro", "attribute", "made"];
    let mut names = metrics.map(|name| format!("shop.cart.{name}")).to_vec();
    names.extend(["Deployed".into(), "Deployed".into()]);
    assert_eq!(seen.iter().map(SeenCall::name).collect::<Vec<_>>(), names);
    assert!(seen.iter().all(|call| call.tag("env") == Some("prod")));
    calls();
    assert!(first.flush(PATIENCE));
    assert!(captured.lines().contains(&"shop.cart.hits.env.prod:2|c".to_owned()));
    assert_eq!(first.stats().calls, 14);

    // Calls of threads that capture are seen whoever is installed at that moment, and always under its prefix.
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let seen = capture(calls);
                    assert_eq!(seen.len(), 7, "{seen}");
                    let is_whole =
                        |name: &str| name == "Deployed" || name.starts_with("shop.cart.");
                    assert!(seen.iter().all(|call| is_whole(call.name())), "{seen}");
                }
            });
        }
        let others: Vec<_> = (0..8).map(|_| client().0).collect();
        for n in 0..2_000 {
            guard = install(others[n % others.len()].clone());
        }
        is_over.store(true, Ordering::Relaxed);
        for other in &others {
            assert_eq!(other.stats().calls, 0);
        }
    });
    drop(guard);
    let seen = capture(calls);
    assert_eq!(seen[0].to_string(), "hits:1|c");
}
