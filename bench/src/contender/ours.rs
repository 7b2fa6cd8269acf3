//! `statsd-client`, with its defaults.

use std::time::Duration;

use statsd_client::{
    Aggregation, Builder, Client, Counter, Dialect, Gauge, Timer, count, measure, statsd_count,
    statsd_measure,
};

use super::{
    AN_HOUR, Contender, Function, GAUGED, NAME, Prepared, RATE, Setting, TIMED, duration, region,
    work,
};
use crate::row::Row;

pub(super) const OURS: Contender = Contender {
    key: "ours",
    title: "statsd-client",
    rows: &[
        (Row::CounterHandle, counter_handle),
        (Row::CounterStatic, counter_static),
        (Row::CounterMacro, counter_macro),
        (Row::CounterName, counter_name),
        (Row::CounterTag, counter_tag),
        (Row::TimingHandle, timing_handle),
        (Row::GaugeHandle, gauge_handle),
        (Row::CounterRate, counter_rate),
        (Row::Event, event),
        (Row::NoClient, no_client),
        (Row::AttributeCount, |setting| counting(setting, counted)),
        (Row::AttributeBoth, |setting| timing(setting, counted_and_timed)),
        (Row::AttributeOff, |_| Prepared::annotated(counted_and_timed)),
    ],
};

/// What the attributes save: the same calls, written into the function.
pub(super) const BY_HAND: Contender = Contender {
    key: "by-hand",
    title: "statsd-client, by hand",
    rows: &[
        (Row::AttributeCount, |setting| counting(setting, counted_by_hand)),
        (Row::AttributeBoth, |setting| timing(setting, counted_and_timed_by_hand)),
        (Row::AttributeOff, |_| Prepared::annotated(counted_and_timed_by_hand)),
    ],
};

static REQUESTS: Counter = Counter::new(NAME);

/// More than any loop of a quiet run queues.
const AMPLE: usize = 64 << 20;

/// How long a pause waits for the client's thread.
const PATIENCE: Duration = Duration::from_secs(5);

fn client(setting: &Setting, change: impl FnOnce(Builder) -> Builder) -> Client {
    let builder =
        Client::builder().address(setting.address.to_string()).dialect(Dialect::DogStatsd);
    let builder = if setting.quiet {
        builder.flush_interval(AN_HOUR).max_queued_bytes(AMPLE)
    } else {
        builder
    };
    change(builder).build().expect("a client on a loopback address")
}

/// Installs a client for the rest of the process.
fn installed(setting: &Setting) -> Client {
    let client = client(setting, |builder| builder);
    Box::leak(Box::new(statsd_client::install(client.clone())));
    client
}

fn dropped(client: &Client) -> impl Fn() -> u64 + use<> {
    let client = client.clone();
    move || client.stats().dropped.total()
}

fn flushed(client: &Client) -> impl Fn() + use<> {
    let client = client.clone();
    move || {
        client.flush(PATIENCE);
    }
}

fn counter_handle(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder);
    let counter = Counter::new(NAME).tag("method", "GET").tag("status", "200").on(&client);
    Prepared::new(counter, |counter, _| counter.increment()).lost(dropped(&client))
}

fn counter_static(setting: &Setting) -> Prepared {
    let client = installed(setting);
    Prepared::new((), |(), _| REQUESTS.increment()).lost(dropped(&client))
}

fn counter_macro(setting: &Setting) -> Prepared {
    let client = installed(setting);
    Prepared::new((), |(), _| count!("web.http.requests", tags(method = "GET", status = "200")))
        .lost(dropped(&client))
}

fn counter_name(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder);
    let lost = dropped(&client);
    Prepared::new(client, |client, _| client.increment(NAME)).lost(lost)
}

fn counter_tag(setting: &Setting) -> Prepared {
    let client = installed(setting);
    Prepared::new((), |(), number| count!("web.http.requests", tags(region = region(number))))
        .lost(dropped(&client))
}

fn timing_handle(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder);
    let timer = Timer::new(TIMED).on(&client);
    Prepared::new(timer, |timer, number| timer.record(duration(number)))
        .settle(flushed(&client))
        .lost(dropped(&client))
}

fn gauge_handle(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder);
    let gauge = Gauge::new(GAUGED).on(&client);
    Prepared::new(gauge, Gauge::set).lost(dropped(&client))
}

fn counter_rate(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder);
    let counter = Counter::new(NAME).sample_rate(RATE).on(&client);
    Prepared::new(counter, |counter, _| counter.increment()).lost(dropped(&client))
}

fn event(setting: &Setting) -> Prepared {
    let client = client(setting, |builder| builder.aggregation(Aggregation::Off));
    let counter = Counter::new(NAME).on(&client);
    Prepared::new(counter, |counter, _| counter.increment())
        .settle(flushed(&client))
        .lost(dropped(&client))
}

fn no_client(_: &Setting) -> Prepared {
    Prepared::new((), |(), _| REQUESTS.increment())
}

fn counting(setting: &Setting, function: impl Function) -> Prepared {
    Prepared::annotated(function).lost(dropped(&installed(setting)))
}

fn timing(setting: &Setting, function: impl Function) -> Prepared {
    let client = installed(setting);
    Prepared::annotated(function).settle(flushed(&client)).lost(dropped(&client))
}

#[statsd_count("web.http.requests")]
#[inline(never)]
fn counted(number: usize) -> usize {
    work(number)
}

#[statsd_count("web.http.requests")]
#[statsd_measure("web.http.latency")]
#[inline(never)]
fn counted_and_timed(number: usize) -> usize {
    work(number)
}

#[inline(never)]
fn counted_by_hand(number: usize) -> usize {
    count!("web.http.requests");
    work(number)
}

#[inline(never)]
fn counted_and_timed_by_hand(number: usize) -> usize {
    count!("web.http.requests");
    measure!("web.http.latency", work(number))
}
