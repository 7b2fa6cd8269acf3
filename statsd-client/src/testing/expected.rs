//! The value that is expected of a call.

use std::fmt;
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::time::Duration;

use super::SeenValue;

/// What the value of a call has to be: a number, a text, a duration (of timers, which are seen in
/// milliseconds), a range of numbers or durations, [`approx`] or [`delta`].
///
/// Whole numbers and others are compared as numbers; a set's member is text, and a number is compared with it
/// as it is written. Not a number equals itself.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::testing::{capture, ExpectedValue, approx, delta};
///
/// let seen = capture(|| {
///     statsd_client::timing("render", Duration::from_millis(12));
///     statsd_client::set("visitors", 81);
///     statsd_client::gauge_delta("depth", -3);
/// });
/// let is = |at: usize, value: ExpectedValue| value.matches(seen[at].value());
/// assert!(is(0, 12.into()) && is(0, Duration::from_millis(12).into()) && is(0, (10.0..20.0).into()));
/// assert!(is(0, approx(12.1, 0.2)) && !is(0, 13.into()));
/// assert!(is(1, 81.into()) && is(1, "81".into()));
/// assert!(is(2, delta(-3)) && !is(2, (-3).into()));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedValue(Inner);

#[derive(Debug, Clone, PartialEq)]
enum Inner {
    Whole(i128),
    Float(f64),
    Text(String),
    Approx { value: f64, within: f64 },
    Delta(Box<Self>),
    Between(Bound<f64>, Bound<f64>),
}

/// A value that is at most `within` away from `value`, which may be a number or a duration.
///
/// ```
/// use statsd_client::testing::{approx, capture, expect, SeenKind};
///
/// let seen = capture(|| statsd_client::histogram("ratio", 0.1 + 0.2));
/// seen.assert(&[expect(SeenKind::Histogram, "ratio").value(approx(0.3, 1e-9))]);
/// ```
pub fn approx(value: impl Into<ExpectedValue>, within: impl Into<ExpectedValue>) -> ExpectedValue {
    let (value, within) = (value.into().0.number(), within.into().0.number());
    ExpectedValue(Inner::Approx { value, within })
}

/// A change of a gauge (`gauge_delta`) by `value`, rather than a value that it is set to.
///
/// ```
/// use statsd_client::testing::{capture, delta, expect, SeenKind};
///
/// let seen = capture(|| statsd_client::gauge_delta("queue.depth", -3));
/// seen.assert(&[expect(SeenKind::Gauge, "queue.depth").value(delta(-3))]);
/// ```
pub fn delta(value: impl Into<ExpectedValue>) -> ExpectedValue {
    ExpectedValue(Inner::Delta(Box::new(value.into().0)))
}

impl ExpectedValue {
    /// Whether a seen value is it.
    pub fn matches(&self, seen: &SeenValue) -> bool {
        match (&self.0, seen) {
            (Inner::Delta(delta), SeenValue::Delta(seen)) => delta.is(*seen),
            (Inner::Delta(_), _) | (_, SeenValue::Delta(_)) => false,
            (Inner::Whole(n), SeenValue::Count(seen)) => *n == i128::from(*seen),
            (Inner::Text(text), SeenValue::Text(seen)) => text == seen,
            (number, SeenValue::Text(seen)) => number.to_string() == *seen,
            (number, SeenValue::Number(seen)) => number.is(*seen),
            (number, SeenValue::Count(seen)) => number.is(*seen as f64),
        }
    }
}

impl Inner {
    /// As a number; a text that is none is not a number.
    fn number(&self) -> f64 {
        match self {
            Self::Whole(n) => *n as f64,
            Self::Float(number) | Self::Approx { value: number, .. } => *number,
            Self::Text(text) => text.parse().unwrap_or(f64::NAN),
            Self::Delta(delta) => delta.number(),
            Self::Between(..) => f64::NAN,
        }
    }

    fn is(&self, seen: f64) -> bool {
        match self {
            Self::Approx { value, within } => (seen - value).abs() <= *within,
            Self::Between(low, high) => {
                let above = match low {
                    Bound::Included(low) => seen >= *low,
                    Bound::Excluded(low) => seen > *low,
                    Bound::Unbounded => true,
                };
                let below = match high {
                    Bound::Included(high) => seen <= *high,
                    Bound::Excluded(high) => seen < *high,
                    Bound::Unbounded => true,
                };
                above && below
            }
            Self::Float(number) => *number == seen || number.is_nan() && seen.is_nan(),
            Self::Whole(_) | Self::Text(_) | Self::Delta(_) => self.number() == seen,
        }
    }
}

impl fmt::Display for ExpectedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(n) => write!(f, "{n}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
            Self::Approx { value, within } => write!(f, "{value}±{within}"),
            Self::Delta(delta) if delta.number() >= 0.0 => write!(f, "+{delta}"),
            Self::Delta(delta) => write!(f, "{delta}"),
            Self::Between(low, high) => {
                if let Bound::Included(low) | Bound::Excluded(low) = low {
                    write!(f, "{low}")?;
                }
                f.write_str("..")?;
                match high {
                    Bound::Included(high) => write!(f, "={high}"),
                    Bound::Excluded(high) => write!(f, "{high}"),
                    Bound::Unbounded => Ok(()),
                }
            }
        }
    }
}

macro_rules! expected {
    ($($number:ty => $inner:expr;)*) => {$(
        impl From<$number> for ExpectedValue {
            fn from(value: $number) -> Self {
                let inner: fn($number) -> Inner = $inner;
                Self(inner(value))
            }
        }

        expected!(@ranges $number: Range, RangeInclusive, RangeFrom, RangeTo, RangeToInclusive);
    )*};
    (@ranges $number:ty: $($range:ident),*) => {$(
        impl From<$range<$number>> for ExpectedValue {
            fn from(range: $range<$number>) -> Self {
                use std::ops::RangeBounds as _;
                let bound = |bound: Bound<&$number>| bound.map(|&edge| Self::from(edge).0.number());
                Self(Inner::Between(bound(range.start_bound()), bound(range.end_bound())))
            }
        }
    )*};
}

expected! {
    i8 => |n| Inner::Whole(n.into());
    i16 => |n| Inner::Whole(n.into());
    i32 => |n| Inner::Whole(n.into());
    i64 => |n| Inner::Whole(n.into());
    isize => |n| Inner::Whole(n as i128);
    u8 => |n| Inner::Whole(n.into());
    u16 => |n| Inner::Whole(n.into());
    u32 => |n| Inner::Whole(n.into());
    u64 => |n| Inner::Whole(n.into());
    usize => |n| Inner::Whole(n as i128);
    f32 => |number| Inner::Float(number.into());
    f64 => Inner::Float;
    Duration => |elapsed| Inner::Float(super::call::millis(elapsed));
}

impl From<&str> for ExpectedValue {
    fn from(text: &str) -> Self {
        Self(Inner::Text(text.to_owned()))
    }
}

impl From<&String> for ExpectedValue {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for ExpectedValue {
    fn from(text: String) -> Self {
        Self(Inner::Text(text))
    }
}
