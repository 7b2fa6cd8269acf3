//! What a gauge may be set to: every number that a program has at hand.

/// A number that a gauge takes. Integers beyond 2^53 are rounded to the nearest `f64`.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend).build()?;
/// client.gauge("queue.depth", vec!["job"; 3].len());
/// client.gauge_delta("queue.depth", -1);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth:2|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub trait GaugeValue: sealed::Sealed {
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
            #[expect(clippy::allow_attributes, reason = "not every type needs the cast")]
            #[allow(clippy::cast_lossless, trivial_numeric_casts, reason = "one line for all types")]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

gauge_value!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);
