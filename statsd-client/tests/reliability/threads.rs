//! Threads that come and go, clients that come and go under them, and destructors that still call.

use std::cell::RefCell;
use std::sync::{Barrier, mpsc};

use statsd_client::{Counter, Gauge, Set, Timer};

use super::*;

#[test]
fn a_thread_writes_nothing_through_words_that_it_has_let_go() {
    let (gone, _seen) = capture(|builder| builder);
    gone.increment("n");
    assert!(gone.shutdown(PATIENCE).is_nothing());
    // Its words go back to where the next thread takes them from.
    gone.increment("n");

    let (client, captured) = capture(|builder| builder);
    let (gauge, counter) = (Gauge::new("g").on(&client), Counter::new("c").on(&client));
    let met = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            gauge.set(1);
            counter.increment();
            met.wait();
            met.wait();
        });
        met.wait();
        gauge.set(2);
        counter.increment();
        met.wait();
    });
    assert!(client.flush(PATIENCE));
    assert_eq!(last_lines(&captured)["g"], "g:2|g");
    assert_eq!(last_lines(&captured)["c"], "c:2|c");
}

#[test]
fn none_of_many_increments_is_lost_over_threads_that_come_and_go() {
    const THREADS: u64 = 8;
    const CALLS: u64 = 5_000;
    let rounds = 25 * SCALE;
    let (client, captured) = capture(|builder| builder.flush_interval(Duration::from_millis(1)));
    let (counter, timer) = (Counter::new("handle").on(&client), Timer::new("t").on(&client));
    let mut long_lived = 0;
    std::thread::scope(|scope| {
        let (ended, has_ended) = mpsc::channel::<()>();
        let counting = scope.spawn(|| {
            let (counter, has_ended) = (&counter, has_ended);
            let mut calls = 0;
            while has_ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
                counter.increment();
                calls += 1;
            }
            calls
        });
        for _ in 0..rounds {
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        for _ in 0..CALLS {
                            counter.increment();
                        }
                        client.count("by.name", 7);
                        timer.record(Duration::from_millis(1));
                    });
                }
                assert!(client.flush(PATIENCE));
            });
        }
        drop(ended);
        long_lived = counting.join().unwrap();
    });
    assert!(client.flush(PATIENCE));
    let sums = sums(&captured.packets(), Dialect::Etsy);
    let threads = rounds * THREADS;
    assert_eq!(sums["handle"].0, (threads * CALLS + long_lived) as f64);
    assert_eq!(sums["by.name"].0, (threads * 7) as f64);
    assert_eq!(sums["t"].1, threads as f64);
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.total()), (threads * (CALLS + 2) + long_lived, 0));
}

struct Handles {
    counter: Counter,
    gauge: Gauge,
    timer: Timer,
    set: Set,
}

