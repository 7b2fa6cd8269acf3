//! What gauges, histograms and distributions take: every number that a program has at hand.

use std::time::Duration;

use crate::pipeline::nanos;

/// A number that a gauge takes. Integers beyond 2^53 are rounded to the nearest `f64`.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.gauge("queue.depth", vec!["job"; 3].len());
/// client.gauge_delta("queue.depth", -1);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:2|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that a gauge takes",
    label = "a gauge takes an integer or a float",
    note = "of a `Duration` that is its `as_secs_f64()`, of a collection its `len()`, of a text what it `parse`s to"
)]
pub trait GaugeValue: sealed::Sealed {
    /// The number as it is sent.
    fn to_f64(self) -> f64;
}

/// What a histogram or a distribution takes: a number, or a [`Duration`], which counts in
/// milliseconds.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.distribution("size", 81.5);
/// client.distribution("size", 12);
/// client.histogram("render", Duration::from_micros(1_500));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:81.5:12|d", "render:1.5|h"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number and no `Duration`",
    label = "a histogram or a distribution takes an integer, a float or a `Duration`",
    note = "of a collection that is its `len()`, of a text what it `parse`s to"
)]
pub trait SampleValue: sealed::Sealed {
    /// The number as it is sent.
    fn to_f64(self) -> f64;
}

mod sealed {
    #[expect(unnameable_types, reason = "so that nobody else can implement it")]
    pub trait Sealed {}
}

macro_rules! gauge_value {
    ($($number:ty)*) => {$(
        impl sealed::Sealed for $number {}

        impl GaugeValue for $number {
            #[inline]
            #[expect(clippy::allow_attributes, reason = "not every type needs the cast")]
            #[allow(clippy::cast_lossless, trivial_numeric_casts, reason = "one line for all types")]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }

        impl SampleValue for $number {
            #[inline]
            fn to_f64(self) -> f64 {
                GaugeValue::to_f64(self)
            }
        }
    )*};
}

gauge_value!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

impl sealed::Sealed for Duration {}

impl SampleValue for Duration {
    fn to_f64(self) -> f64 {
        // In whole nanoseconds, exact below 2^53 (104 days), so that the quotient is the nearest number to
        // the true one and 1.001 s is written as 1001, not 1000.9999999999999.
        nanos(self) as f64 / 1e6
    }
}
