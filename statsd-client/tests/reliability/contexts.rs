//! Contexts that come, go idle, come back, and are too many.

use statsd_client::{Counter, Gauge};

use super::*;

/// More gauges than the smallest table holds.
const MANY_GAUGES: usize = 40;

#[test]
fn a_gauge_keeps_its_level_when_contexts_are_numbered_anew() {
    let (client, captured) = capture(|builder| builder.dialect(Dialect::DogStatsd));
    client.gauge("jobs", 10);
    assert!(client.flush(PATIENCE));
    for n in 0..MANY_GAUGES {
        client.gauge(&format!("gauge{n}"), 1);
    }
    // The table has grown after this one, and so every context is met again.
    assert!(client.flush(PATIENCE));
    client.gauge_delta("jobs", -1);
    assert!(client.flush(PATIENCE));
    assert_eq!(last_lines(&captured)["jobs"], "jobs:9|g");
}

#[test]
fn a_change_of_a_gauge_that_finds_no_room_is_a_change_in_every_dialect() {
    for (dialect, expected) in [(Dialect::DogStatsd, 5.0), (Dialect::Etsy, 5.0)] {
        let (client, captured) = capture(|builder| builder.dialect(dialect));
        for n in 0..MANY_GAUGES {
            client.gauge(&format!("gauge{n}"), 1);
            // Beyond the table's room each call travels by itself.
            client.gauge_delta(&format!("gauge{n}"), 2);
            client.gauge_delta(&format!("gauge{n}"), 2);
        }
        assert!(client.flush(PATIENCE));
        let mut levels = BTreeMap::new();
        for packet in captured.packets() {
            for sample in parse(&packet, dialect) {
                let sample = sample.unwrap();
                let level: &mut f64 = levels.entry(sample.name.to_vec()).or_default();
                match sample.value {
                    Value::Number(number) => *level = number,
                    Value::Delta(delta) => *level += delta,
                    _ => unreachable!("gauges only"),
                }
            }
        }
        assert_eq!(levels.len(), MANY_GAUGES);
        for (name, level) in levels {
            assert_eq!(level, expected, "{} in {dialect:?}", String::from_utf8_lossy(&name));
        }
    }
}

#[test]
fn every_gauge_keeps_its_last_value_while_the_tables_grow() {
    const GAUGES: usize = 700;
    let (client, captured) = capture(|builder| builder);
    let handles: Vec<_> =
        (0..GAUGES).map(|n| Gauge::named(format!("gauge{n}")).on(&client)).collect();
    for round in 0..6 {
        for (n, gauge) in handles.iter().enumerate() {
            gauge.set(n * 10 + round);
        }
        assert!(client.flush(PATIENCE));
        let last = last_lines(&captured);
        for n in 0..GAUGES {
            assert_eq!(last[&format!("gauge{n}")], format!("gauge{n}:{}|g", n * 10 + round));
        }
    }
    assert_adds_up(&client.stats());
}

#[test]
fn an_idle_context_is_forgotten_and_counts_right_when_it_is_back() {
    let (client, captured) = capture(|builder| builder.idle_expiry(Duration::from_nanos(1)));
    let (counter, gauge) = (Counter::new("c").on(&client), Gauge::new("g").on(&client));
    for round in 1..=3 {
        counter.add(round);
        gauge.set(round);
        client.count("by.name", round);
        client.timing("t", Duration::from_millis(1));
        assert_eq!(client.stats().contexts, 4);
        assert!(client.flush(PATIENCE));
        // Nothing was used since, so this one forgets all of it.
        assert!(client.flush(PATIENCE));
        assert_eq!(client.stats().contexts, 0);
    }
    let sums = sums(&captured.packets(), Dialect::Etsy);
    assert_eq!(sums["c"].0, 6.0);
    assert_eq!(sums["by.name"].0, 6.0);
    assert_eq!(sums["t"].1, 3.0);
    assert_eq!(last_lines(&captured)["g"], "g:3|g");
    assert_adds_up(&client.stats());
}

#[test]
fn as_many_contexts_as_there_may_be_are_exact_and_the_rest_overflows() {
    const CONTEXTS: u64 = 16 * 1_024;
    let (client, captured) = capture(|builder| builder);
    let names: Vec<_> = (0..CONTEXTS + 100).map(|n| format!("n{n}")).collect();
    for round in 1..=2 {
        for name in &names {
            client.count(name, round);
        }
        assert!(client.flush(PATIENCE));
    }
    let sums = sums(&captured.packets(), Dialect::Etsy);
    assert_eq!(sums["statsd_client.overflow.counters"].0, 300.0);
    assert_eq!(sums.len() as u64, CONTEXTS + 1);
    assert!(sums.iter().all(|(name, (sum, _))| *sum == 3.0 || name.starts_with("statsd_client.")));
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!((stats.calls, stats.contexts), (2 * (CONTEXTS + 100), CONTEXTS + 1));
    assert_eq!(stats.dropped.total(), 0);
}
