//! More calls than the backend takes, and backends that are of no help.

use std::sync::mpsc;

use statsd_client::{Aggregation, Event, WhenFull};

use super::*;

/// Holds the client's thread in `send` until it is let go.
struct Gate {
    opened: mpsc::Receiver<()>,
    inner: Switch,
}

impl Backend for Gate {
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        // Where nobody can open it any more, it is open.
        let _open = self.opened.recv();
        self.inner.send(packet)
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

/// What a backend does wrong.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    Fails,
    Panics,
    NotReady,
    PanicsWhenAsked,
}

struct Faulty(Fault);

impl Backend for Faulty {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        match self.0 {
            Fault::Fails => Err(io::ErrorKind::Other.into()),
            // Resumed rather than raised, so that the test's output stays quiet.
            Fault::Panics => std::panic::resume_unwind(Box::new("backend")),
            _ => Ok(()),
        }
    }

    fn max_packet_size(&self) -> usize {
        512
    }

    fn ready(&mut self) -> bool {
        match self.0 {
            Fault::NotReady => false,
            Fault::PanicsWhenAsked => std::panic::resume_unwind(Box::new("backend")),
            _ => true,
        }
    }
}

#[test]
fn the_account_is_exact_whatever_the_backend_does_and_whoever_waits() {
    const THREADS: u64 = 8;
    let calls = 2_000 * SCALE;
    let policies =
        [WhenFull::DropNewest, WhenFull::DropOldest, WhenFull::Block(Duration::from_micros(50))];
    let faults =
        [Fault::None, Fault::Fails, Fault::Panics, Fault::NotReady, Fault::PanicsWhenAsked];
    for when_full in policies {
        for fault in faults {
            for aggregation in [Aggregation::Off, Aggregation::On] {
                let client = Client::builder()
                    .backend(Faulty(fault))
                    .aggregation(aggregation)
                    .flush_interval(Duration::from_millis(1))
                    .max_queued_bytes(32 * 1_024)
                    .when_full(when_full)
                    .build()
                    .unwrap();
                std::thread::scope(|scope| {
                    for _ in 0..THREADS {
                        scope.spawn(|| {
                            for n in 0..calls / 2 {
                                client.count("n", n.cast_signed());
                                client.timing("t", Duration::from_nanos(n));
                            }
                        });
                    }
                });
                client.flush(Duration::ZERO);
                let stats = client.stats();
                assert_adds_up(&stats);
                assert_eq!(stats.calls, THREADS * (calls / 2) * 2, "{when_full:?} {fault:?}");
            }
        }
    }
}

#[test]
fn a_blocked_backend_costs_bounded_memory_and_no_caller_waits() {
    let (open, opened) = mpsc::channel();
    let inner = Switch::default();
    let client = Client::builder()
        .backend(Gate { opened, inner: inner.clone() })
        .aggregation(Aggregation::Off)
        .flush_interval(Duration::from_millis(1))
        .max_queued_bytes(16 * 1_024)
        .build()
        .unwrap();
    for n in 0..50_000 {
        client.count("n", n);
    }
    drop(open);
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 50_000);
    assert_eq!(stats.sent, inner.lines().len() as u64);
    // All that one flush took before it was blocked, and all that waited behind it.
    assert!(stats.sent <= 2 * (16 * 1_024 / 16 + 128), "{stats:?}");
    assert!(stats.dropped.queue_full > 0);
}

#[test]
fn a_small_queue_is_used_again_and_again() {
    // A run for each thread; beside it room for calls that meet while their name is being registered.
    for (threads, limit) in [(1, 2_048), (4, 4 * 2_048 + 1_024)] {
        let (client, captured) =
            capture(|builder| builder.aggregation(Aggregation::Off).max_queued_bytes(limit));
        let barrier = std::sync::Barrier::new(threads);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (client, barrier) = (&client, &barrier);
                scope.spawn(move || {
                    for _round in 0..20 {
                        for n in 0..100 {
                            client.count("n", n);
                        }
                        barrier.wait();
                        if thread == 0 {
                            assert!(client.flush(PATIENCE));
                        }
                        barrier.wait();
                    }
                });
            }
        });
        let stats = client.stats();
        assert_adds_up(&stats);
        let calls = 20 * 100 * threads as u64;
        assert_eq!((stats.calls, stats.sent), (calls, calls), "{:?}", stats.dropped);
        assert_eq!(captured.lines().len() as u64, calls);
    }
}

#[test]
fn a_call_that_waits_for_room_loses_nothing_while_the_thread_keeps_up() {
    const THREADS: u64 = 4;
    let calls = 10_000 * SCALE;
    let switch = Switch::default();
    switch.turn_on();
    let client = Client::builder()
        .backend(switch.clone())
        .aggregation(Aggregation::Off)
        .flush_interval(NEVER)
        .max_queued_bytes(16 * 1_024)
        .when_full(WhenFull::Block(PATIENCE))
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..calls).for_each(|_| client.count("n", 1)));
        }
    });
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.sent), (THREADS * calls, THREADS * calls));
    assert_eq!(sums(&switch.packets(), Dialect::Etsy)["n"].0, (THREADS * calls) as f64);
}

