//! Other crates' ways of measuring, sent through a client: the `metrics` facade,
//! behind a feature of its own. May not know the pipeline, backends or how a line is written: a bridge
//! makes handles like any application, and calls go on to `handle/`.

mod kept;
#[cfg(feature = "metrics")]
mod metrics;

#[cfg(feature = "metrics")]
pub use self::metrics::MetricsRecorder;
