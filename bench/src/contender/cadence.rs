//! `cadence`: every call a line. Buffered, the caller who fills the buffer sends it; queuing, a thread
//! does. It has no handles, no aggregation and no sampling.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use cadence::prelude::*;
use cadence::{BufferedUdpMetricSink, QueuingMetricSink, StatsdClient};

use super::{Contender, Prepared, Setting, duration, region};
use crate::row::Row;

pub(super) const BUFFERED: Contender = Contender {
    key: "cadence-buffered",
    title: "cadence, buffered",
    rows: &[
        (Row::CounterHandle, |setting| buffered(setting, plain)),
        (Row::CounterMacro, |setting| buffered(setting, two_tags)),
        (Row::CounterName, |setting| buffered(setting, plain)),
        (Row::CounterTag, |setting| buffered(setting, changing_tag)),
        (Row::TimingHandle, |setting| buffered(setting, timing)),
        (Row::GaugeHandle, |setting| buffered(setting, gauge)),
        (Row::Event, |setting| buffered(setting, plain)),
    ],
};

pub(super) const QUEUING: Contender = Contender {
    key: "cadence-queuing",
    title: "cadence, queuing",
    rows: &[
        (Row::CounterHandle, |setting| queuing(setting, plain)),
        (Row::CounterMacro, |setting| queuing(setting, two_tags)),
        (Row::CounterName, |setting| queuing(setting, plain)),
        (Row::CounterTag, |setting| queuing(setting, changing_tag)),
        (Row::TimingHandle, |setting| queuing(setting, timing)),
        (Row::GaugeHandle, |setting| queuing(setting, gauge)),
        (Row::Event, |setting| queuing(setting, plain)),
    ],
};

/// It joins prefix and name at every call; as in its own documentation, the program's name is one.
const PREFIX: &str = "web";

/// Between two looks at the queue's length.
const A_MOMENT: Duration = Duration::from_millis(1);

trait Call: Fn(&StatsdClient, usize) + Send + Sync + 'static {}

impl<F: Fn(&StatsdClient, usize) + Send + Sync + 'static> Call for F {}

fn buffered(setting: &Setting, call: impl Call) -> Prepared {
    Prepared::new(StatsdClient::from_sink(PREFIX, sink(setting)), call)
}

fn queuing(setting: &Setting, call: impl Call) -> Prepared {
    let sink = QueuingMetricSink::from(sink(setting));
    let watched = sink.clone();
    Prepared::new(StatsdClient::from_sink(PREFIX, sink), call).settle(move || {
        while watched.queued() > 0 {
            thread::park_timeout(A_MOMENT);
        }
    })
}

fn sink(setting: &Setting) -> BufferedUdpMetricSink {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port of the loopback");
    socket.set_nonblocking(true).expect("a socket that does not wait");
    BufferedUdpMetricSink::from(setting.address, socket).expect("a loopback address")
}

fn plain(client: &StatsdClient, _: usize) {
    let _sent = client.count("http.requests", 1);
}

fn two_tags(client: &StatsdClient, _: usize) {
    client
        .count_with_tags("http.requests", 1)
        .with_tag("method", "GET")
        .with_tag("status", "200")
        .send();
}

fn changing_tag(client: &StatsdClient, number: usize) {
    client.count_with_tags("http.requests", 1).with_tag("region", region(number)).send();
}

fn timing(client: &StatsdClient, number: usize) {
    let _sent = client.time("http.latency", duration(number));
}

fn gauge(client: &StatsdClient, number: usize) {
    let _sent = client.gauge("http.open", number as u64);
}
