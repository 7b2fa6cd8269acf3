//! What a call says.

use std::time::Duration;

use crate::protocol::MetricType;

use super::front;
use super::run::Op;

/// One call's value.
#[derive(Debug, Clone, Copy)]
pub enum Recorded<'a> {
    /// Adds to a counter or meter.
    Count(i64),
    /// Sets a gauge.
    Gauge(f64),
    /// Changes a gauge.
    Delta(f64),
    /// A timer's value.
    Nanos(u64),
    /// A histogram's or distribution's value.
    Sample(f64),
    /// A set's member.
    Member(&'a str),
}

impl Recorded<'_> {
    /// Records it where nearly every call goes; `false`: it takes the long way.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    pub(crate) fn is_stored(self, known: impl front::Known) -> bool {
        match self {
            Self::Count(1) => front::increment(known),
            Self::Count(n) => front::add(known, n),
            Self::Gauge(value) => front::gauge(known, value),
            Self::Nanos(nanos) => front::nanos(known, nanos),
            Self::Sample(value) => front::sample(known, value),
            Self::Delta(_) | Self::Member(_) => false,
        }
    }

    /// Records it as a call that stands alone; `false`: it takes the long way.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    pub(crate) fn is_stored_alone(self, known: u64) -> bool {
        match self {
            Self::Count(n) => front::alone(known, Op::Count, n.cast_unsigned()),
            Self::Gauge(value) => {
                value.is_finite() && front::alone(known, Op::Gauge, value.to_bits())
            }
            _ => false,
        }
    }

    /// Counts it as a call that is switched off; `false`: it takes the long way. Asked where it was not stored,
    /// so that a call that was pays nothing for it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    pub(crate) fn is_muted(self, known: u64) -> bool {
        known & front::MUTED != 0 && self.is_finite() && front::mute(known)
    }

    pub(crate) fn is_finite(self) -> bool {
        match self {
            Self::Gauge(value) | Self::Delta(value) | Self::Sample(value) => value.is_finite(),
            Self::Count(_) | Self::Nanos(_) | Self::Member(_) => true,
        }
    }
}

/// A call: what it says, and how it is to be treated where its client is told otherwise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) kind: MetricType,
    pub(crate) recorded: Recorded<'a>,
    /// `None`: the client's own.
    pub(crate) rate: Option<f64>,
    /// `None`: the client's own.
    pub(crate) aggregates: Option<bool>,
}

impl<'a> Call<'a> {
    /// A call that leaves everything to its client.
    #[inline]
    pub(crate) fn plain(kind: MetricType, recorded: Recorded<'a>) -> Self {
        Self { kind, recorded, rate: None, aggregates: None }
    }
}

/// A duration in whole nanoseconds; over 584 years it stays there.
#[inline]
pub(crate) fn nanos(duration: Duration) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    let seconds = duration.as_secs().saturating_mul(SECOND);
    seconds.saturating_add(u64::from(duration.subsec_nanos()))
}
