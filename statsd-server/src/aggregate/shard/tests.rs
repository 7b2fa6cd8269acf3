use proptest::prelude::*;
use statsd_client::protocol::Reason;

use super::super::gathering::GaugeChange;
use super::super::{Options, State};
use super::*;

mod dialects;
mod notices;

fn shard_of(packets: &[&[u8]]) -> Shard {
    let mut shard = Shard::new(Dialect::Etsy);
    for packet in packets {
        shard.record_packet(packet);
    }
    shard
}

#[test]
fn packets_lines_and_bad_values_are_counted() {
    let shard = shard_of(&[b"a:1|c\n\nb:x|c\n", b"", b"c:1:2|c\nd:-1|ms"]);
    let counts = shard.counts();
    assert_eq!((counts.packets, counts.lines, counts.samples), (3, 4, 2));
    assert_eq!(counts.bad_lines(), 3);
    assert_eq!(
        counts.bad.iter().map(|(reason, bad)| (*reason, bad.number)).collect::<Vec<_>>(),
        [(Reason::MissingType, 1), (Reason::BadValue, 1), (Reason::NegativeTimer, 1)]
    );
}

fn counter(shard: &Shard, name: &str) -> Option<f64> {
    shard.counters.get(&shard.names.texts, name).copied()
}

fn gauge<'a>(shard: &'a Shard, name: &str) -> &'a GaugeChange {
    shard.gauges.get(&shard.names.texts, name).unwrap()
}

fn timer<'a>(shard: &'a Shard, name: &str) -> &'a TimerSamples {
    shard.timers.get(&shard.names.texts, name).unwrap()
}

fn set<'a>(shard: &'a Shard, name: &str) -> &'a Members {
    shard.sets.get(&shard.names.texts, name).unwrap()
}

fn names(shard: &Shard) -> usize {
    shard.counters.len() + shard.gauges.len() + shard.timers.len() + shard.sets.len()
}

#[test]
fn names_that_sanitise_alike_are_one_counter() {
    let shard = shard_of(&[b"a b:1|c\na_b:2|c\na  b:3|c"]);
    assert_eq!((counter(&shard, "a_b"), names(&shard)), (Some(6.0), 1));
}

#[test]
fn gauge_deltas_after_a_set_value_belong_to_it() {
    let shard = shard_of(&[b"a:5|g\na:+3|g\nb:+3|g\nb:-1|g\nc:+3|g\nc:5|g"]);
    assert_eq!(gauge(&shard, "a"), &GaugeChange::Set(8.0));
    assert_eq!(gauge(&shard, "b"), &GaugeChange::Deltas(vec![3.0, -1.0]));
    assert_eq!(gauge(&shard, "c"), &GaugeChange::Set(5.0));
    assert_eq!(shard.held_bytes, 3 * 8);
}

fn samples(timer: &TimerSamples) -> Vec<f64> {
    timer.samples.iter().collect()
}

#[test]
fn a_sampled_timer_counts_its_calls_and_keeps_one_value() {
    let shard = shard_of(&[b"t:10|ms|@0.1\nt:20|ms"]);
    let timer = timer(&shard, "t");
    assert_eq!((samples(timer), timer.count), (vec![10.0, 20.0], 11.0));
}

#[test]
fn dogstatsds_histograms_and_distributions_are_timers() {
    let mut shard = Shard::new(Dialect::DogStatsd);
    shard.record_packet(b"h:1:2|h\nd:3|d|#a:b");
    assert_eq!(samples(timer(&shard, "h")), [1.0, 2.0]);
    assert_eq!(samples(timer(&shard, "d;a=b")), [3.0]);
}

#[test]
fn one_name_may_be_of_every_kind() {
    let mut shard = shard_of(&[b"a:1|c\na:1|g\na:1|ms\na:1|s"]);
    assert_eq!(names(&shard), 4);
    shard.take();
    assert_eq!(names(&shard), 0);
}