/// Every client's sums are what was called on it, though their words are the same memory.
#[test]
#[expect(clippy::too_many_lines, reason = "threads, clients and sums are one story")]
fn clients_that_come_and_go_under_the_same_threads_keep_their_calls_apart() {
    const THREADS: usize = 4;
    const CALLS: u64 = 300;
    let generations = 60 * SCALE;
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..THREADS).map(|_| mpsc::channel::<Arc<(Client, Handles)>>()).unzip();
    let mut expected = Vec::new();
    std::thread::scope(|scope| {
        for (thread, clients) in receivers.into_iter().enumerate() {
            scope.spawn(move || {
                // The one before is still there while the next one is used.
                let mut before = None::<Arc<(Client, Handles)>>;
                for this in clients {
                    let (client, handles) = &*this;
                    for n in 0..CALLS {
                        handles.counter.increment();
                        client.count("by.name", 2);
                        handles.gauge.set(n);
                        handles.timer.record(Duration::from_millis(1));
                        handles.set.insert(thread);
                        if n % 50 == 0
                            && let Some(before) = &before
                        {
                            before.1.counter.increment();
                            before.0.increment("late");
                        }
                    }
                    before = Some(this);
                }
            });
        }
        for generation in 0..generations {
            // Kept until they are looked at, so that nothing is missed by dropping the last clone.
            let (client, captured) = capture(|builder| {
                builder
                    .flush_interval(Duration::from_millis(1))
                    .idle_expiry(Duration::from_nanos(1))
            });
            let name = |kind: &str| format!("{kind}{generation}");
            let handles = Handles {
                counter: Counter::named(name("c")).on(&client),
                gauge: Gauge::named(name("g")).on(&client),
                timer: Timer::named(name("t")).on(&client),
                set: Set::named(name("s")).on(&client),
            };
            let shared = Arc::new((client.clone(), handles));
            for sender in &senders {
                sender.send(shared.clone()).unwrap();
            }
            if generation % 3 == 0 {
                client.flush(PATIENCE);
            }
            expected.push((generation, client, captured));
        }
        drop(senders);
    });
    for (generation, client, captured) in expected {
        assert!(client.flush(PATIENCE));
        let all = THREADS as u64 * CALLS;
        let is_last = generation + 1 == generations;
        let late = if is_last { 0 } else { THREADS as u64 * CALLS.div_ceil(50) };
        let sums = sums(&captured.packets(), Dialect::Etsy);
        let name = |kind: &str| format!("{kind}{generation}");
        assert_eq!(sums[&name("c")].0, (all + late) as f64);
        assert_eq!(sums["by.name"].0, (all * 2) as f64);
        assert_eq!(sums.get("late").map_or(0.0, |late| late.0), late as f64);
        assert_eq!(sums[&name("t")], (all as f64, all as f64));
        assert_eq!(last_lines(&captured)[&name("g")], format!("{}:{}|g", name("g"), CALLS - 1));
        let kinds = ["c", "g", "t", "s"].map(name);
        for line in captured.lines() {
            let known = line.split(':').next().unwrap();
            assert!(kinds.iter().any(|kind| kind == known) || ["by.name", "late"].contains(&known));
        }
        let stats = client.stats();
        assert_adds_up(&stats);
        assert_eq!((stats.calls, stats.dropped.total()), (5 * all + 2 * late, 0));
    }
}

#[test]
fn a_call_for_which_no_thread_is_left_is_counted() {
    // As many as may record at one time, none of which has been looked at since.
    const THREADS: u64 = 16 * 1_024;
    // More than the smallest block holds.
    const COUNTERS: u64 = 40;
    let (client, _captured) = capture(|builder| builder);
    let counter = Counter::new("c").on(&client);
    counter.increment();
    for _ in 0..THREADS / 8 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| counter.increment());
            }
        });
    }
    for n in 0..COUNTERS {
        client.increment(&format!("n{n}"));
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 1 + THREADS + COUNTERS);
    assert!(stats.dropped.no_thread > 0);
    assert!(client.flush(PATIENCE));
    client.increment("n39");
    assert_eq!(client.stats().dropped, stats.dropped);
}

#[test]
fn calls_in_the_destructors_of_a_thread_are_delivered_or_counted() {
    const THREADS: u64 = 20;
    struct AtEnd(Client);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            for n in 0..10 {
                self.0.increment("at.end");
                self.0.gauge("level", n);
                self.0.set("who", n);
                self.0.timing("t", Duration::from_millis(1));
                self.0.scope(|| statsd_client::increment("scoped"));
            }
        }
    }
    thread_local! {
        static FIRST: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
    }
    let (client, captured) = capture(|builder| builder);
    for _ in 0..THREADS {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                // Destructors run last to first: one after the thread's words are gone, one before.
                FIRST.with(|at_end| *at_end.borrow_mut() = Some(AtEnd(client.clone())));
                client.increment("alive");
                LAST.with(|at_end| *at_end.borrow_mut() = Some(AtEnd(client.clone())));
            });
            // The scope itself does not wait for destructors.
            thread.join().unwrap();
        });
    }
    assert!(client.flush(PATIENCE));
    let sums = sums(&captured.packets(), Dialect::Etsy);
    for (name, calls) in [("alive", 1), ("at.end", 10), ("scoped", 10)] {
        assert_eq!(sums[name].0, (THREADS * calls) as f64, "{name}");
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    // A scope has no place any more where the thread's words have none.
    assert_eq!(stats.dropped.no_thread, THREADS * 40);
    assert_eq!(stats.calls, THREADS * (1 + 50 + 40));
}
