//! What a client is told: a method a kind of metric.

use std::fmt::Display;
use std::time::Duration;

use super::Client;
use crate::handle::{GaugeValue, SampleValue, Stopwatch};
use crate::metric::{Event, ServiceCheck};
use crate::pipeline::{Recorded, nanos, with_text};
use crate::protocol::{MetricType, Number};

impl Client {
    /// Adds 1 to a counter.
    pub fn increment(&self, name: &str) {
        self.count(name, 1);
    }

    /// Subtracts 1 from a counter.
    pub fn decrement(&self, name: &str) {
        self.count(name, -1);
    }

    /// Adds to a counter.
    pub fn count(&self, name: &str, n: i64) {
        self.record(MetricType::Counter, name, Recorded::Count(n));
    }

    /// Adds to a meter: a counter whose server shows its rates. Where the dialect has none it is a
    /// counter.
    pub fn meter(&self, name: &str, n: i64) {
        self.record(MetricType::Meter, name, Recorded::Count(n));
    }

    /// Sets a gauge. Values that are not finite are dropped and counted.
    pub fn gauge(&self, name: &str, value: impl GaugeValue) {
        self.record(MetricType::Gauge, name, Recorded::Gauge(value.to_f64()));
    }

    /// Changes a gauge by `delta`. To a server that knows no changes (DogStatsD) it is sent as what the
    /// gauge then stands at, counted from what this client set it to, or from 0.
    pub fn gauge_delta(&self, name: &str, delta: impl GaugeValue) {
        self.record(MetricType::Gauge, name, Recorded::Delta(delta.to_f64()));
    }

    /// Records a duration, sent as milliseconds with their fraction.
    pub fn timing(&self, name: &str, elapsed: Duration) {
        self.record(MetricType::Timer, name, Recorded::Nanos(nanos(elapsed)));
    }

    /// Records a value for the server's statistics of one host. A duration counts in milliseconds. In a
    /// dialect that has no histograms it is a timer's value, and one below 0 is dropped and counted.
    pub fn histogram(&self, name: &str, value: impl SampleValue) {
        self.record(MetricType::Histogram, name, Recorded::Sample(value.to_f64()));
    }

    /// Records a value for the server's statistics of all hosts; otherwise like [`Client::histogram`].
    pub fn distribution(&self, name: &str, value: impl SampleValue) {
        self.record(MetricType::Distribution, name, Recorded::Sample(value.to_f64()));
    }

    /// Adds a member to a set: the server says how many distinct ones there were.
    pub fn set(&self, name: &str, member: impl Display) {
        with_text(member, |member| {
            self.record(MetricType::Set, name, Recorded::Member(member));
        });
    }

    /// Adds to a counter at a time: Unix seconds (DogStatsD; elsewhere dropped as `unsupported`). Each
    /// call is a line, and allocates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
    /// client.count_at("page.views", 11, 1_700_000_000);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["page.views:11|c|T1700000000"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn count_at(&self, name: &str, n: i64, unix_seconds: u64) {
        let number = Number::Integer(n);
        self.addressee().record_at(MetricType::Counter, name, number, unix_seconds);
    }

    /// Sets a gauge at a time; otherwise like [`Client::count_at`].
    pub fn gauge_at(&self, name: &str, value: impl GaugeValue, unix_seconds: u64) {
        let number = Number::Float(value.to_f64());
        self.addressee().record_at(MetricType::Gauge, name, number, unix_seconds);
    }

    /// Sends an event (DogStatsD; elsewhere dropped as `unsupported`). Allocates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// use statsd_client::{AlertType, Event};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
    /// client.event(&Event::new("Deployed", "shop 2.1").alert_type(AlertType::Success));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["_e{8,8}:Deployed|shop 2.1|t:success"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn event(&self, event: &Event) {
        let addressee = self.addressee();
        addressee.record_rendered(|defaults, limit, out| event.render(defaults, limit, out));
    }

    /// Sends a service check (DogStatsD; elsewhere dropped as `unsupported`). Allocates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// use statsd_client::{ServiceCheck, Status};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
    /// client.service_check(&ServiceCheck::new("db.up", Status::Critical).message("no route"));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["_sc|db.up|2|m:no route"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn service_check(&self, check: &ServiceCheck) {
        let addressee = self.addressee();
        addressee.record_rendered(|defaults, limit, out| check.render(defaults, limit, out));
    }

    /// Runs `work`, records how long it took, and passes its value through. A panic is timed, too.
    ///
    /// ```
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let client = Client::builder().backend(CaptureBackend::new().0).build()?;
    /// let report = client.measure("cron.cleanup", || "3 files removed");
    /// assert_eq!(report, "3 files removed");
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn measure<R>(&self, name: &str, work: impl FnOnce() -> R) -> R {
        let _recorded = Stopwatch::start(|elapsed| self.timing(name, elapsed));
        work()
    }
}
