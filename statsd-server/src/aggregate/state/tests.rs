use std::time::Duration;

use statsd_client::protocol::Dialect;

use super::super::counts::Lost;
use super::super::gathering::Exact;
use super::super::listing::Kind;
use super::super::names::Named;
use super::super::options::DeleteIdle;
use super::super::shard::Shard;
use super::*;
use crate::limits::{self, NAMES_SLACK};

fn absorb(state: &mut State, packet: &str) {
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(packet.as_bytes());
    state.absorb(&mut shard.take());
}

fn flush(state: &mut State, packet: &str) -> Snapshot {
    absorb(state, packet);
    state.snapshot(0)
}

fn get<V: Copy>(list: &Named<V>, name: &str) -> Option<V> {
    list.get(name).copied()
}

fn names<V>(list: &Named<V>) -> Vec<&str> {
    list.iter().map(|(name, _)| name).collect()
}

#[test]
fn idle_metrics_are_sent_as_nothing_and_gauges_as_they_were() {
    let mut state = State::new(Options::default());
    flush(&mut state, "c:1|c\ng:5|g\nt:7|ms\ns:x|s");
    let idle = flush(&mut state, "");
    assert_eq!(get(&idle.counters, "c"), Some(0.0));
    assert_eq!(get(&idle.gauges, "g"), Some(5.0));
    assert_eq!(get(&idle.sets, "s"), Some(0));
    let timer = idle.timers.get("t").unwrap();
    assert_eq!((timer.get("count"), timer.get("mean")), (Some(0.0), None));
}

#[test]
fn idle_metrics_are_forgotten_where_that_is_chosen() {
    let options = Options { delete_idle: DeleteIdle::ALL, ..Options::default() };
    let mut state = State::new(options);
    let packet = "c:1|c\ng:5|g\nt:7|ms\ns:x|s\nmy.packets_received:1|c";
    assert_eq!(flush(&mut state, packet).len(), 5 + 3);
    let idle = flush(&mut state, "");
    assert_eq!((idle.timers.len(), idle.sets.len()), (0, 0));
    assert_eq!(names(&idle.gauges), ["statsd.timestamp_lag"]);
    let own = ["statsd.bad_lines_seen", "statsd.packets_received", "statsd.metrics_received"];
    assert_eq!(names(&idle.counters), [&own[..], &["my.packets_received"]].concat());
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
    let timer = snapshot.timers.get("t").unwrap();
    assert_eq!(
        (timer.get("sum"), timer.get("count"), timer.get("lower")),
        (Some(4.0), Some(3.0), Some(1.0))
    );
}

#[test]
fn lists_are_in_the_order_in_which_names_came() {
    let mut state = State::new(Options::default());
    let snapshot = flush(&mut state, "z:1|c\na:1|c\nm:1|c\nz:1|g\na:1|g");
    assert_eq!(names(&snapshot.counters)[3..], ["z", "a", "m"]);
    assert_eq!(names(&snapshot.gauges), ["z", "a"]);
}

/// A shard, and the interval that it gets in exchange for the one that is taken out.
struct Source {
    shard: Shard,
    emptied: Interval,
}

impl Source {
    fn new() -> Self {
        Self { shard: Shard::new(Dialect::Etsy), emptied: Interval::default() }
    }

    fn absorb_into(&mut self, state: &mut State, packet: &str) {
        self.shard.record_packet(packet.as_bytes());
        let mut interval = self.shard.swap(mem::take(&mut self.emptied));
        state.absorb(&mut interval);
        self.emptied = interval;
    }

    fn flush(&mut self, state: &mut State, packet: &str) -> Snapshot {
        self.absorb_into(state, packet);
        state.snapshot(0)
    }
}

