//! What a client is told: a method a kind of metric.

use std::fmt::Display;
use std::time::Duration;

use super::Client;
use crate::handle::{GaugeValue, SampleValue, Stopwatch};
use crate::metric::{Event, ServiceCheck};
use crate::pipeline::{Recorded, nanos, with_text};
use crate::protocol::{MetricType, Number};

impl Client {
    /// Adds 1 to a counter: [`Client::count`] with 1.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.increment("users.new");
    /// client.increment("users.new");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["users.new:2|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn increment(&self, name: &str) {
        self.count(name, 1);
    }

    /// Subtracts 1 from a counter: [`Client::count`] with -1.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.decrement("seats.free");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["seats.free:-1|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn decrement(&self, name: &str) {
        self.count(name, -1);
    }

    /// Adds to a counter. What all threads add until a flush leaves as one line, `name:sum|c`, exact whatever
    /// the sample rate. With [`Aggregation::Off`](crate::Aggregation) each call is a line, and is drawn for.
    ///
    /// Looks the name up among those that the thread knows: no lock, no allocation, no system call. A name
    /// that the thread meets for the first time allocates, and is looked up under a lock that is held for a
    /// microsecond.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.count("bytes.sent", 512);
    /// client.count("bytes.sent", 88);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["bytes.sent:600|c"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn count(&self, name: &str, n: i64) {
        self.record(MetricType::Counter, name, Recorded::Count(n));
    }

    /// Adds to a meter: a counter of which a server shows rates. Costs and adds up as [`Client::count`].
    /// Only etsy's dialect writes it as `m`, which servers of its kind read; the others have no such type,
    /// and there it is a counter.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.meter("requests", 3);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["requests:3|m"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn meter(&self, name: &str, n: i64) {
        self.record(MetricType::Meter, name, Recorded::Count(n));
    }

    /// Sets a gauge; the last value before a flush is sent, whichever thread set it. Values that are not
    /// finite are dropped and counted. Costs as [`Client::count`] does.
    ///
    /// In etsy's protocol a sign means a change, so that a value below 0 is two lines in one packet: a reset
    /// to 0, and a change. So it is in all dialects but DogStatsD, whose sign is the number's.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.gauge("queue.depth", 20);
    /// client.gauge("queue.depth", 17.5);
    /// client.flush(Duration::from_secs(1));
    /// client.gauge("balance", -4);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:17.5|g", "balance:0|g", "balance:-4|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn gauge(&self, name: &str, value: impl GaugeValue) {
        self.record(MetricType::Gauge, name, Recorded::Gauge(value.to_f64()));
    }

    /// Changes a gauge by `delta`: etsy's `+n` and `-n`. Changes until a flush are added up; of a gauge that
    /// was set before, the value leaves, with its changes. A delta that is not finite is dropped and counted.
    ///
    /// To a server that knows no changes (DogStatsD) it is sent as what the gauge then stands at, counted from
    /// what this client set it to, or from 0. Takes no lock, and a few atomic operations more than
    /// [`Client::gauge`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.gauge_delta("queue.depth", 3);
    /// client.gauge_delta("queue.depth", -5);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:-2|g"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn gauge_delta(&self, name: &str, delta: impl GaugeValue) {
        self.record(MetricType::Gauge, name, Recorded::Delta(delta.to_f64()));
    }

    /// Records a duration, sent as milliseconds with their fraction (etsy's `ms`). Every value is kept until
    /// the flush, up to [`Builder::reservoir_size`](crate::Builder::reservoir_size); DogStatsD packs those of a
    /// name into one line. Costs as [`Client::count`] does, and 2 KiB of the queue for 128 values.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.timing("render", Duration::from_micros(12_500));
    /// client.timing("render", Duration::from_millis(3));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["render:12.5|ms", "render:3|ms"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn timing(&self, name: &str, elapsed: Duration) {
        self.record(MetricType::Timer, name, Recorded::Nanos(nanos(elapsed)));
    }

    /// Records a value for the server's statistics of one host (Datadog's `h`). A duration counts in
    /// milliseconds. Values that are not finite are dropped and counted. Kept, and costs, as
    /// [`Client::timing`].
    ///
    /// DogStatsD and Influx have histograms. In the other dialects it is a timer's value, and one below 0,
    /// which no timer holds, is dropped as `unsupported`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.histogram("size", 81.5);
    /// client.histogram("size", Duration::from_micros(1_500));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["size:81.5:1.5|h"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn histogram(&self, name: &str, value: impl SampleValue) {
        self.record(MetricType::Histogram, name, Recorded::Sample(value.to_f64()));
    }

    /// Records a value for the server's statistics of all hosts (Datadog's `d`); otherwise like
    /// [`Client::histogram`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.distribution("size", 81.5);
    /// client.distribution("size", -12);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["size:81.5:-12|d"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn distribution(&self, name: &str, value: impl SampleValue) {
        self.record(MetricType::Distribution, name, Recorded::Sample(value.to_f64()));
    }

    /// Adds a member to a set (etsy's `s`): the server says how many distinct ones there were. A member is
    /// sent once a flush, and is never sampled. `:`, `|` and control characters in it become `_`; one over
    /// 1536 bytes is dropped as `too_long`. Costs as [`Client::timing`], in the bytes of the member.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.set("visitors", "user-81");
    /// client.set("visitors", "user-81");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["visitors:user-81|s"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn set(&self, name: &str, member: impl Display) {
        with_text(member, |member| {
            self.record(MetricType::Set, name, Recorded::Member(member));
        });
    }

    /// Adds to a counter at a time: Unix seconds (DogStatsD 1.3; elsewhere dropped as `unsupported`). The
    /// agent takes it as it is, so each call is a line: it is neither added up nor sampled, allocates, and
    /// takes a lock that is held for a push.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
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
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// client.gauge_at("queue.depth", 17.5, 1_700_000_000);
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["queue.depth:17.5|g|T1700000000"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn gauge_at(&self, name: &str, value: impl GaugeValue, unix_seconds: u64) {
        let number = Number::Float(value.to_f64());
        self.addressee().record_at(MetricType::Gauge, name, number, unix_seconds);
    }

    /// Sends an event (DogStatsD; elsewhere dropped as `unsupported`). One without a title is dropped as
    /// `bad_name`. Allocates, and takes a lock that is held for a push.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// use statsd_client::{AlertType, Event};
    ///
    /// client.event(&Event::new("Deployed", "shop 2.1").alert_type(AlertType::Success));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["_e{8,8}:Deployed|shop 2.1|t:success"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn event(&self, event: &Event) {
        self.addressee().record_event(event);
    }

    /// Sends a service check (DogStatsD; elsewhere dropped as `unsupported`). One without a name is dropped
    /// as `bad_name`. Allocates, and takes a lock that is held for a push.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Dialect};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// use statsd_client::{ServiceCheck, Status};
    ///
    /// client.service_check(&ServiceCheck::new("db.up", Status::Critical).message("no route"));
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["_sc|db.up|2|m:no route"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn service_check(&self, check: &ServiceCheck) {
        self.addressee().record_service_check(check);
    }

    /// Runs `work`, records how long it took as [`Client::timing`] does, and passes its value through. A panic
    /// is timed, too. Reads the clock twice.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let report = client.measure("cron.cleanup", || "3 files removed");
    /// assert_eq!(report, "3 files removed");
    ///
    /// client.flush(Duration::from_secs(1));
    /// let lines = captured.lines();
    /// assert_eq!(lines.len(), 1);
    /// assert!(lines[0].starts_with("cron.cleanup:") && lines[0].ends_with("|ms"));
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn measure<R>(&self, name: &str, work: impl FnOnce() -> R) -> R {
        let _recorded = Stopwatch::start(|elapsed| self.timing(name, elapsed));
        work()
    }
}
