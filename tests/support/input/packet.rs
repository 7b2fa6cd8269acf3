//! Any bytes as a packet, in every dialect, to the parser and through the aggregator.

use statsd_client::protocol::{
    BadLine, Dialect, MetricType, Notice, Sample, Value, hash_name, notices, parse,
};
use statsd_server::aggregate::{Options, Shard, Snapshot, State};

/// With which names are hashed.
const SEED: u64 = 5;

/// What the server's own counters begin with. No name of a line begins so: a name ends before its first colon.
const OWN: &str = ":";

/// Whole numbers up to here add up exactly, in any order, whatever there is of them in a packet.
const EXACT_MAX: f64 = (1_u64 << 32) as f64;

/// Checks what must hold of every packet.
///
/// # Panics
/// It does not hold.
pub fn packet(data: &[u8]) {
    for &dialect in Dialect::ALL {
        let items = read(data, dialect);
        aggregated(data, dialect, true, &items);
        aggregated(data, dialect, false, &items);
    }
}

type Item<'a> = Result<Sample<'a>, BadLine<'a>>;

/// The parser goes on, counts its lines, and lets no line see another one.
fn read(data: &[u8], dialect: Dialect) -> Vec<Item<'_>> {
    let lines: Vec<&[u8]> = data.split(|&b| b == b'\n').filter(|line| !line.is_empty()).collect();
    let mut items = Vec::new();
    let mut samples = parse(data, dialect).seeded(SEED);
    let mut begun = 0;
    while let Some(item) = samples.next() {
        assert!(items.len() <= data.len(), "{dialect:?}: more values than bytes");
        // Events and service checks are lines without one.
        let with_values = samples.lines() - samples.notices();
        assert!(
            with_values == begun || with_values == begun + 1,
            "{dialect:?}: a line without a value"
        );
        begun = with_values;
        if let Ok(sample) = &item {
            usable(sample);
        }
        items.push(item);
    }
    assert_eq!(samples.lines(), lines.len(), "{dialect:?}");
    assert_eq!(samples.next(), None, "{dialect:?}: it goes on after its end");
    let one_by_one: Vec<_> =
        lines.iter().flat_map(|line| parse(line, dialect).seeded(SEED)).collect();
    assert_eq!(items, one_by_one, "{dialect:?}: a line depends on its neighbours");
    items
}

/// A sample is what the aggregator may rely on.
fn usable(sample: &Sample<'_>) {
    let Sample { name, name_hash, kind, value, rate, .. } = *sample;
    assert_eq!(name_hash, hash_name(name, SEED), "{sample:?}");
    assert!(rate > 0.0 && rate.is_finite(), "{sample:?}");
    match value {
        Value::Number(number) => {
            assert!(number.is_finite() && kind != MetricType::Set, "{sample:?}");
            assert!(kind == MetricType::Gauge || (number * (1.0 / rate)).is_finite(), "{sample:?}");
            assert!(kind != MetricType::Timer || number >= 0.0, "{sample:?}");
        }
        Value::Delta(delta) => {
            assert!(delta.is_finite() && kind == MetricType::Gauge, "{sample:?}");
        }
        Value::Text(text) => assert!(!text.is_empty() && kind == MetricType::Set, "{sample:?}"),
        ref other => panic!("a value that no line holds: {other:?}"),
    }
}

/// Every line is accepted or counted as bad, and what is accepted is in the snapshot.
fn aggregated(data: &[u8], dialect: Dialect, sanitise: bool, items: &[Item<'_>]) {
    let mut shard = Shard::new(dialect).sanitising(sanitise);
    let mut state = State::new(Options { prefix_stats: OWN.to_owned(), ..Options::default() });
    shard.record_packet(data);
    state.absorb(&mut shard.take());
    let snapshot = state.snapshot(1);
    let own = |name: &str| {
        let name = format!("{OWN}.{name}");
        snapshot.counters.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    };
    let lines = data.split(|&b| b == b'\n').filter(|line| !line.is_empty()).count();
    let is_dog = dialect == Dialect::DogStatsd;
    let told: Vec<_> = if is_dog { notices(data).collect() } else { Vec::new() };
    let bad_values = items.iter().filter(|item| item.is_err()).count();
    let bad = bad_values + told.iter().filter(|notice| notice.is_err()).count();
    let is_check = |notice: &&_| matches!(notice, Ok(Notice::ServiceCheck(_)));
    let checks = told.iter().filter(is_check).count();
    assert_eq!(own("packets_received"), Some(1.0));
    assert_eq!(own("metrics_received"), Some(lines as f64), "{dialect:?}");
    assert_eq!(own("bad_lines_seen"), Some(bad as f64), "{dialect:?}");
    let accepted: Vec<_> = items.iter().flatten().collect();
    added_up(&accepted, checks, &snapshot);
    // The next interval is an idle one, and begins anew.
    let next = state.snapshot(2);
    assert!(next.counters.iter().all(|(_, value)| *value == 0.0));
    assert_eq!(next.gauges.iter().filter(|(name, _)| !name.starts_with(OWN)).count(), {
        snapshot.gauges.iter().filter(|(name, _)| !name.starts_with(OWN)).count()
    });
}

fn added_up(accepted: &[&Sample<'_>], checks: usize, snapshot: &Snapshot) {
    let of = |kinds: &[MetricType]| -> Vec<&Sample<'_>> {
        accepted.iter().filter(|sample| kinds.contains(&sample.kind)).copied().collect()
    };
    let not_own = |name: &str| !name.starts_with(OWN);
    let counters = of(&[MetricType::Counter, MetricType::Meter]);
    if counters.iter().all(|sample| sample.rate == 1.0 && whole(sample.value)) {
        let sum: f64 = counters.iter().map(|sample| number(sample.value)).sum();
        let sent = snapshot.counters.iter().filter(|(name, _)| not_own(name));
        assert_eq!(sent.map(|(_, value)| value).sum::<f64>(), sum);
    }
    let times = of(&[MetricType::Timer, MetricType::Histogram, MetricType::Distribution]);
    if times.iter().all(|sample| sample.rate == 1.0) {
        let counts = snapshot.timers.iter().filter_map(|(_, timer)| timer.get("count"));
        assert_eq!(counts.sum::<f64>(), times.len() as f64);
    }
    let gauges = snapshot.gauges.iter().filter(|(name, _)| not_own(name)).count();
    let set = of(&[MetricType::Gauge]).len();
    // A service check is a gauge, too.
    let (least, most) = ((set + checks).min(1), set + checks);
    assert!((least..=most).contains(&gauges), "{most} values of {gauges} gauges");
    let members: usize = snapshot.sets.iter().map(|(_, members)| members).sum();
    let joined = of(&[MetricType::Set]).len();
    assert!(members <= joined && (members > 0) == (joined > 0), "{joined} joined {members}");
    assert_eq!(accepted.len(), counters.len() + times.len() + set + joined, "another type");
}

fn whole(value: Value<'_>) -> bool {
    number(value).fract() == 0.0 && number(value).abs() <= EXACT_MAX
}

fn number(value: Value<'_>) -> f64 {
    match value {
        Value::Number(number) => number,
        _ => f64::NAN,
    }
}