#[test]
fn a_shard_keeps_its_names_and_no_samples() {
    let mut state = State::new(Options::default());
    let mut source = Source::new();
    // The first exchange is for an interval of nobody, so the shard begins anew after it.
    for _ in 0..3 {
        let snapshot = source.flush(&mut state, "a:1|c\nt:1|ms\ns:x|s\ng:+1|g");
        assert_eq!(get(&snapshot.counters, "a"), Some(1.0));
        assert_eq!(snapshot.timers.get("t").unwrap().get("count"), Some(1.0));
    }
    let snapshot = source.flush(&mut state, "b:5|c");
    assert_eq!(names(&snapshot.counters)[3..], ["a", "b"]);
    assert_eq!(
        (get(&snapshot.counters, "a"), get(&snapshot.counters, "b")),
        (Some(0.0), Some(5.0))
    );
    assert_eq!((get(&snapshot.sets, "s"), get(&snapshot.gauges, "g")), (Some(0), Some(3.0)));
    assert_eq!(snapshot.timers.get("t").unwrap().get("count"), Some(0.0));
    assert_eq!(state.links.len(), 1);
}

#[test]
fn what_somebody_deletes_comes_back_behind_the_others() {
    let mut state = State::new(Options::default());
    let mut source = Source::new();
    for _ in 0..2 {
        source.flush(&mut state, "a:1|c\nb:1|c");
    }
    state.delete(Kind::Counters, &["a".to_owned()], 1_000);
    assert_eq!(names(&source.flush(&mut state, "b:1|c").counters)[3..], ["b"]);
    let snapshot = source.flush(&mut state, "a:2|c");
    assert_eq!(names(&snapshot.counters)[3..], ["b", "a"]);
    assert_eq!(get(&snapshot.counters, "a"), Some(2.0));
    assert_eq!(get(&source.flush(&mut state, "a:3|c").counters, "a"), Some(3.0));
}

#[test]
fn names_that_stay_away_make_room_and_nothing_is_lost_on_the_way() {
    let mut state = State::new(Options { delete_idle: DeleteIdle::ALL, ..Options::default() });
    let mut sources = [Source::new(), Source::new()];
    let many: Vec<_> = (0..2 * NAMES_SLACK).map(|n| format!("once.{n}:1|c")).collect();
    let many = many.join("\n");
    sources[0].flush(&mut state, &many);
    let mut rounds = 0;
    while state.room.names < Room::default().names - 100 {
        rounds += 1;
        assert!(rounds < 3 * ABSENT_FLUSHES, "room was never made");
        sources[1].absorb_into(&mut state, "b:1|c\nb:2|g");
        let snapshot = sources[0].flush(&mut state, "a:1|c\na:1|ms");
        assert_eq!(
            (get(&snapshot.counters, "a"), get(&snapshot.counters, "b")),
            (Some(1.0), Some(1.0))
        );
        assert_eq!(snapshot.timers.get("a").unwrap().get("count"), Some(1.0));
        assert_eq!(get(&snapshot.gauges, "b"), Some(2.0));
    }
    assert!(rounds >= ABSENT_FLUSHES, "not at once: they could have come back");
    assert!(state.texts.bytes() < 1_000, "{}", state.texts.bytes());
    let snapshot = sources[0].flush(&mut state, "once.7:3|c\na:1|c");
    assert_eq!(
        (get(&snapshot.counters, "once.7"), get(&snapshot.counters, "a")),
        (Some(3.0), Some(1.0))
    );
}

#[test]
fn looks_into_the_interval_do_not_keep_room_from_being_made() {
    let mut state = State::new(Options { delete_idle: DeleteIdle::ALL, ..Options::default() });
    let mut source = Source::new();
    let many: Vec<_> = (0..2 * NAMES_SLACK).map(|n| format!("once.{n}:1|c")).collect();
    source.flush(&mut state, &many.join("\n"));
    for _ in 0..3 * ABSENT_FLUSHES {
        source.shard.record_packet(b"a:1|c");
        let mut interval = source.shard.swap_within(mem::take(&mut source.emptied));
        state.absorb(&mut interval);
        source.emptied = interval;
        let snapshot = source.flush(&mut state, "a:2|c");
        assert_eq!(get(&snapshot.counters, "a"), Some(3.0));
    }
    assert!(state.texts.bytes() < 1_000, "{}", state.texts.bytes());
}

