//! What the installed client is told, or the scope's: the methods of [`Client`](crate::Client) as
//! functions.

use std::fmt::Display;
use std::time::Duration;

use super::{addressed, is_anybody_there, record};
use crate::handle::{GaugeValue, SampleValue, Stopwatch};
use crate::metric::{Event, ServiceCheck};
use crate::pipeline::{Recorded, nanos, with_text};
use crate::protocol::{MetricType, Number};

/// Adds 1 to a counter of the installed client. Without one, a no-op.
pub fn increment(name: &str) {
    count(name, 1);
}

/// Subtracts 1 from a counter of the installed client.
pub fn decrement(name: &str) {
    count(name, -1);
}

/// Adds to a counter of the installed client.
pub fn count(name: &str, n: i64) {
    record(MetricType::Counter, name, Recorded::Count(n));
}

/// Adds to a meter of the installed client; see [`Client::meter`].
pub fn meter(name: &str, n: i64) {
    record(MetricType::Meter, name, Recorded::Count(n));
}

/// Sets a gauge of the installed client.
pub fn gauge(name: &str, value: impl GaugeValue) {
    record(MetricType::Gauge, name, Recorded::Gauge(value.to_f64()));
}

/// Changes a gauge of the installed client.
pub fn gauge_delta(name: &str, delta: impl GaugeValue) {
    record(MetricType::Gauge, name, Recorded::Delta(delta.to_f64()));
}

/// Records a duration with the installed client, in milliseconds.
pub fn timing(name: &str, elapsed: Duration) {
    record(MetricType::Timer, name, Recorded::Nanos(nanos(elapsed)));
}

/// Records a histogram's value with the installed client; see [`Client::histogram`].
pub fn histogram(name: &str, value: impl SampleValue) {
    record(MetricType::Histogram, name, Recorded::Sample(value.to_f64()));
}

/// Records a distribution's value with the installed client; see [`Client::distribution`].
pub fn distribution(name: &str, value: impl SampleValue) {
    record(MetricType::Distribution, name, Recorded::Sample(value.to_f64()));
}

/// Adds a member to a set of the installed client.
pub fn set(name: &str, member: impl Display) {
    if is_anybody_there() {
        with_text(member, |member| record(MetricType::Set, name, Recorded::Member(member)));
    }
}

/// Sends an event with the installed client; see [`Client::event`].
pub fn event(event: &Event) {
    addressed(|to| to.record_rendered(|defaults, limit, out| event.render(defaults, limit, out)));
}

/// Sends a service check with the installed client; see [`Client::service_check`].
pub fn service_check(check: &ServiceCheck) {
    addressed(|to| to.record_rendered(|defaults, limit, out| check.render(defaults, limit, out)));
}

/// Runs `work`, records with the installed client how long it took, and passes its value through.
pub fn measure<R>(name: &str, work: impl FnOnce() -> R) -> R {
    let started = || Stopwatch::start(|elapsed| timing(name, elapsed));
    let _recorded = is_anybody_there().then(started);
    work()
}

/// Adds to a counter of the installed client at a time; see [`Client::count_at`].
pub fn count_at(name: &str, n: i64, unix_seconds: u64) {
    let number = Number::Integer(n);
    addressed(|to| to.record_at(MetricType::Counter, name, number, unix_seconds));
}

/// Sets a gauge of the installed client at a time; see [`Client::count_at`].
pub fn gauge_at(name: &str, value: impl GaugeValue, unix_seconds: u64) {
    let number = Number::Float(value.to_f64());
    addressed(|to| to.record_at(MetricType::Gauge, name, number, unix_seconds));
}