#[test]
fn a_name_longer_than_any_packet_is_dropped_and_counted() {
    let name = "n".repeat(limits::CONTEXT_NAME_MAX_BYTES);
    let shard = shard_of(&[format!("{name}:1|c\n{name}n:1|c\nok:1|c|#{name}").as_bytes()]);
    assert_eq!((shard.counts().samples, shard.counts().names_too_long), (1, 2));
}

#[test]
fn names_beyond_the_bound_are_dropped_and_known_ones_still_count() {
    let mut shard = shard_of(&[b"known:1|c"]);
    shard.names.room.names = 0;
    shard.record_packet(b"known:1|c\nnew:1|c\nnew:1|g\nnew:1|ms\nnew:1|s");
    assert_eq!(shard.counts().contexts_over_limit, 4);
    assert_eq!((counter(&shard, "known"), names(&shard)), (Some(2.0), 1));
}

#[test]
fn a_timer_and_a_set_beyond_their_bounds_lose_nothing_but_their_last_digits() {
    let mut shard = Shard::new(Dialect::Etsy).exact(Exact { samples: 2, members: 2 });
    shard.record_packet(b"t:1|ms\nt:2|ms\nt:3|ms|@0.5\ns:a|s\ns:b|s\ns:b|s\ns:c|s");
    let timer = timer(&shard, "t");
    assert_eq!((timer.len(), timer.samples.len(), timer.count), (3, 0, 4.0));
    let set = set(&shard, "s");
    assert_eq!((set.len(), set.is_estimated()), (3, true));
    assert_eq!((shard.counts().samples, shard.counts().samples_over_limit), (7, 0));
}

#[test]
fn an_interval_that_holds_its_bytes_drops_values_and_new_members() {
    let mut shard = shard_of(&[b"s:known|s"]);
    shard.held_bytes = limits::INTERVAL_HELD_MAX_BYTES;
    shard.record_packet(b"s:known|s\ns:new|s\nt:1|ms\nc:1|c\ng:+1|g\ng:+1|g");
    assert_eq!((shard.counts().samples, shard.counts().samples_over_limit), (5, 2));
    assert_eq!(gauge(&shard, "g"), &GaugeChange::Deltas(vec![2.0]), "deltas are added up then");
}

#[test]
fn a_full_interval_makes_room_of_its_large_timers_and_sets() {
    let mut shard = Shard::new(Dialect::Etsy);
    for n in 0..2_000 {
        shard.record_packet(format!("t:{n}|ms\ns:{n}|s").as_bytes());
    }
    for packet in [&b"t:7|ms\nt:8|ms"[..], b"s:b|s\ns:c|s"] {
        shard.held_bytes = limits::INTERVAL_HELD_MAX_BYTES;
        shard.record_packet(packet);
        assert!(shard.held_bytes < limits::INTERVAL_HELD_MAX_BYTES);
    }
    assert_eq!(shard.counts().samples_over_limit, 0);
    assert_eq!((timer(&shard, "t").len(), timer(&shard, "t").samples.len()), (2_002, 0));
    assert!(set(&shard, "s").is_estimated());
}

#[test]
fn a_long_member_is_cut() {
    let member = "m".repeat(limits::SET_MEMBER_MAX_BYTES);
    let shard = shard_of(&[format!("s:{member}1|s\ns:{member}2|s").as_bytes()]);
    assert_eq!(set(&shard, "s").len(), 1);
}

#[test]
fn a_counter_of_nothing_was_seen_all_the_same() {
    let shard = shard_of(&[b"zero:0|c\nminus:-0|c\nback:1|c\nback:-1|c"]);
    for name in ["zero", "minus", "back"] {
        let sum = counter(&shard, name).unwrap();
        assert!(sum == 0.0 && sum.is_sign_negative(), "{name}");
    }
}