#[test]
fn where_names_are_refused_the_forgotten_ones_go_at_once() {
    let mut state = State::new(Options { delete_idle: DeleteIdle::ALL, ..Options::default() });
    let mut source = Source::new();
    source.flush(&mut state, "old:1|c\ngone:1|c");
    state.room.names = 0;
    let mut seen = None;
    for _ in 0..5 {
        let snapshot = source.flush(&mut state, "old:1|c\nnew:1|c");
        assert_eq!(get(&snapshot.counters, "old"), Some(1.0), "known names are served as before");
        seen = get(&snapshot.counters, "new");
    }
    assert_eq!(seen, Some(1.0));
    assert_eq!(state.last_counts().contexts_over_limit, 0);
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
    assert_eq!(state.counters.get(&state.texts, "known"), Some(&2.0));
    assert_eq!(state.first_nodes(1), [("new".to_owned(), 3)], "who brought them is known");
    assert_eq!((state.timers.len(), state.sets.len()), (0, 0));
}

#[test]
fn a_timer_and_a_set_of_many_shards_keep_their_bounds() {
    let exact = Exact { samples: 3, members: 2 };
    let mut state = State::new(Options { exact, ..Options::default() });
    absorb(&mut state, "t:1|ms\ns:a|s");
    absorb(&mut state, "t:2|ms\nt:3|ms\nt:4|ms|@0.5\ns:a|s\ns:b|s\ns:c|s");
    let snapshot = state.snapshot(0);
    let timer = snapshot.timers.get("t").unwrap();
    let read = ["count", "sum", "lower", "upper", "mean"].map(|stat| timer.get(stat).unwrap());
    assert_eq!(read, [5.0, 10.0, 1.0, 4.0, 2.5]);
    assert!((timer.get("median").unwrap() - 2.5).abs() <= 2.5 / 128.0);
    assert_eq!(get(&snapshot.sets, "s"), Some(3));
    let counts = state.last_counts();
    assert_eq!((counts.timers_sketched, counts.sets_estimated), (1, 1));
    assert_eq!(counts.samples_over_limit, 0);
}

#[test]
fn names_take_room_until_they_are_forgotten_for_good() {
    let whole = Room::default();
    let mut state = State::new(Options::default());
    absorb(&mut state, "abc:1|c\nabc:1|ms\nabc:x|s\nabc:1|g\nabc:1|c");
    assert_eq!((whole.names - state.room.names, whole.bytes - state.room.bytes), (4, 12));
    state.snapshot(0);
    assert_eq!((whole.names - state.room.names, whole.bytes - state.room.bytes), (4, 12));
}

#[test]
fn a_name_as_long_as_a_packet_is_taken_while_there_is_room_for_its_bytes() {
    let mut state = State::new(Options::default());
    let name = "n".repeat(60_000);
    absorb(&mut state, &format!("{name}:1|c"));
    assert_eq!(state.counters.get(&state.texts, &name), Some(&1.0));
    state.room.bytes = 60_000;
    absorb(&mut state, &format!("a{name}:1|c\n{name}:1|c\nb:1|c"));
    assert_eq!(state.counts.contexts_over_limit, 1);
    let sum = |name: &str| state.counters.get(&state.texts, name);
    assert_eq!((sum(&name), sum("b")), (Some(&2.0), Some(&1.0)));
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
    let sum = snapshot.timers.get("t").unwrap().get("sum");
    assert_eq!((sum, get(&snapshot.sets, "s")), (Some(6.0), Some(1)));
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
    assert_eq!(raw.samples.get("t"), Some(&first(&[1.0, 3.0], 2)));
    let many = raw.samples.get("many").unwrap();
    assert_eq!((many.values.len(), many.total), (RAW_VALUES_MAX, 101));
    assert_eq!(raw.members.get("s").unwrap().values, [b"a", b"b"]);
    assert_eq!(flush(&mut State::new(Options::default()), &packet).raw, None);
}
