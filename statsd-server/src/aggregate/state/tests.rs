use std::time::Duration;

use statsd_client::protocol::Dialect;

use super::super::counts::Lost;
use super::super::options::DeleteIdle;
use super::super::shard::Shard;
use super::*;
use crate::limits;

fn absorb(state: &mut State, packet: &str) {
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(packet.as_bytes());
    state.absorb(&mut shard.take());
}

fn flush(state: &mut State, packet: &str) -> Snapshot {
    absorb(state, packet);
    state.snapshot(0)
}

fn get<V: Copy>(list: &[(String, V)], name: &str) -> Option<V> {
    list.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
}

#[test]
fn idle_metrics_are_sent_as_nothing_and_gauges_as_they_were() {
    let mut state = State::new(Options::default());
    flush(&mut state, "c:1|c\ng:5|g\nt:7|ms\ns:x|s");
    let idle = flush(&mut state, "");
    assert_eq!(get(&idle.counters, "c"), Some(0.0));
    assert_eq!(get(&idle.gauges, "g"), Some(5.0));
    assert_eq!(get(&idle.sets, "s"), Some(0));
    assert_eq!(idle.timers[0].1.get("count"), Some(0.0));
    assert_eq!(idle.timers[0].1.get("mean"), None);
}

#[test]
fn idle_metrics_are_forgotten_where_that_is_chosen() {
    let options = Options { delete_idle: DeleteIdle::ALL, ..Options::default() };
    let mut state = State::new(options);
    let packet = "c:1|c\ng:5|g\nt:7|ms\ns:x|s\nmy.packets_received:1|c";
    assert_eq!(flush(&mut state, packet).len(), 5 + 3);
    let idle = flush(&mut state, "");
    assert_eq!((idle.timers.len(), idle.sets.len()), (0, 0));
    assert_eq!(
        idle.gauges.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["statsd.timestamp_lag"]
    );
    let counters: Vec<_> = idle.counters.iter().map(|(name, _)| name.as_str()).collect();
    let own = ["statsd.bad_lines_seen", "statsd.metrics_received", "statsd.packets_received"];
    assert_eq!(counters, [&["my.packets_received"], &own[..]].concat());
    assert_eq!(get(&flush(&mut state, "g:-2|g").gauges, "g"), Some(-2.0), "from nothing");
}

#[test]
fn gauge_delta_never_clears_a_set_value() {
    let mut state = State::new(Options::default());
    flush(&mut state, "g:10|g");
    assert_eq!(get(&flush(&mut state, "g:-3|g\ng:+1|g").gauges, "g"), Some(8.0));
    assert_eq!(get(&flush(&mut state, "").gauges, "g"), Some(8.0));
    assert_eq!(get(&flush(&mut state, "g:-3|g\ng:1|g\ng:-1|g").gauges, "g"), Some(0.0));
}

#[test]
fn shards_merge() {
    let mut state = State::new(Options::default());
    absorb(&mut state, "c:1|c\ng:10|g\nt:3|ms\ns:x|s\ns:y|s");
    absorb(&mut state, "c:2|c\ng:+1|g\nt:1|ms|@0.5\ns:y|s\ns:z|s");
    let snapshot = state.snapshot(0);
    assert_eq!(get(&snapshot.counters, "c"), Some(3.0));
    assert_eq!(get(&snapshot.gauges, "g"), Some(11.0));
    assert_eq!(get(&snapshot.sets, "s"), Some(3));
    let timer = &snapshot.timers[0].1;
    assert_eq!(
        (timer.get("sum"), timer.get("count"), timer.get("lower")),
        (Some(4.0), Some(3.0), Some(1.0))
    );
}

