//! Other crates' ways of measuring, sent through a client: the `metrics` facade and `tracing` spans, each
//! behind a feature of its own. May not know the pipeline, backends or how a line is written: a bridge
//! makes handles like any application, and calls go on to `handle/`.

mod kept;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "metrics")]
pub use self::metrics::MetricsRecorder;
#[cfg(feature = "tracing")]
pub use self::tracing::SpanTimes;
