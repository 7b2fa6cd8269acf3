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
//! A call never blocks, never panics, never prints and makes no system call of its own; it allocates
//! where a thread meets a name for the first time, and where a burst of timings outgrows the thread's
//! queue. It returns nothing: a metric that cannot be sent is counted in [`Client::stats`], not handed to
//! you as an error. Before a client is installed every call is a no-op.
//!
//! # The nouns
//!
//! | | |
//! |---|---|
//! | [`Client`] | what was built: an address or [`Backend`], a prefix, tags, a rate; cloning copies a pointer |
//! | [`install`] | makes a client the one that statics, attributes and free functions use |
//! | [`Counter`], [`Gauge`], [`Timer`] | handles: name and tags resolved once; `static`, or bound to a client with `on` |
//! | `#[statsd_count]`, `#[statsd_measure]` | attributes: count and time a function, however it ends |
//! | [`FlushGuard`] | sends what is left when `main` ends |
//! | [`Stats`] | the account: `calls == sent + aggregated + sampled_out + dropped.total()`, always |
//! | [`protocol`] | the lines themselves: [`protocol::parse`] reads what this crate writes |
//!
//! # What happens to a call
//!
//! Counters and gauges are added up in the application (turn that off with [`Aggregation::Off`]):
//! a counter goes to a word that only the calling thread writes, and the client's own thread reads
//! it every flush interval (200 ms). Of a gauge the last value holds. A timing keeps its value, in a
//! queue of the calling thread that is bounded in bytes. Lines are packed into packets that are never
//! over the limit (1432 bytes over UDP).
//!
//! A sample rate draws once a call. Counters that are added up are exact whatever the rate, and gauges
//! are never sampled.
//!
//! # Names and tags
//!
//! Whatever a name or tag holds, it cannot put a second metric on the wire: `:`, `|`, `@`, `#`, `,`,
//! `;`, white space and control characters become `_`, and [`Stats::rewritten`] counts the contexts
//! concerned. Literals in attributes are checked while compiling:
//!
//! ```compile_fail
//! #[statsd_client::statsd_count("users|new")] // a metric name must not hold `|`
//! fn subscribe() {}
//! ```
//!
//! etsy's protocol ([`Dialect::Etsy`], the default) has no tags: there they become nodes of the name
//! (`orders.plan.pro`); [`Dialect::DogStatsd`] writes `orders:1|c|#plan:pro`.
//!
//! # Environment
//!
//! [`Client::from_env`] reads `STATSD_*` and `DD_*`; [`Builder::from_env`] has the table of all
//! variables. Nothing else reads the environment. [`Config`] is all settings as data.
//!
//! # Limits
//!
//! | | | over it |
//! |---|---|---|
//! | contexts of a client | 16,384 | calls travel one by one, unaggregated |
//! | name with its tags | 4 KiB | dropped, `bad_name` |
//! | queued bytes | 4 MiB ([`Builder::max_queued_bytes`]) | newest dropped, `queue_full` |
//! | packet | 1432 bytes ([`Builder::max_packet_size`]) | a longer line is dropped, `too_long` |
//! | recording threads at once | 16,384 | dropped, `no_thread` |
//!
//! # Features
//!
//! `macros` (default): the attributes. Without it the crate builds no `syn`.
//! `serde`: [`Config`] is read from and written to configuration files.
//! `metrics`: `MetricsRecorder` sends what libraries record with the `metrics` facade.
//! `tracing`: `SpanTimes` is a layer that sends how long spans took.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
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
mod pipeline;
mod policy;
pub mod protocol;
mod rendered;
mod slot;
mod telemetry;

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
    gauge_delta, histogram, increment, install, measure, meter, service_check, set, timing,
};
pub use handle::{
    Counter, Distribution, Gauge, GaugeValue, Histogram, SampleValue, Set, Timer, TimerGuard,
};
pub use metric::{AlertType, Event, Priority, ServiceCheck, Status};
pub use policy::WhenFull;
pub use protocol::{Cardinality, Dialect};
#[cfg(feature = "macros")]
pub use statsd_macros::{statsd_count, statsd_measure};
pub use telemetry::{Dropped, Leftover, Stats};