#[test]
fn lists_are_sorted_by_name() {
    let mut state = State::new(Options::default());
    let snapshot = flush(&mut state, "z:1|c\na:1|c\nm:1|c\nz:1|g\na:1|g");
    assert!(snapshot.counters.is_sorted_by(|a, b| a.0 < b.0));
    assert!(snapshot.gauges.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn an_absorbed_interval_keeps_the_names_it_saw_and_no_samples() {
    let mut state = State::new(Options::default());
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(b"a:1|c\nt:1|ms\ns:x|s\ng:1|g");
    let mut interval = shard.take();
    state.absorb(&mut interval);
    state.snapshot(0);
    assert_eq!(interval.names(), 4);
    shard.swap(interval);
    shard.record_packet(b"a:5|c");
    let mut interval = shard.take();
    state.absorb(&mut interval);
    assert_eq!(interval.names(), 1, "names that were silent are gone");
    let snapshot = state.snapshot(0);
    assert_eq!(get(&snapshot.counters, "a"), Some(5.0));
    assert_eq!(get(&snapshot.sets, "s"), Some(0));
    assert_eq!(snapshot.timers[0].1.get("count"), Some(0.0));
}

#[test]
fn own_counters_count_and_the_lag_comes_with_the_second_flush() {
    let mut state = State::new(Options {
        interval: Duration::from_secs(5),
        prefix_stats: "own".to_owned(),
        ..Options::default()
    });
    absorb(&mut state, "a:1|c\nbad\nworse");
    let first = state.snapshot(1_000);
    assert_eq!(get(&first.counters, "own.packets_received"), Some(1.0));
    assert_eq!(get(&first.counters, "own.metrics_received"), Some(3.0));
    assert_eq!(get(&first.counters, "own.bad_lines_seen"), Some(2.0));
    assert_eq!(state.last_counts().bad_lines(), 2);
    assert!(first.gauges.is_empty());
    let second = state.snapshot(1_007);
    assert_eq!(get(&second.counters, "own.packets_received"), Some(0.0));
    assert_eq!(get(&second.gauges, "own.timestamp_lag"), Some(2.0));
    assert_eq!(state.last_counts(), &Counts::default());
}

#[test]
fn numbers_that_run_over_never_leave_and_are_counted() {
    let mut state = State::new(Options::default());
    let big = "1".to_owned() + &"0".repeat(308);
    let lines = format!("c:{big}|c\nc:{big}|c\ng:+{big}|g\ng:+{big}|g\nfine:1|c");
    let snapshot = flush(&mut state, &lines);
    assert_eq!((get(&snapshot.counters, "c"), get(&snapshot.gauges, "g")), (None, None));
    assert_eq!(get(&snapshot.counters, "fine"), Some(1.0));
    assert_eq!(state.last_counts().results_not_finite, 2);
    let next = flush(&mut state, "c:2|c\ng:+3|g");
    assert_eq!((get(&next.counters, "c"), get(&next.gauges, "g")), (Some(2.0), Some(3.0)));
}

#[test]
fn names_beyond_the_bound_are_dropped_at_the_merge_too() {
    let mut state = State::new(Options::default());
    absorb(&mut state, "known:1|c");
    state.room.names = 0;
    absorb(&mut state, "known:1|c\nnew:1|c\nnew:1|ms\nnew:x|s");
    assert_eq!(state.counts.contexts_over_limit, 3);
    assert_eq!(state.counters.get("known"), Some(&2.0));
    assert_eq!(state.first_nodes(1), [("new".to_owned(), 3)], "who brought them is known");
    assert_eq!((state.timers.len(), state.sets.len()), (0, 0));
}

#[test]
fn a_timer_of_many_shards_keeps_its_bound() {
    let mut state = State::new(Options::default());
    absorb(&mut state, "t:1|ms");
    let samples = state.timers.get_mut("t").unwrap();
    samples.values.resize(limits::TIMER_SAMPLES_MAX - 1, 1.0);
    absorb(&mut state, "t:2|ms\nt:3|ms\nt:4|ms");
    assert_eq!(state.counts.samples_over_limit, 2);
    let timer = state.timers.get("t").unwrap();
    assert_eq!(timer.values.len(), limits::TIMER_SAMPLES_MAX);
    assert_eq!(timer.count.to_bits(), 4.0_f64.to_bits());
}

#[test]
fn names_take_and_give_back_their_room() {
    let whole = Room::default();
    let mut state = State::new(Options {
        delete_idle: DeleteIdle::ALL,
        gauges_max_ttl: 2,
        ..Options::default()
    });
    absorb(&mut state, "abc:1|c\nabc:1|ms\nabc:x|s\nabc:1|g\nabc:1|c");
    assert_eq!((whole.names - state.room.names, whole.bytes - state.room.bytes), (4, 12));
    state.snapshot(0);
    assert_eq!((whole.names - state.room.names, whole.bytes - state.room.bytes), (1, 3));
    state.snapshot(0);
    assert_eq!(state.room, whole);
}

#[test]
fn a_name_as_long_as_a_packet_is_taken_while_there_is_room_for_its_bytes() {
    let mut state = State::new(Options::default());
    let name = "n".repeat(60_000);
    absorb(&mut state, &format!("{name}:1|c"));
    assert_eq!(state.counters.get(&name), Some(&1.0));
    state.room.bytes = 60_000;
    absorb(&mut state, &format!("a{name}:1|c\n{name}:1|c\nb:1|c"));
    assert_eq!(state.counts.contexts_over_limit, 1);
    assert_eq!((state.counters.get(&name), state.counters.get("b")), (Some(&2.0), Some(&1.0)));
}

#[test]
fn a_silent_gauge_lives_as_many_flushes_as_it_is_said() {
    let gauges_max_ttl = 3;
    let delete_idle = DeleteIdle { gauges: true, ..DeleteIdle::default() };
    let mut state = State::new(Options { delete_idle, gauges_max_ttl, ..Options::default() });
    let packets = ["g:5|g", "", "g:+1|g", "", "", "", "g:+1|g"];
    let seen = packets.map(|packet| get(&flush(&mut state, packet).gauges, "g"));
    let expected = [Some(5.0), Some(5.0), Some(6.0), Some(6.0), Some(6.0), None, Some(1.0)];
    assert_eq!(seen, expected, "and a delta then starts from nothing");
}

#[test]
fn each_kind_may_be_kept_though_idle_ones_are_deleted() {
    let delete_idle = DeleteIdle::of(true, Some(false), None, Some(false), None);
    let mut state = State::new(Options { delete_idle, ..Options::default() });
    flush(&mut state, "c:1|c\ng:5|g\nt:7|ms\ns:x|s");
    let idle = flush(&mut state, "");
    assert_eq!((get(&idle.counters, "c"), get(&idle.gauges, "g")), (Some(0.0), None));
    assert_eq!((get(&idle.sets, "s"), idle.timers.len()), (Some(0), 0));
}

#[test]
fn deltas_add_up_one_by_one_as_etsys_do() {
    let mut state = State::new(Options::default());
    let snapshot = flush(&mut state, "g:0.1|g");
    assert_eq!(get(&snapshot.gauges, "g"), Some(0.1));
    let snapshot = flush(&mut state, "g:+0.2|g\ng:+0.3|g\nzero:-0|g");
    assert_eq!(get(&snapshot.gauges, "g"), Some(0.1 + 0.2 + 0.3), "not 0.1 + 0.5");
    assert!(get(&snapshot.gauges, "zero").unwrap().is_sign_negative());
    let many = "g:+1|g\n".repeat(limits::GAUGE_DELTAS_MAX + 10);
    let snapshot = flush(
        &mut state,
        &format!("g:1|g\n{many}h:+1|g\n{}", many.replace('g', "h").replace("|h", "|g")),
    );
    assert_eq!(get(&snapshot.gauges, "g"), Some((limits::GAUGE_DELTAS_MAX + 11) as f64));
    assert_eq!(get(&snapshot.gauges, "h"), Some((limits::GAUGE_DELTAS_MAX + 11) as f64));
}

#[test]
fn a_look_into_the_interval_changes_no_number_and_no_bound() {
    let mut state = State::new(Options::default());
    let mut shard = Shard::new(Dialect::Etsy);
    let mut emptied = Interval::default();
    for packet in ["a:1|c\ng:3|g\nt:2|ms", "a:2|c\ng:-1|g\nt:1|ms\ns:x|s", "t:3|ms\ns:x|s"] {
        shard.record_packet(packet.as_bytes());
        let mut interval = shard.swap_within(mem::take(&mut emptied));
        state.absorb(&mut interval);
        emptied = interval;
    }
    let held = shard.take().held_bytes;
    assert_eq!(held, 4 * 8 + 2 * (size_of::<Vec<u8>>() + 1), "what was taken out still counts");
    let snapshot = state.snapshot(0);
    assert_eq!((get(&snapshot.counters, "a"), get(&snapshot.gauges, "g")), (Some(3.0), Some(2.0)));
    assert_eq!((snapshot.timers[0].1.get("sum"), get(&snapshot.sets, "s")), (Some(6.0), Some(1)));
    assert_eq!(get(&snapshot.counters, "statsd.packets_received"), Some(3.0));
}

#[test]
fn drops_of_the_kernel_have_a_counter_once_there_are_some() {
    let mut state = State::new(Options::default());
    assert_eq!(get(&flush(&mut state, "a:1|c").counters, "statsd.kernel_drops"), None);
    let mut shard = Shard::new(Dialect::Etsy);
    shard.count_lost(Lost { kernel_drops: 3, ..Lost::default() });
    state.absorb(&mut shard.take());
    assert_eq!(get(&state.snapshot(20).counters, "statsd.kernel_drops"), Some(3.0));
    assert_eq!(get(&flush(&mut state, "a:1|c").counters, "statsd.kernel_drops"), Some(0.0));
}

#[test]
fn raw_values_are_kept_where_they_are_asked_for_and_bounded() {
    let mut state = State::new(Options { keep_raw: true, ..Options::default() });
    let mut packet = "s:b|s\ns:a|s\ns:b|s\nt:3|ms\nt:1|ms".to_owned();
    for _ in 0..RAW_VALUES_MAX {
        packet.push_str("\nmany:1|ms");
    }
    packet.push_str("\nmany:1|ms");
    let raw = flush(&mut state, &packet).raw.unwrap();
    let first = |values: &[f64], total| First { values: values.to_vec(), total };
    assert_eq!(raw.samples[1], ("t".to_owned(), first(&[1.0, 3.0], 2)));
    let many = &raw.samples[0].1;
    assert_eq!((many.values.len(), many.total), (RAW_VALUES_MAX, 101));
    assert_eq!(raw.members[0].1.values, [b"a", b"b"]);
    assert_eq!(flush(&mut State::new(Options::default()), &packet).raw, None);
}
