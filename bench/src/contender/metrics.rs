//! `metrics` with `metrics-exporter-dogstatsd`: the facade that adds up. A handle where it has one,
//! its macros for names and changing labels.

use metrics::{counter, gauge, histogram};
use metrics_exporter_dogstatsd::DogStatsDBuilder;

use super::{AN_HOUR, Contender, GAUGED, NAME, Prepared, Setting, TIMED, duration, region};
use crate::row::Row;

pub(super) const DOGSTATSD: Contender = Contender {
    key: "metrics-dogstatsd",
    title: "metrics + exporter-dogstatsd",
    rows: &[
        (Row::CounterHandle, |setting| {
            install(setting);
            let counter = counter!(NAME, "method" => "GET", "status" => "200");
            Prepared::new(counter, |counter, _| counter.increment(1))
        }),
        (Row::CounterMacro, |setting| {
            install(setting);
            Prepared::new((), |(), _| {
                counter!("web.http.requests", "method" => "GET", "status" => "200").increment(1);
            })
        }),
        (Row::CounterName, |setting| {
            install(setting);
            Prepared::new((), |(), _| counter!("web.http.requests").increment(1))
        }),
        (Row::CounterTag, |setting| {
            install(setting);
            Prepared::new((), |(), number| {
                counter!("web.http.requests", "region" => region(number)).increment(1);
            })
        }),
        (Row::TimingHandle, |setting| {
            install(setting);
            let histogram = histogram!(TIMED);
            Prepared::new(histogram, |histogram, number| histogram.record(duration(number)))
        }),
        (Row::GaugeHandle, |setting| {
            install(setting);
            let gauge = gauge!(GAUGED);
            Prepared::new(gauge, |gauge, number| gauge.set(number as f64))
        }),
    ],
};

pub(super) fn install(setting: &Setting) {
    let builder = DogStatsDBuilder::default()
        .with_remote_address(setting.address.to_string())
        .expect("a loopback address");
    let builder = if setting.quiet { builder.with_flush_interval(AN_HOUR) } else { builder };
    builder.install().expect("the first recorder of the process");
}
