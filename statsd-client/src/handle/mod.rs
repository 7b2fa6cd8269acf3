//! Metrics resolved once and cheap for ever. May not know backends or how packets are made.
//! A handle hands its calls to `pipeline/`.

mod counter;
mod gauge;
mod measure;
mod site;
mod timer;
mod value;

pub use counter::Counter;
pub use gauge::Gauge;
pub(crate) use measure::{MeasureGuard, Stopwatch};
pub use timer::{Timer, TimerGuard};
pub use value::GaugeValue;
