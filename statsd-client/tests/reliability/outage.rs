//! Hours without a server, with the time taken out: the backend is not ready for many flushes.

use statsd_client::{Aggregation, Counter, Gauge};

use super::*;

/// A client that flushes all the time, and finds nobody.
fn lonely(settings: impl FnOnce(Builder) -> Builder) -> (Client, Switch) {
    let switch = Switch::default();
    let builder =
        Client::builder().backend(switch.clone()).flush_interval(Duration::from_millis(1));
    (settings(builder).build().unwrap(), switch)
}

#[test]
fn counters_and_gauges_outlast_an_outage() {
    const GAUGES: usize = 200;
    const ROUNDS: usize = 300;
    let (client, switch) = lonely(|builder| builder);
    let counter = Counter::new("requests").on(&client);
    let gauges: Vec<_> =
        (0..GAUGES).map(|n| Gauge::named(format!("gauge{n}")).on(&client)).collect();
    for round in 0..ROUNDS {
        counter.increment();
        client.count("by.name", 2);
        client.timing("render", Duration::from_millis(1));
        gauges.iter().enumerate().for_each(|(n, gauge)| gauge.set(n + round));
        if round % 100 == 0 {
            switch.await_look(&client);
        }
    }
    switch.turn_on();
    assert!(client.flush(PATIENCE));
    let sums = sums(&switch.packets(), Dialect::Etsy);
    assert_eq!((sums["requests"].0, sums["by.name"].0), (300.0, 600.0));
    assert_eq!(sums["render"].1, 300.0);
    let last: BTreeMap<_, _> = switch
        .lines()
        .into_iter()
        .map(|line| (line.split(':').next().unwrap().to_owned(), line))
        .collect();
    for n in 0..GAUGES {
        assert_eq!(last[&format!("gauge{n}")], format!("gauge{n}:{}|g", n + ROUNDS - 1));
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.total()), ((ROUNDS * (3 + GAUGES)) as u64, 0));
}

#[test]
fn threads_that_end_during_an_outage_make_room_for_others() {
    // More than may record at one time.
    const THREADS: u64 = 20_000;
    let (client, switch) = lonely(|builder| builder);
    let counter = Counter::new("requests").on(&client);
    for at in 0..THREADS / 8 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| counter.increment());
            }
        });
        if at % 256 == 0 {
            switch.await_look(&client);
        }
    }
    switch.turn_on();
    assert!(client.flush(PATIENCE));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.dropped.total()), (THREADS, 0));
    assert_eq!(sums(&switch.packets(), Dialect::Etsy)["requests"].0, THREADS as f64);
}

#[test]
fn the_queue_has_its_bound_through_an_outage_and_flows_again_after_it() {
    const LIMIT: usize = 64 * 1_024;
    let (client, switch) =
        lonely(|builder| builder.aggregation(Aggregation::Off).max_queued_bytes(LIMIT));
    for _outage in 0..3 {
        for n in 0..20_000 {
            client.count("n", n);
            if n % 5_000 == 0 {
                switch.await_look(&client);
            }
        }
        switch.turn_on();
        assert!(client.flush(PATIENCE));
        let before = client.stats();
        for n in 0..100 {
            client.count("n", n);
        }
        assert!(client.flush(PATIENCE));
        assert_eq!(client.stats().sent, before.sent + 100, "numbers flow at once");
        switch.turn_off();
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 3 * 20_100);
    assert_eq!(stats.sent, switch.lines().len() as u64);
    // 16 bytes a call, and what one more run holds that was read before the outage.
    assert!(stats.sent <= 3 * (LIMIT as u64 / 16 + 128 + 100), "{stats:?}");
}

#[test]
fn what_could_not_be_sent_before_the_end_is_said() {
    let (client, _switch) = lonely(|builder| builder);
    for _ in 0..5 {
        client.increment("n");
    }
    let left = client.shutdown(Duration::from_millis(20));
    assert_eq!((left.calls, left.has_ended, left.is_nothing()), (5, true, false));
    let again = client.shutdown(Duration::ZERO);
    assert!(again.has_ended);
}
