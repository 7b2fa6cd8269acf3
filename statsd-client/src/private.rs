//! What the expansions of `statsd-macros` may name, and nobody else: no part of the public API.

use std::fmt::{Arguments, Display};

use crate::global;
use crate::handle::{Counter, MeasureGuard, Timer, TimerGuard};
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Event, record_named};
use crate::protocol;

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
        TimeGuard { _recorded: Recorded::Site(self.0.start()) }
    }
}

/// Records the time since its making when it is dropped.
#[derive(Debug)]
#[must_use]
pub struct TimeGuard {
    _recorded: Recorded,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what dropping them does")]
enum Recorded {
    Site(TimerGuard<'static>),
    Named(Option<MeasureGuard>),
}

/// Counts one call under a name or with tags made at the call.
pub fn count(name: Arguments<'_>, tags: Tags<'_>, sample_rate: Option<f64>) {
    let id = global::installed_id();
    if id != 0 {
        let write = |key: &mut KeyBuffer| write_key(key, name, tags);
        record_named(id, global::installed_shared, write, sample_rate, Event::Count(1));
    }
}

/// Starts the clock for a name or with tags made at the call.
pub fn start(name: Arguments<'_>, tags: Tags<'_>, sample_rate: Option<f64>) -> TimeGuard {
    let guard = global::installed_shared().map(|shared| {
        MeasureGuard::with_key(shared, sample_rate, |key| write_key(key, name, tags))
    });
    TimeGuard { _recorded: Recorded::Named(guard) }
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

fn write_key(key: &mut KeyBuffer, name: Arguments<'_>, tags: Tags<'_>) -> Result<(), TooLong> {
    key.name(name)?;
    tags.iter().try_for_each(|(tag, value)| key.tag(tag, value))
}
