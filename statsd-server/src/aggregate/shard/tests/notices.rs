//! Events and service checks among samples.

use std::time::Duration;

use statsd_client::{AlertType, CaptureBackend, Client, Status};

use super::*;
use crate::aggregate::{Options, State};

const PACKET: &[u8] = b"a:1|c\n_e{8,4}:Deployed|v1.2|#env:prod\n_sc|db.up|2|#replica:2|m:refused\n\
    _e{9,9}:x\n_sc|db.up|7\na:2|c";

#[test]
fn a_service_check_is_a_gauge_as_well() {
    let mut shard = Shard::new(Dialect::DogStatsd);
    shard.record_packet(PACKET);
    assert_eq!(gauge(&shard, "service_checks.db.up;replica=2"), &GaugeChange::Set(2.0));
    shard.record_packet(b"_sc|db.up|0|#replica:2");
    assert_eq!(gauge(&shard, "service_checks.db.up;replica=2"), &GaugeChange::Set(0.0));
    assert_eq!((counter(&shard, "a"), names(&shard)), (Some(3.0), 2));
    let counts = shard.counts();
    assert_eq!((counts.lines, counts.events, counts.service_checks), (7, 1, 2));
    assert_eq!((counts.samples, counts.bad_lines()), (4, 2));
    let reasons: Vec<_> = counts.bad.keys().copied().collect();
    assert_eq!(reasons, [Reason::BadEventLength, Reason::BadStatus]);
}

#[test]
fn they_come_out_of_the_state_once() {
    let (mut shard, mut other) = (Shard::new(Dialect::DogStatsd), Shard::new(Dialect::DogStatsd));
    shard.record_packet(PACKET);
    other.record_packet(b"_e{5,0}:other|");
    let mut state = State::new(Options::default());
    state.absorb(&mut shard.take());
    state.absorb(&mut other.take());
    let notices = state.take_notices();
    let events: Vec<_> = notices.events().map(|event| &*event.what).collect();
    assert_eq!(events, ["Deployed", "other"]);
    assert_eq!(notices.checks().map(|check| &*check.message).collect::<Vec<_>>(), ["refused"]);
    state.absorb(&mut shard.take());
    assert_eq!(state.take_notices().events().count(), 0);
    assert_eq!(state.snapshot(10).gauges.get("service_checks.db.up;replica=2"), Some(&2.0));
}

#[test]
fn to_etsys_they_are_what_they_always_were() {
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(PACKET);
    let counts = shard.counts();
    assert_eq!((counts.events, counts.service_checks, counts.bad_lines()), (0, 0, 4));
}

#[test]
fn what_the_sdk_sends_is_read() {
    let (backend, captured) = CaptureBackend::new();
    let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build().unwrap();
    let event = statsd_client::Event::new("Deployed", "v1.2\nby ada").timestamp(17);
    client.event(&event.alert_type(AlertType::Success).hostname("web-1").tag("env", "prod"));
    let check = statsd_client::ServiceCheck::new("db.up", Status::Critical);
    client.service_check(&check.message("m: refused\nagain").tag("replica", 2));
    assert!(client.flush(Duration::from_secs(5)));

    let mut shard = Shard::new(Dialect::DogStatsd);
    for line in captured.lines() {
        shard.record_packet(line.as_bytes());
    }
    let events: Vec<_> = shard.notices.events().collect();
    let tags = ["env:prod", "host:web-1", "alert_type:success"].map(str::to_owned);
    assert_eq!((&*events[0].what, &*events[0].data), ("Deployed", "v1.2\nby ada"));
    assert_eq!((events[0].when, &events[0].tags[..]), (Some(17), &tags[..]));
    let checks: Vec<_> = shard.notices.checks().collect();
    assert_eq!((&*checks[0].name, &*checks[0].message), ("db.up", "m: refused\nagain"));
    assert_eq!(gauge(&shard, "service_checks.db.up;replica=2"), &GaugeChange::Set(2.0));
}
