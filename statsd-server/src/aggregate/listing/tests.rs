use statsd_client::protocol::Dialect;

use super::super::{Options, Shard, State};
use super::*;

fn state_of(packet: &str) -> State {
    let mut state = State::new(Options::default());
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(packet.as_bytes());
    state.absorb(&mut shard.take());
    state
}

fn names(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_listing_is_in_the_order_of_the_packet_behind_the_servers_own() {
    let state = state_of("z:1|c\na:2|c\nz:3|c\nbad");
    let listing = state.list(Kind::Counters, 1_000);
    let own = ["bad_lines_seen", "packets_received", "metrics_received"];
    let own = own.map(|name| format!("statsd.{name}"));
    assert_eq!(names(&listing), [&own[0], &own[1], &own[2], "z", "a"]);
    let values: Vec<_> = listing.entries.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, [1.0, 1.0, 4.0, 4.0, 2.0].map(Listed::Number));
}

#[test]
fn a_timer_shows_its_first_hundred_samples_as_they_came() {
    let packet: Vec<_> = (0..103).rev().map(|n| format!("t:{n}|ms")).collect();
    let (name, value) = state_of(&packet.join("\n")).list(Kind::Timers, 10_000).entries.remove(0);
    let Listed::Samples { values, more } = value else { panic!("{name} is a timer") };
    assert_eq!((values.len(), more), (100, 3));
    assert_eq!(values[..2], [102.0, 101.0]);
}

#[test]
fn a_listing_ends_where_its_text_would_be_too_long() {
    let state = state_of("a:1|g\nb:2|g\nc:3|g");
    let listing = state.list(Kind::Gauges, 2 * (1 + NUMBER_MAX_BYTES));
    assert_eq!((names(&listing), listing.left_out), (vec!["a", "b"], 1));
    assert_eq!(state.list(Kind::Timers, 0), Listing::default());
}

#[test]
fn what_is_deleted_starts_anew_and_an_answer_that_is_too_long_says_so() {
    let mut state = state_of("a.1:5|c\na.2:5|c\nb:5|c\na.1:5|g");
    let requests = ["a.*", "b", "nope"].map(str::to_owned);
    let deleted = state.delete(Kind::Counters, &requests, 3);
    let expected = [
        Deleted { names: vec!["a.1".to_owned()], left_out: 1 },
        Deleted { names: Vec::new(), left_out: 1 },
        Deleted::default(),
    ];
    assert_eq!(deleted, expected);
    assert_eq!(names(&state.list(Kind::Gauges, 1_000)), ["a.1"], "the other kinds keep theirs");
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(b"a.1:2|c");
    state.absorb(&mut shard.take());
    let listing = state.list(Kind::Counters, 1_000);
    assert_eq!(listing.entries.last(), Some(&("a.1".to_owned(), Listed::Number(2.0))));
}

#[test]
fn the_servers_own_counters_come_back_with_the_next_packet() {
    let mut state = state_of("a:1|c");
    let own = "statsd.packets_received".to_owned();
    state.delete(Kind::Counters, std::slice::from_ref(&own), 1_000);
    assert!(!names(&state.list(Kind::Counters, 1_000)).contains(&own.as_str()));
    let snapshot = state.snapshot(0);
    assert_eq!(snapshot.counters.get(&own), Some(&0.0), "a flush has all of them");
}
