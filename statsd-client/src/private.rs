//! What the expansions of `statsd-macros` may name, and nobody else: no part of the public API.

use std::fmt::{Arguments, Display};

use crate::child::Child;
use crate::child::write_name;
use crate::global;
pub use crate::handle::{
    ByDisplay, ByNumber, ByText, Digits, Displayed, Probe, Tagged, TaggedSite, TaggedTimer, Text,
};
use crate::handle::{Counter, MeasureGuard, Timer, TimerGuard};
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Call, Recorded, record_made};
use crate::protocol::{self, MetricType};

pub use core;

/// Tags fixed at the call site.
pub type FixedTags = &'static [(&'static str, &'static str)];

/// Tags whose values are made at the call.
pub type Tags<'a> = &'a [(&'static str, &'a dyn Display)];

/// A call site of `#[statsd_count]` with a literal name.
#[derive(Debug)]
pub struct CountSite(Counter);

impl CountSite {
    /// The site, for a `static`.
    pub const fn new(name: &'static str, tags: FixedTags, sample_rate: Option<f64>) -> Self {
        Self(Counter::at_site(name, tags, sample_rate))
    }

    /// Counts one call.
    #[inline]
    pub fn hit(&self) {
        self.0.increment();
    }
}

/// A call site of `#[statsd_measure]` with a literal name.
#[derive(Debug)]
pub struct TimeSite(Timer);

impl TimeSite {
    /// The site, for a `static`.
    pub const fn new(name: &'static str, tags: FixedTags, sample_rate: Option<f64>) -> Self {
        Self(Timer::at_site(name, tags, sample_rate))
    }

    /// Starts the clock.
    #[inline]
    pub fn start(&'static self) -> TimeGuard {
        TimeGuard { _recorded: Guard::Site(self.0.start()) }
    }
}

/// Records the time since its making when it is dropped.
#[derive(Debug)]
#[must_use]
pub struct TimeGuard {
    _recorded: Guard,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what dropping them does")]
enum Guard {
    Site(TimerGuard<'static>),
    Named(Option<MeasureGuard>),
}

/// Counts one call under a name or with tags made at the call.
pub fn count(name: Arguments<'_>, tags: Tags<'_>, sample_rate: Option<f64>) {
    if !is_live() {
        return;
    }
    global::with_current(|current| {
        let child = current.child.as_deref();
        let rate = sample_rate.or_else(|| child.and_then(|child| child.rate));
        let call = Call { rate, ..Call::plain(MetricType::Counter, Recorded::Count(1)) };
        record_made(current, |key| write_key(key, child, name, tags), call);
    });
}

/// Starts the clock for a name or with tags made at the call.
pub fn start(name: Arguments<'_>, tags: Tags<'_>, sample_rate: Option<f64>) -> TimeGuard {
    let mut guard = None;
    if is_live() {
        global::with_current(|current| {
            let child = current.child.as_deref();
            let rate = sample_rate.or_else(|| child.and_then(|child| child.rate));
            let write = |key: &mut KeyBuffer| write_key(key, child, name, tags);
            guard = MeasureGuard::with_key(current, rate, write);
        });
    }
    TimeGuard { _recorded: Guard::Named(guard) }
}

/// Checks a literal name while compiling.
#[track_caller]
pub const fn check_name(name: &str) {
    protocol::check_name(name);
}

/// Checks a literal tag key while compiling.
#[track_caller]
pub const fn check_tag_key(key: &str) {
    protocol::check_tag_key(key);
}

/// Checks a literal tag value while compiling.
#[track_caller]
pub const fn check_tag_value(value: &str) {
    protocol::check_tag_value(value);
}

/// Checks literal tags while compiling.
#[track_caller]
pub const fn check_tags(tags: FixedTags) {
    let mut at = 0;
    while at < tags.len() {
        protocol::check_tag_key(tags[at].0);
        protocol::check_tag_value(tags[at].1);
        at += 1;
    }
}

/// Whether a call would go anywhere.
#[inline]
pub fn is_live() -> bool {
    global::is_anybody_there()
}

/// The call site of a call macro: a handle with its tags and rate. Named after the handles.
#[expect(non_snake_case, reason = "a macro is told a handle's name, and calls the function of it")]
pub mod site {
    use super::FixedTags;
    use crate::handle;

    macro_rules! sites {
        ($($handle:ident($($rate:ident)?))*) => {$(
            /// The site, for a `static`.
            pub const fn $handle(
                name: &'static str,
                tags: FixedTags,
                _sample_rate: Option<f64>,
            ) -> handle::$handle {
                handle::$handle::at_site(name, tags, $(sites!(@ $rate _sample_rate))?)
            }
        )*};
        (@ rate $rate:ident) => { $rate };
    }

    sites!(Counter(rate) Gauge() Timer(rate) Histogram(rate) Distribution(rate) Set());
}

fn write_key(
    key: &mut KeyBuffer,
    child: Option<&Child>,
    name: Arguments<'_>,
    tags: Tags<'_>,
) -> Result<(), TooLong> {
    write_name(key, child, name, |tag| tags.iter().any(|(own, _)| *own == tag))?;
    tags.iter().try_for_each(|(tag, value)| key.tag(tag, value))
}
