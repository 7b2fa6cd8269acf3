//! A call site whose tags change from call to call: the thread remembers each combination of values that
//! it has met.

use std::fmt::Display;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use super::value::{GaugeValue, SampleValue};
use super::{Counter, Distribution, Gauge, Histogram, Set, Timer};
use crate::child::write_name;
use crate::global;
use crate::pipeline::{Call, Recorded, find, nanos, record_texts, with_text};
use crate::protocol::MetricType;

/// A name and tag keys that are fixed, for values that are not. `H` is the handle whose calls it makes.
#[derive(Debug)]
pub struct TaggedSite<H, const N: usize> {
    name: &'static str,
    keys: [&'static str; N],
    rate: Option<f64>,
    handle: PhantomData<fn() -> H>,
}

/// A call site with the values of one call.
#[derive(Debug)]
pub struct Tagged<'a, H: 'static, const N: usize> {
    site: &'static TaggedSite<H, N>,
    values: [TagText<'a>; N],
}

impl<H, const N: usize> TaggedSite<H, N> {
    /// The site, for a `static`.
    pub const fn new(name: &'static str, keys: [&'static str; N], rate: Option<f64>) -> Self {
        Self { name, keys, rate, handle: PhantomData }
    }

    /// The site with the values of one call. Nothing is looked up or formatted yet.
    #[inline]
    pub fn with<'a>(&'static self, values: [TagText<'a>; N]) -> Tagged<'a, H, N> {
        Tagged { site: self, values }
    }

    #[inline]
    fn record(&'static self, kind: MetricType, values: &[TagText<'_>; N], recorded: Recorded<'_>) {
        let values = values.each_ref().map(Text::of);
        let known = global::installed().and_then(|(id, child)| {
            find(id, self.space(child), &values.each_ref().map(|value| value.as_str().as_bytes()))
        });
        if !known.is_some_and(|known| recorded.is_stored(known)) {
            self.record_long(kind, &values, recorded);
        }
    }

    /// A static's place is its own for ever, and no place is as high as the spaces of names.
    #[inline]
    fn space(&'static self, child: u32) -> u64 {
        std::ptr::from_ref(self).addr() as u64 ^ u64::from(child) << 32
    }

    #[inline(never)]
    fn record_long(&'static self, kind: MetricType, values: &[Text<'_>; N], recorded: Recorded<'_>) {
        let Some(current) = global::current() else { return };
        let child = current.child.as_deref();
        let rate = self.rate.or_else(|| child.and_then(|child| child.rate));
        let call = Call { rate, ..Call::plain(kind, recorded) };
        let space = self.space(child.map_or(0, |child| child.id));
        let texts = values.each_ref().map(|value| value.as_str().as_bytes());
        record_texts(&current, space, &texts, call, |key| {
            write_name(key, child, self.name)?;
            let mut tags = self.keys.iter().zip(values);
            tags.try_for_each(|(tag, value)| key.tag_str(tag, value.as_str()))
        });
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
                    self.site.record(MetricType::$handle, &self.values, $recorded);
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
                self.site.record(MetricType::Set, &self.values, Recorded::Member(member));
            });
        }
    }
}

impl<const N: usize> Tagged<'_, Timer, N> {
    /// Starts the clock. Keeps the values until it is stopped, which allocates.
    pub fn start(self) -> TaggedTimer<N> {
        let started = || {
            let texts = self.values.each_ref().map(|value| Text::of(value).as_str().to_owned());
            (self.site, texts, Instant::now())
        };
        TaggedTimer { started: global::is_anybody_there().then(started) }
    }
}

/// Records the time since its making when it is dropped.
#[derive(Debug)]
#[must_use = "the time is recorded when the guard is dropped: bind it to a name"]
pub struct TaggedTimer<const N: usize> {
    started: Option<(&'static TaggedSite<Timer, N>, [String; N], Instant)>,
}

impl<const N: usize> Drop for TaggedTimer<N> {
    fn drop(&mut self) {
        if let Some((site, values, started)) = &self.started {
            let values = values.each_ref().map(|value| TagText::Borrowed(value));
            site.with(values).record(started.elapsed());
        }
    }
}

/// A tag's value on its way to text.
pub enum TagText<'a> {
    /// It is text already.
    Borrowed(&'a str),
    /// A whole number.
    Number(i128),
    /// What it displays; costs an allocation.
    Display(&'a dyn Display),
}

impl std::fmt::Debug for TagText<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Text::of(self).as_str())
    }
}

/// Finds the cheapest way from a value to text, by which of three traits the compiler finds first.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// It is text.
pub trait ByText<'a> {
    /// The text itself.
    fn tag_text(&self) -> TagText<'a>;
}

/// It is a whole number.
pub trait ByNumber<'a> {
    /// The number.
    fn tag_text(&self) -> TagText<'a>;
}

/// It displays itself.
pub trait ByDisplay<'a> {
    /// The value.
    fn tag_text(&self) -> TagText<'a>;
}

impl<'a, T: AsRef<str> + ?Sized> ByText<'a> for &&Probe<'a, T> {
    #[inline]
    fn tag_text(&self) -> TagText<'a> {
        TagText::Borrowed(self.0.as_ref())
    }
}

impl<'a, T: Copy + TryInto<i128> + Display> ByNumber<'a> for &Probe<'a, T> {
    #[inline]
    fn tag_text(&self) -> TagText<'a> {
        (*self.0).try_into().map_or(TagText::Display(self.0), TagText::Number)
    }
}

impl<'a, T: Display> ByDisplay<'a> for Probe<'a, T> {
    #[inline]
    fn tag_text(&self) -> TagText<'a> {
        TagText::Display(self.0)
    }
}

/// A tag's value as text.
enum Text<'a> {
    Borrowed(&'a str),
    /// Digits from a place on to the end.
    Digits([u8; DIGITS_MAX], usize),
    Owned(String),
}

/// Digits of the longest whole number, with its sign.
const DIGITS_MAX: usize = 40;

impl<'a> Text<'a> {
    #[inline]
    fn of(value: &TagText<'a>) -> Self {
        match *value {
            TagText::Borrowed(text) => Self::Borrowed(text),
            TagText::Number(number) => match i64::try_from(number) {
                Ok(number) => Self::digits(number),
                Err(_) => Self::Owned(number.to_string()),
            },
            TagText::Display(value) => Self::Owned(value.to_string()),
        }
    }

    fn digits(number: i64) -> Self {
        let mut digits = [0; DIGITS_MAX];
        let mut start = DIGITS_MAX;
        let mut rest = number.unsigned_abs();
        loop {
            start -= 1;
            // A digit is below 10.
            digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            start -= 1;
            digits[start] = b'-';
        }
        Self::Digits(digits, start)
    }

    #[inline]
    fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Digits(digits, start) => std::str::from_utf8(&digits[*start..]).unwrap_or(""),
            Self::Owned(text) => text,
        }
    }
}
