//! The switch for everything that follows the installed client. In a process of its own, because there is
//! one installed client and one switch; one test at a time for the same reason.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{
    CaptureBackend, Captured, Client, Counter, Event, Gauge, Set, Stats, Timer, around_fork, count,
    event, install, is_enabled, set_enabled, statsd_count, statsd_measure,
};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

static HITS: Counter = Counter::new("hits");
static DEPTH: Gauge = Gauge::new("depth");
static RENDER: Timer = Timer::new("render");
static VISITORS: Set = Set::new("visitors");

#[statsd_count("annotated")]
#[statsd_measure("annotated.time")]
fn annotated() {}

#[statsd_count("annotated.{name}")]
#[statsd_measure("annotated.time.{name}")]
fn named(name: &str) {}

/// Keeps the other tests of this process waiting, and leaves the switch as it was.
struct Alone(#[expect(dead_code, reason = "held")] MutexGuard<'static, ()>);

impl Alone {
    fn now() -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        Self(ONE.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        set_enabled(true);
    }
}

fn capture() -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    let builder = builder.reservoir_size(1 << 20).max_queued_bytes(1 << 28);
    // Only the flushes that a test asks for.
    (builder.flush_interval(Duration::from_secs(3_600)).build().unwrap(), captured)
}

fn assert_adds_up(stats: &Stats) {
    let parts = stats.sent + stats.aggregated + stats.sampled_out + stats.dropped.total();
    assert_eq!(stats.calls, parts, "{stats:?}");
}

/// Whatever follows the installed client; how many calls that makes.
fn calls() -> u64 {
    let tag = "made at the call";
    HITS.increment();
    HITS.add(2);
    DEPTH.set(3);
    DEPTH.add(4);
    RENDER.record(Duration::from_millis(1));
    RENDER.measure(|| ());
    VISITORS.insert("ada");
    annotated();
    named("x");
    statsd_client::increment("free");
    statsd_client::decrement("free");
    statsd_client::meter("free", 1);
    statsd_client::gauge("free", 1);
    statsd_client::gauge_delta("free", 1);
    statsd_client::timing("free", Duration::from_millis(1));
    statsd_client::histogram("free", 1);
    statsd_client::distribution("free", 1);
    statsd_client::set("free", 1);
    statsd_client::measure("free", || ());
    statsd_client::count_at("free", 1, 1_700_000_000);
    statsd_client::gauge_at("free", 1, 1_700_000_000);
    event(&Event::new("free", "text"));
    count!("macro");
    count!("macro", 2, tags(k = tag),);
    statsd_client::gauge!("macro", 1, tags(k = tag));
    statsd_client::measure!("macro", (), tags(k = tag));
    event!("macro", "text");
    7 + 4 + 13 + 5
}

fn calls_of(client: &Client) -> u64 {
    client.stats().calls
}

#[test]
fn off_nobody_hears_a_call_and_on_the_client_is_there_again() {
    let _alone = Alone::now();
    let (client, captured) = capture();
    let guard = install(client.clone());
    let made = calls();
    assert_eq!(calls_of(&client), made);

    set_enabled(false);
    assert!(!is_enabled());
    calls();
    std::thread::spawn(calls).join().unwrap();
    assert_eq!(calls_of(&client), made, "whoever knew the words, and whoever did not");
    // What was recorded before leaves.
    assert!(captured.is_empty());
    assert!(client.flush(PATIENCE));
    assert!(captured.lines().contains(&"hits:3|c".into()), "{:?}", captured.lines());

    set_enabled(true);
    let again = calls();
    assert_eq!(calls_of(&client), made + again);
    drop(guard);
    assert_adds_up(&client.stats());
    assert_eq!(client.stats().dropped.total(), 0);
    assert_eq!(captured.lines().iter().filter(|line| *line == "hits:3|c").count(), 2);
}

#[test]
fn what_names_its_client_is_not_concerned() {
    let _alone = Alone::now();
    let (client, captured) = capture();
    let bound = Counter::new("bound").on(&client);
    let _guard = install(client.clone());
    set_enabled(false);
    bound.increment();
    client.increment("method");
    HITS.increment();
    let (scoped, in_scope) = capture();
    scoped.scope(|| {
        HITS.increment();
        count!("macro");
        // Others' scopes are no client of this one's.
        std::thread::spawn(calls).join().unwrap();
        // Nor does the switch end one.
        set_enabled(true);
        set_enabled(false);
        HITS.increment();
    });
    HITS.increment();
    assert!(client.flush(PATIENCE) && scoped.flush(PATIENCE));
    let sorted = |captured: &Captured| {
        let mut lines = captured.lines();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&captured), ["bound:1|c", "method:1|c"]);
    assert_eq!(sorted(&in_scope), ["hits:2|c", "macro:1|c"]);
}

