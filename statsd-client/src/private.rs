//! What the expansions of `statsd-macros` and of the call macros may name, and nobody else: no part of the
//! public API.

pub use std::borrow::Cow;
use std::fmt::Display;

pub use crate::attribute::*;
pub use crate::client::Client;
use crate::global;
pub use crate::handle::{
    ByAnything, ByDisplay, ByNumber, ByText, Counter, Digits, Displayed, Distribution, Gauge,
    OfKind, PackedTags, Pairs, Piece, Probe, Shown, TagText, TagWords, Tagged, TaggedSite, Text,
    Textual, Timer, Whole, Words, bytes_of, shown,
};
pub use crate::outcome::Outcome;
pub use crate::pipeline::Recorded;
use crate::pipeline::with_text;
use crate::protocol;
pub use crate::protocol::MetricType;

pub use core;

/// Tags fixed at the call site.
pub type FixedTags = &'static [(&'static str, &'static str)];

/// The client that an attribute names: whatever is one when it is dereferenced.
#[inline]
pub fn the_client(client: &Client) -> &Client {
    client
}

/// Makes a value by a closure of the attribute's.
#[inline]
pub fn made<R>(make: impl FnOnce() -> R) -> R {
    make()
}

/// Stands in a function whose attribute is compiled out: what calls it could not be a `const fn`, which no
/// lint should ask for, as no attribute goes on one.
pub fn compiled_out() {}

/// Has a closure about a value compiled, and nothing else.
pub fn mention<T: ?Sized>(_condition: impl FnOnce(&T) -> bool) {}

/// Starts the clock for a name that is made at the call.
pub fn start(name: impl Display) -> TimeGuard<Kept<Timer, 1>, false> {
    static NAMED: TaggedSite<Timer, 1> =
        TaggedSite::worded(Words { name: &[Piece::Value], tags: &[], has_prefix: true }, None);
    with_text(name, |name| NAMED.with([name.as_bytes()]).start())
}

/// Checks a literal name while compiling.
#[track_caller]
pub const fn check_name(name: &str) {
    protocol::check_name(name);
}

/// Checks the literal name of a call macro while compiling.
#[track_caller]
pub const fn check_call_name(name: &str) {
    protocol::check_name(name);
    let mut at = 0;
    while at < name.len() {
        assert!(
            name.as_bytes()[at] != b'{',
            "nothing in the literal name of a call is filled in; hand over the whole name, \
             `format!(\"cron.{{task}}\")`, or what varies as a tag"
        );
        at += 1;
    }
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

/// Checks a sample rate while compiling, and is it.
#[track_caller]
pub const fn check_rate(rate: f64) -> f64 {
    assert!(
        rate > 0.0 && rate <= 1.0,
        "a sample rate is above 0 and at most 1, such as `0.1` for one call in ten"
    );
    rate
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
