//! Counts, times and gauges from your application to a StatsD server.
//!
//! ```
//! use statsd_client::{Client, Counter, install, statsd_count, statsd_measure};
//!
//! static LOGINS: Counter = Counter::new("logins");
//!
//! #[statsd_count("users.new")]
//! #[statsd_measure("users.new.time")]
//! fn subscribe(name: &str) -> Result<(), String> {
//!     if name.is_empty() { Err("a user needs a name".into()) } else { Ok(()) }
//! }
//!
//! fn main() -> Result<(), statsd_client::Error> {
//!     let client = Client::builder().address("127.0.0.1:8125").prefix("shop").build()?;
//!     let _flush_on_exit = install(client);
//!
//!     LOGINS.increment();
//!     statsd_client::gauge("queue.depth", 17);
//!     let _subscribed = subscribe("ada");
//!     Ok(())
//! }
//! ```
//!
//! A call never waits for a server or a full queue, never panics, never prints and makes no system call of its
//! own. It takes a lock for a moment and allocates where a thread meets a client or a name for the first time;
//! it allocates where a burst of timings outgrows the thread's queue, and for what is rare: events, service
//! checks, timestamps. It returns nothing: a metric that cannot be sent is counted in [`Client::stats`], not
//! handed to you as an error. Before a client is installed every call is a no-op.
//!
//! # The nouns
//!
//! | | |
//! |---|---|
//! | [`Client`] | what was built: an address or [`Backend`], a prefix, tags, a rate; cloning copies a pointer |
//! | [`install`] | makes a client the one that statics, attributes, call macros and free functions use |
//! | [`Counter`], [`Gauge`], [`Timer`], [`Histogram`], [`Distribution`], [`Set`] | handles: name and tags resolved once; `static`, or bound to a client with `on` |
//! | [`count!`], [`gauge!`], [`timing!`], [`histogram!`], [`distribution!`], [`set!`], [`measure!`], [`event!`] | expressions with tags and rate inline; the call site is resolved once |
//! | [`increment()`], [`gauge()`], [`timing()`] … | by name: a look-up a call; the same are methods of [`Client`] |
//! | `#[statsd_count]`, `#[statsd_measure]`, `#[statsd_distribution]`, `#[statsd_gauge_inflight]` | attributes: count, time, and gauge the calls of a function, however they end |
//! | `#[statsd_count_if]`, `#[statsd_count_success]`, [`Outcome`] | count them by what they return |
//! | `#[statsd_instrument]`, `#[statsd_skip]` | attributes on all methods of an `impl` block |
//! | [`Event`], [`ServiceCheck`] | what Datadog shows beside its graphs, with a text |
//! | [`Client::child`] | a client with a prefix, tags or a rate of its own over the same thread |
//! | [`Client::scope`], [`Client::scope_future`] | another client for one thread's work or one task, as in a test |
//! | [`testing`], [`assert_statsd_increment!`] … | captures: which calls a thread or a task makes, and assertions about them |
//! | [`set_enabled`], [`Client::mute`], [`mute()`] | run-time switches: for all that follows the installed client; for the metrics of a pattern |
//! | [`Config`], [`Client::from_env`] | all settings as data; all settings from the environment |
//! | [`UdpBackend`], [`TcpBackend`], `UnixBackend`, `UnixStreamBackend` | to a server; names are resolved again, connections opened again |
//! | [`LogBackend`], [`CaptureBackend`], [`NullBackend`], [`TeeBackend`] | for eyes, for tests, for nobody, for two |
//! | `MetricsRecorder`, `SpanTimes` | bridges: what the `metrics` facade records, how long `tracing` spans took |
//! | [`FlushGuard`] | sends what is left when `main` ends |
//! | [`Stats`] | the account: `calls == sent + aggregated + sampled_out + dropped.total()`, always |
//! | [`protocol`] | the lines themselves: [`protocol::parse`] reads what this crate writes |
//!
//! # What happens to a call
//!
//! It writes to memory, a counter's or a timing's to the calling thread's own. Every flush interval (200 ms)
//! the client's thread reads that. What leaves then:
//!
//! | | |
//! |---|---|
//! | counters, meters | the sum of all threads, exact whatever the rate |
//! | gauges | the last value, whichever thread set it, with the changes after it; never sampled |
//! | sets | each member once; never sampled |
//! | timers, histograms, distributions | every value, packed where the dialect can. Over [`Builder::reservoir_size`] an even sample, whose rate stands in its line, so that the server's counts stay right |
//! | events, service checks, timestamps | each as it was made |
//!
//! [`Aggregation::Off`] makes every call a line, for a client or for one metric
//! ([`Counter::aggregation`]). A sample rate draws once a call: that of the call, else the handle's, the
//! child's, the client's.
//!
//! Contexts over [`Builder::max_contexts`] share an overflow series of their kind. Where many have not been
//! used for [`Builder::idle_expiry`], all are met again. Lines are packed into packets that are never over the
//! limit; after 32 of them the client's thread pauses for a millisecond, so that a server's receive buffer of
//! ordinary size holds a flush. While the backend is not ready nothing is taken, and counters go on adding up.
//!
//! # Attributes
//!
//! ```
//! use statsd_client::{Outcome, statsd_count_success, statsd_gauge_inflight, statsd_measure};
//!
//! #[derive(Debug, Outcome)]
//! #[outcome(failure)]
//! enum Refused {
//!     CardDeclined,
//!     SoldOut,
//! }
//!
//! #[statsd_count_success("orders.place", tag_error_class, tags(plan = plan))]
//! #[statsd_measure("orders.place.time.{plan}", sample_rate = 0.1)]
//! #[statsd_gauge_inflight("orders.inflight")]
//! fn place(plan: &str, stock: u32) -> Result<u32, Refused> {
//!     stock.checked_sub(1).ok_or(Refused::SoldOut)
//! }
//!
//! # use std::time::Duration;
//! # use statsd_client::{CaptureBackend, Client, Dialect};
//! # let (backend, captured) = CaptureBackend::new();
//! # let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
//! # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
//! client.scope(|| place("pro", 0).unwrap_err());
//! client.flush(Duration::from_secs(1));
//! let line = "orders.place.failure:1|c|#plan:pro,error_class:SoldOut";
//! assert!(captured.lines().contains(&line.to_owned()));
//! # Ok::<(), statsd_client::Error>(())
//! ```
//!
//! They take a literal, a text with parameters in it, or a closure as their name and tags, a `client` of
//! their own, and more: the page of [`statsd_count`](macro@statsd_count)'s crate has the table. How a call ended is
//! [`Outcome`]'s to say: success, failure, panic, cancelled.
//!
//! What linters of other clients warn of is an error of the compiler here:
//!
//! | `StatsD::Instrument`'s cop | here |
//! |---|---|
//! | `MeasureAsDistArgument` | there is no `as_dist`; the message names `#[statsd_distribution]` |
//! | `PositionalArguments`, `MetaprogrammingPositionalArguments` | rate and tags have keys |
//! | `MetricValueKeywordArgument` | the value is the second argument |
//! | `MetricPrefixArgument` | there is no `prefix`, but on an `impl` block; there is `client` |
//! | `MetricReturnValue` | a call returns `()` |
//! | `SplatArguments` | tags stand one by one, or are made by a closure |
//! | `SingletonConfiguration` | a client is built before it is installed, and cannot be changed |
//!
//! # Switches
//!
//! [`set_enabled`]`(false)` makes no-ops of statics, attributes, call macros and free functions, as if no client
//! were installed, and counts nothing; `true` brings the installed client back. [`Client::mute`] switches off the
//! metrics of a pattern of names, `cron.*`, for whoever calls them, and counts the calls ([`Dropped::muted`]);
//! [`Client::unmute`] takes the pattern back. What was recorded before leaves. Neither is on a call's way: a
//! switch makes every handle look its name up again, once.
//!
//! ```
//! # use std::time::Duration;
//! # use statsd_client::{CaptureBackend, Client, Counter};
//! # let (backend, captured) = CaptureBackend::new();
//! # let builder = Client::builder().backend(backend);
//! # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
//! let runs = Counter::new("cron.runs").on(&client);
//! client.mute("cron.*");
//! runs.increment();
//! client.unmute("cron.*");
//! runs.add(2);
//! client.flush(Duration::from_secs(1));
//! assert_eq!(captured.lines(), ["cron.runs:2|c"]);
//! assert_eq!(client.stats().dropped.muted, 1);
//! # Ok::<(), statsd_client::Error>(())
//! ```
//!
//! # Names and tags
//!
//! Whatever a name or tag holds, it cannot put a second metric on the wire: `:`, `|`, `@`, `#`, `,`,
//! `;`, white space and control characters become `_`, `::` in a name a dot, and [`Stats::rewritten`] counts the contexts
//! concerned. Where tags are nodes of the name, so does `.` in them; elsewhere a tag's value keeps `@`, and in
//! DogStatsD `:`. Literals in attributes and call macros are checked while compiling:
//!
//! ```compile_fail
//! #[statsd_client::statsd_count("users|new")] // a metric name must not hold `|`
//! fn subscribe() {}
//! ```
//!
//! A tag of a call holds before the client's own of that key. Numbers are written shortest, without an
//! exponent; what is not finite is dropped and counted.
//!
//! # Dialects
//!
//! | [`Dialect`] | a tagged counter | what it lacks becomes |
//! |---|---|---|
//! | `Etsy` (default) | `orders.plan.pro:1\|c` | tags: nodes of the name; histograms and distributions: timers |
//! | `DogStatsd` | `orders:1\|c\|#plan:pro` | changes of a gauge: what it then stands at; meters: counters |
//! | `Influx` | `orders,plan=pro:1\|c` | meters: counters |
//! | `Graphite` | `orders;plan=pro:1\|c` | histograms and distributions: timers; meters: counters |
//! | `SignalFx` | `orders[plan=pro]:1\|c` | as Graphite |
//! | `Librato` | `orders#plan=pro:1\|c` | as Graphite |
//! | `Okmeter` | `orders.plan_is_pro:1\|c` | as Graphite |
//!
//! Events, service checks, timestamps, several values in a line and the sender's origin are DogStatsD's. The
//! first three are counted as `unsupported` elsewhere, as is a histogram below 0 that would be a timer.
//! A gauge below 0 is, but in DogStatsD, a reset and a change in one packet: a sign means a change there.
//!
//! # Environment
//!
//! [`Client::from_env`] reads `STATSD_*` and `DD_*`; [`Builder::from_env`] has the table of all
//! variables. Code comes first, then `STATSD_*`, then `DD_*`; a value that cannot be read is an error that names
//! its variable. Nothing else reads the environment. [`Config`] is all settings as data.
//!
//! # Limits
//!
//! | | | over it |
//! |---|---|---|
//! | contexts of a client | 16,384 ([`Builder::max_contexts`]) | an overflow series of their kind; beyond 64 of those dropped, `no_context` |
//! | name with its tags | 4 KiB | dropped, `bad_name` |
//! | queued bytes | 4 MiB ([`Builder::max_queued_bytes`]) | over half thinned evenly; then [`WhenFull`] decides, `queue_full` |
//! | values of a timer and the like until a flush | 2,048 ([`Builder::reservoir_size`]) | thinned evenly, the rate says so |
//! | members of a set until a flush | 16,384 | written out early, which counts the same |
//! | a set's member | 1,536 bytes | dropped, `too_long` |
//! | packet | 1,432 bytes over UDP, else 8,192 ([`Builder::max_packet_size`]) | a longer line is dropped, `too_long` |
//! | event, service check | 8 KiB, and a packet | the text is shortened; else dropped, `too_long` |
//! | recording threads at once | 16,384 | dropped, `no_thread` |
//! | names that a thread knows | 32,768 | it begins anew |
//! | combinations of tag values that a call site knows | 256 | each thread looks further ones up |
//! | requests to flush that wait | 1,024 | `false` |
//! | packets that a backend refuses in a row | 16 | the rest of the flush is lost, too, `send_failed` |
//! | gauges whose level is known, for changes in DogStatsD | 32,768 | changes of further ones count from 0 |
//! | patterns of what is switched off | 128, of 256 bytes | [`Client::mute`] is `false`; [`Builder::build`], [`Client::from_env`] are errors |
//! | packets of a [`CaptureBackend`] | 100,000 | refused, `send_failed` |
//! | calls that a test's capture keeps | 1,000,000 | counted, [`testing::Seen::over`] |
//! | tags with the environment's | 128 | [`Client::from_env`] is an error |
//! | handles that a bridge keeps, a kind | 16,384 | one is made for each call |
//!
//! # Life cycle
//!
//! A client is a thread and a backend. [`Client::flush`] sends what all threads have recorded, and says whether
//! the backend took it; [`Client::shutdown`] also ends the thread, and says what was left. Dropping the
//! [`FlushGuard`] of [`install`], or a client's last clone, flushes and waits a second at the most. A thread that
//! ends loses nothing. `std::process::exit` runs no destructors: call [`Client::shutdown`] before it.
//!
//! A backend that fails or panics loses its packet, which is counted, and not the client's thread. A `fork(2)`
//! goes through `around_fork`, so that the clients go on in both processes and nothing is sent twice.
//!
//! # Tests
//!
//! ```
//! use statsd_client::testing::capture;
//! use statsd_client::{assert_no_statsd_calls, assert_statsd_increment, count};
//!
//! # fn subscribe(plan: &str) { count!("subscriptions", 1, tags(plan = plan)) }
//! let seen = capture(|| subscribe("pro"));
//! assert_statsd_increment!(seen, "subscriptions", tags(plan = "pro"));
//! assert_no_statsd_calls!(seen, "orders.*");
//! ```
//!
//! A capture sees the calls of one thread or task, with or without a client, before anything of them is sampled or
//! added up; tests run in parallel. [`testing`] says what can be asserted. For what is on the wire there are
//! [`CaptureBackend`] and [`Output::Capture`].
//!
//! # Features
//!
//! The crate has no dependency at run time; the attributes have `syn` at build time.
//!
//! `macros` (default): the attributes. Without it the crate builds no `syn`.
//! `instrument` (default): attributes and call macros record. Without it they compile to nothing, and only
//! their literals are checked; `statsd-client = { default-features = false, features = ["macros"] }`.
//! `serde`: [`Config`] is read from and written to configuration files.
//! `metrics`: `MetricsRecorder` sends what libraries record with the `metrics` facade.
//! `tracing`: `SpanTimes` is a layer that sends how long spans took.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod attribute;
mod backend;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod bridge;
mod builder;
mod call_macros;
mod child;
mod client;
mod config;
mod env;
mod error;
mod global;
mod handle;
mod metric;
mod origin;
mod outcome;
mod pipeline;
mod policy;
pub mod protocol;
mod rendered;
mod slot;
mod telemetry;
pub mod testing;

