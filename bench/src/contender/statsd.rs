//! `statsd`: a string and a datagram a call.

use statsd::Client;

use super::{Contender, Prepared, RATE, Setting, duration};
use crate::row::Row;

pub(super) const STATSD: Contender = Contender {
    key: "statsd",
    title: "statsd",
    rows: &[
        (Row::CounterHandle, |setting| prepare(setting, plain)),
        (Row::CounterName, |setting| prepare(setting, plain)),
        (Row::TimingHandle, |setting| {
            prepare(setting, |client, number| {
                client.timer("http.latency", duration(number).as_secs_f64() * 1e3);
            })
        }),
        (Row::GaugeHandle, |setting| {
            prepare(setting, |client, number| client.gauge("http.open", number as f64))
        }),
        (Row::CounterRate, |setting| {
            prepare(setting, |client, _| client.sampled_count("http.requests", 1.0, RATE))
        }),
        (Row::Event, |setting| prepare(setting, plain)),
    ],
};

fn prepare(setting: &Setting, call: impl Fn(&Client, usize) + Send + Sync + 'static) -> Prepared {
    let client = Client::new(setting.address, "web").expect("a client on a loopback address");
    Prepared::new(client, call)
}

fn plain(client: &Client, _: usize) {
    client.incr("http.requests");
}