#[test]
fn clients_come_and_go_while_it_is_off() {
    let _alone = Alone::now();
    set_enabled(false);
    set_enabled(false);
    set_enabled(true);
    calls();
    set_enabled(false);

    let ((first, _), (second, _)) = (capture(), capture());
    let first_guard = install(first.clone());
    let second_guard = install(second.clone());
    calls();
    // An earlier guard ends nothing of a later installation.
    drop(first_guard);
    set_enabled(true);
    let made = calls();
    assert_eq!((calls_of(&first), calls_of(&second)), (0, made));

    // Off, uninstalled, and on again: nobody.
    set_enabled(false);
    drop(second_guard);
    set_enabled(true);
    calls();
    assert_eq!(calls_of(&second), made);

    // Installed, off, replaced, on.
    let first_guard = install(first.clone());
    HITS.increment();
    set_enabled(false);
    let second_guard = install(second.clone());
    set_enabled(true);
    HITS.increment();
    drop(first_guard);
    HITS.increment();
    assert_eq!((calls_of(&first), calls_of(&second)), (1, made + 2));
    drop(second_guard);
    calls();
    assert_eq!((calls_of(&first), calls_of(&second)), (1, made + 2));
}

#[test]
fn a_client_that_waits_ends_with_its_guard() {
    let _alone = Alone::now();
    let (client, captured) = capture();
    let guard = install(client);
    HITS.increment();
    set_enabled(false);
    drop(guard);
    assert_eq!(captured.lines(), ["hits:1|c"]);
    assert!(statsd_client::muted().is_empty() && !statsd_client::mute("hits"));
}

#[test]
fn metrics_are_switched_one_by_one_at_the_installed_client_also_while_all_are_off() {
    let _alone = Alone::now();
    let (client, captured) = capture();
    let _guard = install(client.child().prefix("cart").build());
    HITS.increment();
    assert!(statsd_client::mute("cart.hits"));
    (0..5).for_each(|_| HITS.increment());
    set_enabled(false);
    assert!(statsd_client::mute("*free") && !statsd_client::unmute("*"));
    assert_eq!(statsd_client::muted(), ["cart.hits", "*free"]);
    set_enabled(true);
    for _ in 0..3 {
        HITS.increment();
        statsd_client::increment("free");
        event(&Event::new("free", "text"));
        DEPTH.set(1);
    }
    assert!(statsd_client::unmute("cart.hits"));
    HITS.add(7);
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    assert_eq!(lines, ["cart.depth:1|g", "cart.hits:1|c", "cart.hits:7|c"]);
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.muted), (19, 14));
}

#[test]
fn threads_that_call_meanwhile_are_heard_or_not_and_the_account_is_what_leaves() {
    const TURNS: usize = if cfg!(debug_assertions) { 100 } else { 1_000 };
    let _alone = Alone::now();
    let (client, captured) = capture();
    let guard = install(client.clone());
    let bound = Counter::new("bound").on(&client);
    let is_over = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        let threads = [0; 3].map(|_| {
            scope.spawn(|| {
                let mut made = 0_u64;
                while !is_over.load(Ordering::SeqCst) {
                    for _ in 0..10 {
                        HITS.increment();
                        count!("macro", tags(k = made % 2));
                        statsd_client::increment("free");
                        RENDER.record(Duration::from_millis(1));
                        bound.increment();
                    }
                    made += 10;
                }
                made
            })
        });
        for turn in 0..TURNS {
            set_enabled(false);
            let quiet = client.stats();
            assert_adds_up(&quiet);
            set_enabled(true);
            if turn % 16 == 0 {
                assert!(client.flush(PATIENCE));
            }
        }
        set_enabled(false);
        is_over.store(true, Ordering::SeqCst);
        threads.map(|thread| thread.join().unwrap()).iter().sum::<u64>()
    });
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.dropped.total(), 0);
    let (mut heard, mut bound_calls) = (0.0, 0.0);
    for sample in captured.packets().iter().flat_map(|packet| parse(packet, Dialect::DogStatsd)) {
        let sample = sample.unwrap();
        let Value::Number(number) = sample.value else { panic!("{sample:?}") };
        let calls = if sample.name == b"render" { 1.0 } else { number };
        heard += calls / sample.rate;
        if sample.name == b"bound" {
            bound_calls += number;
        }
    }
    assert_eq!(bound_calls, made as f64, "bound handles are always heard");
    assert!((made..=5 * made).contains(&stats.calls), "{stats:?}");
    assert_eq!(heard, stats.calls as f64);
    drop(guard);
}

/// The locks of installation and fork are asked for in one order, whoever comes first.
#[test]
fn forks_and_switches_do_not_wait_for_each_other() {
    const TURNS: usize = if cfg!(debug_assertions) { 200 } else { 1_000 };
    let _alone = Alone::now();
    let (client, _) = capture();
    let _guard = install(client.clone());
    let (made, by_fork) = std::thread::scope(|scope| {
        let installs = scope.spawn(|| {
            for _ in 0..TURNS {
                let _replaced = install(client.clone());
            }
        });
        let switches = scope.spawn(|| {
            for turn in 0..TURNS {
                set_enabled(turn % 2 == 0);
                statsd_client::mute("nothing");
                statsd_client::unmute("nothing");
                HITS.increment();
            }
        });
        let mut forks = 0;
        while !installs.is_finished() || !switches.is_finished() {
            around_fork(&[&client], || forks += 1);
            client.increment("forks");
        }
        (installs.join().and(switches.join()), forks)
    });
    made.unwrap();
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert!((by_fork..=by_fork + TURNS as u64).contains(&stats.calls), "{stats:?}");
}
