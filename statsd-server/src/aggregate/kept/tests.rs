use std::time::Duration;

use statsd_client::protocol::Dialect;

use super::*;
use crate::aggregate::{DeleteIdle, Options, Shard, Ttl};
use crate::limits::{CONTEXT_NAME_MAX_BYTES, NAMES_HELD_MAX_BYTES};

fn flush(state: &mut State, timestamp: i64, packet: &str) -> Snapshot {
    let mut shard = Shard::new(Dialect::Etsy);
    if !packet.is_empty() {
        shard.record_packet(packet.as_bytes());
    }
    state.absorb(&mut shard.take());
    state.snapshot(timestamp)
}

/// The state of another run that goes on where `snapshot` was made.
fn restarted(options: &Options, snapshot: &Snapshot) -> State {
    let mut state = State::new(options.clone());
    state.restore(Kept::from(snapshot));
    state
}

/// Everything in a snapshot, by kind and name: a forgotten name that returns keeps its place in one run, and
/// comes last in another.
type Numbers = Vec<(&'static str, String, String, u32)>;

fn numbers(snapshot: &Snapshot) -> Numbers {
    fn of<V: std::fmt::Debug>(kind: &'static str, list: &Named<V>, silence: &[u32]) -> Numbers {
        let entries = list.iter().zip(silence);
        entries.map(|((name, v), n)| (kind, name.to_owned(), format!("{v:?}"), *n)).collect()
    }
    let Snapshot { counters, timers, gauges, sets, silence, .. } = snapshot;
    let mut all = [
        of("counter", counters, &silence.counters),
        of("timer", timers, &silence.timers),
        of("gauge", gauges, &silence.gauges),
        of("set", sets, &silence.sets),
    ]
    .concat();
    all.sort_unstable();
    all
}

const PACKETS: [&str; 9] = [
    "c:1|c\ng:5|g\nt:7|ms\ns:x|s\nh:1|g",
    "c:2|c\ng:+1|g",
    "",
    "other:1|c\nt:9|ms",
    "",
    "g:-2|g\nbad",
    "",
    "",
    "c:1|c\nh:+3|g",
];

#[test]
fn a_restart_after_any_flush_changes_no_later_one() {
    let deletes = [DeleteIdle::default(), DeleteIdle::ALL];
    for (delete_idle, gauges_max_ttl) in [(deletes[0], 1), (deletes[1], 1), (deletes[1], 3)] {
        let options = Options { delete_idle, gauges_max_ttl, ..Options::default() };
        let run = |restart_after: Option<usize>| -> Vec<Numbers> {
            let mut state = State::new(options.clone());
            let mut snapshots = Vec::new();
            for (at, packet) in PACKETS.iter().enumerate() {
                let timestamp = 1_000 + 10 * i64::try_from(at).unwrap();
                let snapshot = flush(&mut state, timestamp, packet);
                if restart_after == Some(at) {
                    state = restarted(&options, &snapshot);
                }
                snapshots.push(numbers(&snapshot));
            }
            snapshots
        };
        let through = run(None);
        for restart_after in 0..PACKETS.len() {
            assert_eq!(run(Some(restart_after)), through, "{delete_idle:?} {restart_after}");
        }
    }
}

#[test]
fn the_time_away_is_no_silence_but_the_lag_tells_it() {
    let options = Options { delete_idle: DeleteIdle::ALL, gauges_max_ttl: 2, ..Options::default() };
    let mut state = State::new(options.clone());
    let before = flush(&mut state, 1_000, "g:5|g");
    let mut state = restarted(&options, &before);
    let after = flush(&mut state, 5_000, "");
    let get = |name: &str| after.gauges.get(name).copied();
    assert_eq!(get("g"), Some(5.0), "one flush more, as if the server had not been away");
    assert_eq!(get("statsd.timestamp_lag"), Some(3_990.0));
    assert!(!flush(&mut state, 5_010, "").gauges.iter().any(|(gauge, _)| gauge == "g"));
}

#[test]
fn idle_rules_are_those_of_the_new_options() {
    let mut state = State::new(Options::default());
    flush(&mut state, 1_000, "c:1|c\nt:1|ms\ns:x|s\ng:1|g");
    let before = flush(&mut state, 1_010, "seen:1|c");
    let delete = Options { delete_idle: DeleteIdle::ALL, ..Options::default() };
    let after = restarted(&delete, &before).snapshot(1_020);
    assert!(after.counters.iter().all(|(name, _)| name.starts_with("statsd.")));
    assert_eq!((after.timers.len(), after.sets.len(), after.gauges.len()), (0, 0, 1));
}

#[test]
fn own_metrics_of_another_prefix_do_not_return() {
    let mut state = State::new(Options::default());
    flush(&mut state, 1_000, "c:1|c");
    let before = flush(&mut state, 1_010, "statsd.mine:1|c");
    let renamed = Options { prefix_stats: "own".to_owned(), ..Options::default() };
    let after = restarted(&renamed, &before).snapshot(1_020);
    let names = |list: &Named<f64>| -> Vec<String> {
        list.iter().map(|(name, _)| name.to_owned()).collect()
    };
    let own = ["own.bad_lines_seen", "own.packets_received", "own.metrics_received"];
    assert_eq!(names(&after.counters), [&own[..], &["c", "statsd.mine"]].concat());
    assert_eq!(names(&after.gauges), ["own.timestamp_lag"]);
}

#[test]
fn names_that_find_no_room_are_counted_and_names_that_come_twice_are_one() {
    let mut kept = Kept { prefix_stats: "statsd".to_owned(), ..Kept::default() };
    // As many bytes of names as there is room for.
    let fit = NAMES_HELD_MAX_BYTES / CONTEXT_NAME_MAX_BYTES;
    let long = |at: usize| (format!("{at:0>CONTEXT_NAME_MAX_BYTES$}"), 0);
    kept.counters = (0..fit).chain(0..2).map(long).collect();
    kept.timers = vec![long(0)];
    kept.gauges = vec![("g".repeat(CONTEXT_NAME_MAX_BYTES), 1.0, 0)];
    let mut state = State::new(Options::default());
    state.restore(kept);
    assert_eq!(state.contexts(), fit + 3);
    state.snapshot(0);
    assert_eq!(state.last_counts().contexts_over_limit, 2);
}

#[test]
fn names_of_a_run_that_did_not_clean_them_are_cleaned() {
    let mut shard = Shard::new(Dialect::Etsy).sanitising(false);
    shard.record_packet(b"a b/c:1|c|#t:1 2\nd e:2|g\nd_e:3|g\nf/g:1|ms\nh\xc3\xa9:x|s");
    let mut state = State::new(Options::default());
    state.absorb(&mut shard.take());
    let kept = Kept::from(&state.snapshot(1_000)).cleaned();
    let mut state = State::new(Options::default());
    state.restore(kept);
    let after = state.snapshot(1_010);
    assert_eq!(after.counters.get("a_b-c;t=1_2"), Some(&0.0));
    assert_eq!(after.gauges.get("d_e"), Some(&2.0));
    assert!(after.timers.get("f-g").is_some() && after.sets.get("h").is_some());
}

fn of_each(seconds: [u64; 4]) -> Ttl {
    let [counters, timers, sets, gauges] = seconds.map(|ttl| Some(Duration::from_secs(ttl)));
    Ttl { counters, timers, sets, gauges }
}

/// How many silent flushes still have the names, a restart after some of them.
fn silent_flushes(options: &Options, restart_after: i64) -> [usize; 4] {
    let mut state = State::new(options.clone());
    flush(&mut state, 0, "c:1|c\nt:1|ms\ns:x|s\ng:1|g");
    let mut seen = [0; 4];
    for at in 1..20 {
        let snapshot = flush(&mut state, 10 * at, "");
        seen[0] += usize::from(snapshot.counters.iter().any(|(name, _)| name == "c"));
        seen[1] += snapshot.timers.len();
        seen[2] += snapshot.sets.len();
        seen[3] += usize::from(snapshot.gauges.iter().any(|(name, _)| name == "g"));
        let own = snapshot.counters.iter().filter(|(name, _)| name.starts_with("statsd."));
        assert_eq!(own.count(), 3, "the server's own stay");
        if at == restart_after {
            state = restarted(options, &snapshot);
        }
    }
    seen
}

#[test]
fn a_name_is_forgotten_after_its_kinds_time_of_silence() {
    let options = |ttl| Options { ttl, ..Options::default() };
    for restart_after in [0, 1, 2, 4] {
        let seen = silent_flushes(&options(of_each([10, 20, 25, 50])), restart_after);
        assert_eq!(seen, [1, 2, 3, 5], "{restart_after}");
    }
    assert_eq!(silent_flushes(&options(of_each([1, 9, 10, 11])), 0), [1, 1, 1, 2]);
    assert_eq!(silent_flushes(&options(Ttl::default()), 0), [19; 4]);
    let deletes = Options {
        delete_idle: DeleteIdle::ALL,
        gauges_max_ttl: 3,
        ..options(of_each([100, 100, 100, 10]))
    };
    assert_eq!(silent_flushes(&deletes, 0), [0, 0, 0, 1], "the shorter of both holds");
}

#[test]
fn a_sample_ends_the_silence() {
    let options = Options { ttl: of_each([20; 4]), ..Options::default() };
    let mut state = State::new(options);
    let packet = "c:0|c\nt:1|ms\ns:x|s\ng:+0|g";
    for at in 0..10 {
        let snapshot = flush(&mut state, 10 * at, if at % 2 == 0 { packet } else { "" });
        assert_eq!((snapshot.counters.len(), snapshot.timers.len()), (4, 1));
        assert_eq!((snapshot.sets.len(), snapshot.silence.sets[0]), (1, u32::from(at % 2 == 1)));
    }
}
