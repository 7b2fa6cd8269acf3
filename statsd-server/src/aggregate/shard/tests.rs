use proptest::prelude::*;
use statsd_client::protocol::Reason;

use super::super::interval::GaugeChange;
use super::super::{Options, State};
use super::*;

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
        counts.bad.iter().map(|(reason, n)| (*reason, *n)).collect::<Vec<_>>(),
        [(Reason::MissingType, 1), (Reason::BadValue, 1), (Reason::NegativeTimer, 1)]
    );
}

#[test]
fn names_that_sanitise_alike_are_one_counter() {
    let interval = shard_of(&[b"a b:1|c\na_b:2|c\na  b:3|c"]).take();
    assert_eq!(interval.counters["a_b"].value, 6.0);
    assert_eq!(interval.counters.len(), 1);
}

#[test]
fn gauge_deltas_after_a_set_value_belong_to_it() {
    let interval = shard_of(&[b"a:5|g\na:+3|g\nb:+3|g\nb:-1|g\nc:+3|g\nc:5|g"]).take();
    assert_eq!(interval.gauges["a"].value, GaugeChange::Set(8.0));
    assert_eq!(interval.gauges["b"].value, GaugeChange::Deltas(vec![3.0, -1.0]));
    assert_eq!(interval.gauges["c"].value, GaugeChange::Set(5.0));
    assert_eq!(interval.held_bytes, 3 * 8);
}

#[test]
fn a_sampled_timer_counts_its_calls_and_keeps_one_value() {
    let interval = shard_of(&[b"t:10|ms|@0.1\nt:20|ms"]).take();
    assert_eq!(interval.timers["t"].value.values, [10.0, 20.0]);
    assert_eq!(interval.timers["t"].value.count, 11.0);
}

#[test]
fn dogstatsds_histograms_and_distributions_are_timers() {
    let mut shard = Shard::new(Dialect::DogStatsd);
    shard.record_packet(b"h:1:2|h\nd:3|d|#a:b");
    let interval = shard.take();
    assert_eq!(interval.timers["h"].value.values, [1.0, 2.0]);
    assert_eq!(interval.timers["d;a=b"].value.values, [3.0]);
}

#[test]
fn one_name_may_be_of_every_kind() {
    let mut shard = shard_of(&[b"a:1|c\na:1|g\na:1|ms\na:1|s"]);
    assert_eq!(shard.take().names(), 4);
    assert_eq!(shard.take().names(), 0);
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
    shard.interval.room.names = 0;
    shard.record_packet(b"known:1|c\nnew:1|c\nnew:1|g\nnew:1|ms\nnew:1|s");
    assert_eq!(shard.counts().contexts_over_limit, 4);
    assert_eq!(shard.interval.counters["known"].value, 2.0);
    assert_eq!(shard.interval.names(), 1);
}

#[test]
fn a_full_timer_drops_values_and_still_counts_calls() {
    let mut shard = shard_of(&[b"t:1|ms"]);
    let timer = &mut shard.interval.timers.get_mut("t").unwrap().value;
    timer.values.resize(limits::TIMER_SAMPLES_MAX, 1.0);
    shard.record_packet(b"t:2|ms|@0.5\nother:1|ms");
    assert_eq!(shard.counts().samples_over_limit, 1);
    let interval = shard.take();
    let timer = &interval.timers["t"].value;
    assert_eq!((timer.values.len(), timer.count), (limits::TIMER_SAMPLES_MAX, 3.0));
}

#[test]
fn an_interval_that_holds_its_bytes_drops_values_and_new_members() {
    let mut shard = shard_of(&[b"s:known|s"]);
    shard.interval.held_bytes = limits::INTERVAL_HELD_MAX_BYTES;
    shard.record_packet(b"s:known|s\ns:new|s\nt:1|ms\nc:1|c\ng:+1|g\ng:+1|g");
    assert_eq!((shard.counts().samples, shard.counts().samples_over_limit), (5, 2));
    let deltas = GaugeChange::Deltas(vec![2.0]);
    assert_eq!(shard.interval.gauges["g"].value, deltas, "a gauge's deltas are added up then");
}

#[test]
fn a_long_member_is_cut() {
    let member = "m".repeat(limits::SET_MEMBER_MAX_BYTES);
    let interval = shard_of(&[format!("s:{member}1|s\ns:{member}2|s").as_bytes()]).take();
    assert_eq!(interval.sets["s"].value.0.len(), 1);
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
        for (name, value) in snapshot.counters.iter().chain(&snapshot.gauges).chain(timers) {
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
