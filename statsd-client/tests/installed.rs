//! Clients that are installed one after the other while all threads call: nothing is lost between them,
//! and nothing is said in another one's name. One test, because there is one installed client.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{CaptureBackend, Captured, Client, Counter, Gauge, Timer, count, install};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

static HITS: Counter = Counter::new("hits");
static DEPTH: Gauge = Gauge::new("depth");
static RENDER: Timer = Timer::new("render");

const THREADS: u64 = 4;
const CALLS: u64 = 60;

/// Rounds of calls that a thread makes for each client: on a busy machine, whoever installs clients would
/// otherwise get no turn while calls pile up.
const ROUNDS: u64 = 4;

/// What every thread calls, with everything that follows the installed client.
fn calls(made: &AtomicU64) {
    for n in 0..CALLS {
        HITS.increment();
        count("free", 2);
        count!("macro", 3, tags(turn = n % 2));
        RENDER.record(Duration::from_millis(1));
        DEPTH.set(n);
    }
    made.fetch_add(CALLS, Ordering::SeqCst);
}

fn client(prefix: &str) -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    // Every duration is kept, so that they can be counted.
    let builder = Client::builder().backend(backend).reservoir_size(1 << 20);
    let builder = builder.max_queued_bytes(1 << 26).flush_interval(Duration::from_secs(3_600));
    let client = builder.build().unwrap();
    let child = client.child().prefix(prefix).build();
    (if prefix.is_empty() { client } else { child }, captured)
}

#[test]
fn nothing_is_lost_where_one_client_is_installed_after_another() {
    let installs = if cfg!(debug_assertions) { 300 } else { 3_000 };
    let (made, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let installed = AtomicU64::new(0);
    let mut clients = Vec::new();
    let mut next = |n: usize| {
        let prefix = ["", "odd", "even"][n % 3];
        let (client, captured) = client(prefix);
        clients.push((client.clone(), captured, prefix));
        client
    };
    let mut guard = install(next(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut rounds_left = (0, ROUNDS);
                while !is_over.load(Ordering::SeqCst) {
                    let client = installed.load(Ordering::SeqCst);
                    if rounds_left == (client, 0) {
                        std::thread::yield_now();
                        continue;
                    }
                    if rounds_left.0 != client {
                        rounds_left = (client, ROUNDS);
                    }
                    rounds_left.1 -= 1;
                    calls(&made);
                    // A thread that knows no client yet.
                    std::thread::scope(|scope| {
                        scope.spawn(|| calls(&made));
                    });
                }
            });
        }
        for n in 1..installs {
            guard = install(next(n));
            installed.fetch_add(1, Ordering::SeqCst);
        }
        is_over.store(true, Ordering::SeqCst);
    });
    let made = made.into_inner();
    let mut sums = BTreeMap::<String, f64>::new();
    let mut total = 0;
    for (client, captured, prefix) in &clients {
        assert!(client.flush(PATIENCE));
        let stats = client.stats();
        let parts = stats.sent + stats.aggregated + stats.sampled_out + stats.dropped.total();
        assert_eq!((stats.calls, stats.dropped.total()), (parts, 0), "{stats:?}");
        total += stats.calls;
        for packet in captured.packets() {
            for sample in parse(&packet, Dialect::Etsy) {
                let sample = sample.unwrap();
                let name = String::from_utf8(sample.name.to_vec()).unwrap();
                let own = if prefix.is_empty() {
                    Some(&*name)
                        .filter(|name| !name.starts_with("odd.") && !name.starts_with("even."))
                } else {
                    name.strip_prefix(prefix).and_then(|name| name.strip_prefix('.'))
                };
                let own = own.unwrap_or_else(|| panic!("{name} from the client of {prefix:?}"));
                let Value::Number(number) = sample.value else { panic!("{name}") };
                *sums.entry(own.to_owned()).or_default() += number / sample.rate;
            }
        }
    }
    let sums = ["hits", "free", "macro.turn.0", "macro.turn.1", "render"].map(|name| sums[name]);
    let made_f64 = made as f64;
    assert_eq!(sums, [1.0, 2.0, 1.5, 1.5, 1.0].map(|each| each * made_f64));
    assert_eq!(total, 5 * made);
    drop(guard);
}
