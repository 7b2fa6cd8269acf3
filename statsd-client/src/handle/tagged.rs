//! A call site whose tags change from call to call: the thread remembers each combination of values that
//! it has met.

use std::fmt::Display;
use std::marker::PhantomData;
use std::time::Duration;

use super::value::{GaugeValue, SampleValue};
use super::words::Words;
use super::{Counter, Distribution, Gauge, Histogram, Set, Timer};
use crate::child::{Child, write_name};
use crate::global;
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Call, Recorded, Target, Values, nanos, record_texts, with_text};
use crate::protocol::MetricType;

/// A handle's type, standing for the kind of its metrics.
pub trait OfKind {
    /// The kind.
    const KIND: MetricType;
}

macro_rules! of_kind {
    ($($handle:ident)*) => {$(
        impl OfKind for $handle {
            const KIND: MetricType = MetricType::$handle;
        }
    )*};
}

of_kind!(Counter Gauge Timer Histogram Distribution Set);

/// A call site that is fixed, for values that are not. `H` is the handle whose calls it makes.
#[derive(Debug)]
pub struct TaggedSite<H, const N: usize> {
    wording: Wording<N>,
    rate: Option<f64>,
    values: Values,
    handle: PhantomData<fn() -> H>,
}

#[derive(Debug)]
enum Wording<const N: usize> {
    /// A fixed name, and a value a key.
    Keys(&'static str, [&'static str; N]),
    Words(Words),
}

/// A call site with the values of one call, as text.
#[derive(Debug)]
pub struct Tagged<'a, H: 'static, const N: usize> {
    pub(crate) site: &'static TaggedSite<H, N>,
    pub(crate) values: [&'a [u8]; N],
}

impl<H, const N: usize> TaggedSite<H, N> {
    /// A site with a fixed name and a value a key, for a `static`.
    pub const fn new(name: &'static str, keys: [&'static str; N], rate: Option<f64>) -> Self {
        Self {
            wording: Wording::Keys(name, keys),
            rate,
            values: Values::new(),
            handle: PhantomData,
        }
    }

    /// A site whose words have `N` places for values, for a `static`.
    pub const fn worded(words: Words, rate: Option<f64>) -> Self {
        Self { wording: Wording::Words(words), rate, values: Values::new(), handle: PhantomData }
    }

    /// The site with the values of one call.
    #[inline]
    pub fn with<'a>(&'static self, values: [&'a [u8]; N]) -> Tagged<'a, H, N> {
        Tagged { site: self, values }
    }

    fn write_key(
        &self,
        key: &mut KeyBuffer,
        child: Option<&Child>,
        values: &[&[u8]; N],
    ) -> Result<(), TooLong> {
        match &self.wording {
            Wording::Keys(name, keys) => {
                write_name(key, child, name, |tag| keys.contains(&tag))?;
                let mut tags = keys.iter().zip(values);
                // What is not text was made by nobody of ours.
                tags.try_for_each(|(tag, value)| {
                    key.tag_str(tag, std::str::from_utf8(value).unwrap_or_default())
                })
            }
            Wording::Words(words) => words.write_key(key, child, values),
        }
    }
}

impl<H: OfKind, const N: usize> TaggedSite<H, N> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    pub(crate) fn record(&'static self, values: &[&[u8]; N], recorded: Recorded<'_>) {
        let is_stored = match self.values.find(values) {
            Some(known) => recorded.is_stored(known),
            None => false,
        };
        if !is_stored {
            self.record_long(values, recorded);
        }
    }

    #[inline(never)]
    fn record_long(&'static self, values: &[&[u8]; N], recorded: Recorded<'_>) {
        global::with_current(|current| {
            let known = self.record_for(current, current.child.as_deref(), values, recorded);
            if let Some(known) = known
                && current.is_still_installed()
            {
                self.values.insert(values, known);
            }
        });
    }

    /// Records a call for `target`; answers what may be remembered of the values.
    pub(crate) fn record_for(
        &'static self,
        target: &impl Target,
        child: Option<&Child>,
        values: &[&[u8]; N],
        recorded: Recorded<'_>,
    ) -> Option<u64> {
        let rate = self.rate.or_else(|| child.and_then(|child| child.rate));
        let call = Call { rate, ..Call::plain(H::KIND, recorded) };
        // A static's place is its own for ever, and no place is as high as the spaces of names.
        let place = std::ptr::from_ref(self).addr() as u64;
        let space = place ^ child.map_or(0, |child| u64::from(child.id) << 32);
        record_texts(target, space, values, call, |key| self.write_key(key, child, values))
    }
}

/// A method that makes a call of one kind.
macro_rules! tagged {
    ($handle:ident, $method:ident($value:ident: $type:ty) => $recorded:expr) => {
        impl<const N: usize> Tagged<'_, $handle, N> {
            /// Makes the call.
            #[inline]
            pub fn $method(&self, $value: $type) {
                if global::is_anybody_there() {
                    self.site.record(&self.values, $recorded);
                }
            }
        }
    };
}

tagged!(Counter, add(n: i64) => Recorded::Count(n));
tagged!(Gauge, set(value: impl GaugeValue) => Recorded::Gauge(value.to_f64()));
tagged!(Timer, record(elapsed: Duration) => Recorded::Nanos(nanos(elapsed)));
tagged!(Histogram, record(value: impl SampleValue) => Recorded::Sample(value.to_f64()));
tagged!(Distribution, record(value: impl SampleValue) => Recorded::Sample(value.to_f64()));

impl<const N: usize> Tagged<'_, Counter, N> {
    /// Adds 1.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }
}

impl<const N: usize> Tagged<'_, Set, N> {
    /// Adds a member.
    pub fn insert(&self, member: impl Display) {
        if global::is_anybody_there() {
            with_text(member, |member| {
                self.site.record(&self.values, Recorded::Member(member));
            });
        }
    }
}