pub use backend::{
    Backend, CaptureBackend, Captured, LogBackend, NullBackend, TcpBackend, TeeBackend, UdpBackend,
};
#[cfg(unix)]
pub use backend::{UnixBackend, UnixStreamBackend};
#[cfg(feature = "metrics")]
pub use bridge::MetricsRecorder;
#[cfg(feature = "tracing")]
pub use bridge::SpanTimes;
pub use builder::{Aggregation, Builder};
pub use child::ChildBuilder;
pub use client::Client;
pub use config::{Config, Output};
pub use env::EnvironmentReport;
pub use error::{Error, ErrorKind};
pub use global::{
    FlushGuard, around_fork, count, count_at, decrement, distribution, event, gauge, gauge_at,
    gauge_delta, histogram, increment, install, is_enabled, measure, meter, mute, muted,
    service_check, set, set_enabled, timing, unmute,
};
pub use handle::{
    Counter, Distribution, Gauge, GaugeValue, Histogram, SampleValue, Set, Timer, TimerGuard,
};
pub use metric::{AlertType, Event, Priority, ServiceCheck, Status};
pub use outcome::Outcome;
pub use policy::WhenFull;
pub use protocol::{Cardinality, Dialect};
#[cfg(feature = "macros")]
pub use statsd_macros::{
    Outcome, statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_instrument, statsd_measure, statsd_skip,
};
pub use telemetry::{Dropped, Leftover, Stats};