#[test]
fn a_call_that_has_waited_long_enough_is_dropped_and_counted() {
    let client = Client::builder()
        .backend(Faulty(Fault::NotReady))
        .aggregation(Aggregation::Off)
        .max_queued_bytes(2_048)
        .when_full(WhenFull::Block(Duration::from_millis(1)))
        .build()
        .unwrap();
    for n in 0..140 {
        client.count("n", n);
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.sent, stats.dropped.queue_full), (140, 128, 12));
}

#[test]
fn the_end_of_a_client_is_the_end_of_all_waiting_for_it() {
    let client = Client::builder()
        .backend(Faulty(Fault::NotReady))
        .aggregation(Aggregation::Off)
        .max_queued_bytes(2_048)
        .when_full(WhenFull::Block(Duration::MAX))
        .build()
        .unwrap();
    let (full, is_full) = mpsc::channel();
    let calling = client.clone();
    let thread = std::thread::spawn(move || {
        (0..128).for_each(|n| calling.count("n", n));
        full.send(()).unwrap();
        calling.count("n", 128);
    });
    is_full.recv().unwrap();
    let left = client.shutdown(Duration::from_millis(20));
    assert!(left.has_ended);
    // Joined: what was under way at the end is counted where the thread lets go.
    thread.join().unwrap();
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 129);
}

/// Counts with its own client, from within `send`.
struct Recursive {
    client: Arc<Mutex<Option<Client>>>,
    calls: u64,
}

impl Backend for Recursive {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        if let Some(client) = &*self.client.lock().unwrap() {
            for _ in 0..self.calls {
                client.count("sent", 1);
            }
        }
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

#[test]
fn a_backend_that_counts_with_its_own_client_does_not_wait_for_itself() {
    let kept = Arc::new(Mutex::new(None));
    let client = Client::builder()
        .backend(Recursive { client: kept.clone(), calls: 1_000 })
        .aggregation(Aggregation::Off)
        .flush_interval(NEVER)
        .max_queued_bytes(2_048)
        .when_full(WhenFull::Block(Duration::MAX))
        .build()
        .unwrap();
    *kept.lock().unwrap() = Some(client.clone());
    client.count("n", 1);
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 1 + 1_000);
    *kept.lock().unwrap() = None;
}

#[test]
fn the_oldest_are_given_up_and_the_newest_kept() {
    const LIMIT: usize = 8 * 2_048;
    let switch = Switch::default();
    let client = Client::builder()
        .backend(switch.clone())
        .aggregation(Aggregation::Off)
        .flush_interval(NEVER)
        .max_queued_bytes(LIMIT)
        .when_full(WhenFull::DropOldest)
        .build()
        .unwrap();
    for n in 0..5_000 {
        client.count("n", n);
        if n % 500 == 0 {
            switch.await_look(&client);
        }
    }
    switch.turn_on();
    assert!(client.flush(PATIENCE));
    let lines = switch.lines();
    let expected: Vec<_> = (5_000 - lines.len()..5_000).map(|n| format!("n:{n}|c")).collect();
    assert!(
        lines == expected,
        "not the newest, or a gap among them: {} to {}",
        lines[0],
        lines[lines.len() - 1]
    );
    assert!((LIMIT / 16 / 2..=LIMIT / 16 + 128).contains(&lines.len()), "{}", lines.len());
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.sent), (5_000, lines.len() as u64));
    assert_eq!(stats.dropped.queue_full, 5_000 - lines.len() as u64);
}

#[test]
fn the_oldest_events_are_given_up_too() {
    let switch = Switch::default();
    let client = Client::builder()
        .backend(switch.clone())
        .dialect(Dialect::DogStatsd)
        .flush_interval(NEVER)
        .max_queued_bytes(16 * 1_024)
        .when_full(WhenFull::DropOldest)
        .build()
        .unwrap();
    for n in 0..1_000 {
        client.event(&Event::new("deployed", n.to_string()));
        if n % 40 == 0 {
            switch.await_look(&client);
        }
    }
    switch.turn_on();
    assert!(client.flush(PATIENCE));
    let lines = switch.lines();
    assert_eq!(lines.last().unwrap(), "_e{8,3}:deployed|999");
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.sent), (1_000, lines.len() as u64));
}

#[test]
fn every_thread_is_left_its_newest() {
    let switch = Switch::default();
    let client = Client::builder()
        .backend(switch.clone())
        .aggregation(Aggregation::Off)
        .flush_interval(NEVER)
        .max_queued_bytes(16 * 2_048)
        .when_full(WhenFull::DropOldest)
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            let client = &client;
            scope.spawn(move || (0..7 * 128).for_each(|n| client.count(name, n)));
        }
    });
    switch.await_look(&client);
    switch.turn_on();
    assert!(client.flush(PATIENCE));
    let lines = switch.lines();
    let of = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
    assert!(of("a").abs_diff(of("b")) <= 128, "{} and {}: {:?}", of("a"), of("b"), client.stats());
    assert!(lines.contains(&"a:895|c".into()) && lines.contains(&"b:895|c".into()));
    assert_adds_up(&client.stats());
}

#[test]
fn a_failing_backend_does_not_keep_the_thread_from_ending() {
    for fault in [Fault::Fails, Fault::Panics] {
        for _ in 0..50 {
            let client = Client::builder().backend(Faulty(fault)).build().unwrap();
            client.increment("n");
            let left = client.shutdown(PATIENCE);
            assert_eq!((left.calls, left.has_ended), (0, true));
            assert_eq!(client.stats().dropped.send_failed, 1);
        }
    }
}