/// Texts that are likely to mean something to the parser.
fn scraps() -> impl Strategy<Value = Vec<u8>> {
    let scrap = prop_oneof![
        prop::sample::select(vec![
            &b":"[..],
            b"|",
            b"|#",
            b"\n",
            b"\r\n",
            b"@",
            b"@0.1",
            b"c",
            b"ms",
            b"g",
            b"s",
            b"h",
            b"1",
            b"-1",
            b"+2.5",
            b"1e400",
            b"NaN",
            b"Infinity",
            b"0x1f",
            b" ",
            b"a.b",
            b",",
            b";",
            b"=",
            b"/",
            b"\xff",
            b"\xc3\xa9",
            b"a:1|c",
            b"@1e-310",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn every_line_of_any_packet_is_good_or_bad(packets in prop::collection::vec(scraps(), 1..8)) {
        for dialect in [Dialect::Etsy, Dialect::DogStatsd] {
            let mut shard = Shard::new(dialect);
            let (mut lines, mut values) = (0, 0);
            for packet in &packets {
                shard.record_packet(packet);
                values += parse(packet, dialect).count() as u64;
                lines += packet
                    .split(|&byte| byte == b'\n')
                    .filter(|line| !line.is_empty())
                    .count() as u64;
            }
            let counts = shard.counts();
            prop_assert_eq!(counts.packets, packets.len() as u64);
            prop_assert_eq!(counts.lines, lines);
            prop_assert_eq!(counts.samples + counts.bad_lines(), values);
            prop_assert!(values >= lines, "a line holds at least one value");
        }
    }

    #[test]
    fn whatever_arrives_only_finite_numbers_leave(packet in scraps()) {
        let mut shard = Shard::new(Dialect::DogStatsd);
        shard.record_packet(&packet);
        let mut state = State::new(Options::default());
        state.absorb(&mut shard.take());
        let snapshot = state.snapshot(0);
        let timers = snapshot.timers.iter().flat_map(|(_, timer)| &timer.stats);
        let timers = timers.map(|(name, value)| (name.as_str(), value));
        for (name, value) in snapshot.counters.iter().chain(snapshot.gauges.iter()).chain(timers) {
            prop_assert!(value.is_finite(), "{name}");
        }
    }
}

#[test]
fn what_a_receiver_lost_is_counted_with_what_came() {
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(b"a:1|c");
    shard.count_lost(Lost {
        kernel_drops: 4,
        packets_truncated: 2,
        lines_too_long: 1,
        ..Lost::default()
    });
    shard.count_lost(Lost { kernel_drops: 1, ..Lost::default() });
    let counts = shard.counts();
    assert_eq!((counts.packets, counts.lines, counts.bad_lines()), (3, 2, 1));
    assert_eq!(counts.lost.kernel_drops, 5);
}

#[test]
fn names_beyond_a_caches_size_add_up_like_few() {
    let mut shard = Shard::new(Dialect::Etsy);
    for round in 1..=2 {
        for packet in 0..2_000 {
            let line = |n: u32| format!("n{}:{round}|c\nt{}:1|ms\n", packet * 30 + n, n);
            let packet: Vec<_> = (0..30).map(line).collect();
            shard.record_packet(packet.concat().as_bytes());
        }
    }
    assert_eq!((shard.counters.len(), shard.timers.len()), (60_000, 30));
    assert_eq!((counter(&shard, "n0"), counter(&shard, "n59999")), (Some(3.0), Some(3.0)));
    assert_eq!(timer(&shard, "t29").len(), 4_000);
}

#[test]
fn names_that_were_known_raw_are_cleaned_once_that_is_asked_for() {
    let mut shard = Shard::new(Dialect::Etsy).sanitising(false);
    let mut state = State::new(Options::default());
    let mut emptied = Interval::default();
    let mut flush = |shard: &mut Shard, packet: &[u8]| {
        shard.record_packet(packet);
        let mut interval = shard.swap(mem::take(&mut emptied));
        state.absorb(&mut interval);
        emptied = interval;
        let counters = state.snapshot(0).counters;
        ["a b", "a_b"].map(|name| counters.get(name).copied())
    };
    for _ in 0..2 {
        assert_eq!(flush(&mut shard, b"a b:1|c"), [Some(1.0), None]);
    }
    shard.set_sanitising(true);
    for _ in 0..3 {
        assert_eq!(flush(&mut shard, b"a b:2|c"), [Some(0.0), Some(2.0)]);
    }
    shard.set_sanitising(false);
    assert_eq!(flush(&mut shard, b"a b:3|c"), [Some(3.0), Some(0.0)]);
}
