//! `prometheus`: metrics that are asked for, not sent. What a shared atomic per metric costs.

use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts};

use super::{Contender, Prepared, duration, region};
use crate::row::Row;

pub(super) const PROMETHEUS: Contender = Contender {
    key: "prometheus",
    title: "prometheus",
    rows: &[
        (Row::CounterHandle, |_| {
            let counter = IntCounter::new("web_http_requests", "requests").expect("a legal name");
            Prepared::new(counter, |counter, _| counter.inc())
        }),
        (Row::CounterTag, |_| {
            let options = Opts::new("web_http_requests", "requests");
            let counters = IntCounterVec::new(options, &["region"]).expect("a legal name");
            Prepared::new(counters, |counters, number| {
                counters.with_label_values(&[region(number)]).inc();
            })
        }),
        (Row::TimingHandle, |_| {
            let options = HistogramOpts::new("web_http_latency", "time to answer");
            let histogram = Histogram::with_opts(options).expect("a legal name");
            Prepared::new(histogram, |histogram, number| {
                histogram.observe(duration(number).as_secs_f64());
            })
        }),
        (Row::GaugeHandle, |_| {
            let gauge = Gauge::new("web_http_open", "open requests").expect("a legal name");
            Prepared::new(gauge, |gauge, number| gauge.set(number as f64))
        }),
    ],
};
