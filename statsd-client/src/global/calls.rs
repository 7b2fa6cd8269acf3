//! What the installed client is told, or the scope's: the methods of [`Client`](crate::Client) as
//! functions.

use std::fmt::Display;
use std::time::Duration;

use super::{addressed, is_anybody_there, record};
use crate::handle::{GaugeValue, SampleValue, Stopwatch};
use crate::metric::{Event, ServiceCheck};
use crate::pipeline::{Recorded, nanos, with_text};
use crate::protocol::{MetricType, Number};

/// Adds 1 to a counter of the installed client; without one, a no-op of a load and a branch. See
/// [`Client::count`](crate::Client::count).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::increment("users.new"));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["users.new:1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn increment(name: &str) {
    count(name, 1);
}

/// Subtracts 1 from a counter of the installed client; see [`Client::count`](crate::Client::count).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::decrement("seats.free"));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["seats.free:-1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn decrement(name: &str) {
    count(name, -1);
}

/// Adds to a counter of the installed client; see [`Client::count`](crate::Client::count).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::count("bytes.sent", 512));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["bytes.sent:512|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn count(name: &str, n: i64) {
    record(MetricType::Counter, name, Recorded::Count(n));
}

/// Adds to a meter of the installed client; see [`Client::meter`](crate::Client::meter).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::meter("requests", 3));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["requests:3|m"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn meter(name: &str, n: i64) {
    record(MetricType::Meter, name, Recorded::Count(n));
}

/// Sets a gauge of the installed client; see [`Client::gauge`](crate::Client::gauge).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::gauge("queue.depth", 17));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:17|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn gauge(name: &str, value: impl GaugeValue) {
    record(MetricType::Gauge, name, Recorded::Gauge(value.to_f64()));
}

/// Changes a gauge of the installed client; see [`Client::gauge_delta`](crate::Client::gauge_delta).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::gauge_delta("queue.depth", 3));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:+3|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn gauge_delta(name: &str, delta: impl GaugeValue) {
    record(MetricType::Gauge, name, Recorded::Delta(delta.to_f64()));
}

/// Records a duration with the installed client, in milliseconds; see
/// [`Client::timing`](crate::Client::timing).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::timing("render", Duration::from_micros(1_250)));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["render:1.25|ms"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn timing(name: &str, elapsed: Duration) {
    record(MetricType::Timer, name, Recorded::Nanos(nanos(elapsed)));
}

/// Records a histogram's value with the installed client; see
/// [`Client::histogram`](crate::Client::histogram).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::histogram("size", 81.5));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:81.5|h"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn histogram(name: &str, value: impl SampleValue) {
    record(MetricType::Histogram, name, Recorded::Sample(value.to_f64()));
}

/// Records a distribution's value with the installed client; see
/// [`Client::distribution`](crate::Client::distribution).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::distribution("size", 81.5));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:81.5|d"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn distribution(name: &str, value: impl SampleValue) {
    record(MetricType::Distribution, name, Recorded::Sample(value.to_f64()));
}

/// Adds a member to a set of the installed client; see [`Client::set`](crate::Client::set).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::set("visitors", "user-81"));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["visitors:user-81|s"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn set(name: &str, member: impl Display) {
    if is_anybody_there() {
        with_text(member, |member| record(MetricType::Set, name, Recorded::Member(member)));
    }
}

/// Sends an event with the installed client; see [`Client::event`](crate::Client::event). The event is made
/// also where nobody is installed; [`event!`](crate::event!) makes none then.
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// let event = statsd_client::Event::new("Deployed", "shop 2.1");
/// client.scope(|| statsd_client::event(&event));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["_e{8,8}:Deployed|shop 2.1"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn event(event: &Event) {
    addressed(|to| to.record_event(event));
}

/// Sends a service check with the installed client; see
/// [`Client::service_check`](crate::Client::service_check).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// use statsd_client::{ServiceCheck, Status};
///
/// let check = ServiceCheck::new("db.up", Status::Ok);
/// client.scope(|| statsd_client::service_check(&check));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["_sc|db.up|0"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn service_check(check: &ServiceCheck) {
    addressed(|to| to.record_service_check(check));
}

/// Runs `work`, records with the installed client how long it took, and passes its value through; see
/// [`Client::measure`](crate::Client::measure). Without a client the clock is not read.
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// let report = client.scope(|| statsd_client::measure("cron.cleanup", || "3 files removed"));
/// assert_eq!(report, "3 files removed");
///
/// client.flush(Duration::from_secs(1));
/// let lines = captured.lines();
/// assert_eq!(lines.len(), 1);
/// assert!(lines[0].starts_with("cron.cleanup:") && lines[0].ends_with("|ms"));
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn measure<R>(name: &str, work: impl FnOnce() -> R) -> R {
    let started = || Stopwatch::start(|elapsed| timing(name, elapsed));
    let _recorded = is_anybody_there().then(started);
    work()
}

/// Adds to a counter of the installed client at a time; see
/// [`Client::count_at`](crate::Client::count_at).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::count_at("page.views", 11, 1_700_000_000));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["page.views:11|c|T1700000000"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn count_at(name: &str, n: i64, unix_seconds: u64) {
    let number = Number::Integer(n);
    addressed(|to| to.record_at(MetricType::Counter, name, number, unix_seconds));
}

/// Sets a gauge of the installed client at a time; see [`Client::count_at`](crate::Client::count_at).
///
/// ```
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client, Dialect};
/// # let (backend, captured) = CaptureBackend::new();
/// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
/// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
/// client.scope(|| statsd_client::gauge_at("queue.depth", 17, 1_700_000_000));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:17|g|T1700000000"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn gauge_at(name: &str, value: impl GaugeValue, unix_seconds: u64) {
    let number = Number::Float(value.to_f64());
    addressed(|to| to.record_at(MetricType::Gauge, name, number, unix_seconds));
}
