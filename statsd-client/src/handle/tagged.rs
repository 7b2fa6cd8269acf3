//! A call site whose tags change from call to call: the thread remembers each combination of values that
//! it has met.

use std::fmt::Display;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use super::value::{GaugeValue, SampleValue};
use super::{Counter, Distribution, Gauge, Histogram, Set, Timer};
use crate::child::write_name;
use crate::global::{self, Current};
use crate::pipeline::{Call, Recorded, Values, nanos, record_texts, with_text};
use crate::protocol::MetricType;

/// A name and tag keys that are fixed, for values that are not. `H` is the handle whose calls it makes.
#[derive(Debug)]
pub struct TaggedSite<H, const N: usize> {
    name: &'static str,
    keys: [&'static str; N],
    rate: Option<f64>,
    values: Values,
    handle: PhantomData<fn() -> H>,
}

/// A call site with the values of one call, as text.
#[derive(Debug)]
pub struct Tagged<'a, H: 'static, const N: usize> {
    site: &'static TaggedSite<H, N>,
    values: [&'a [u8]; N],
}

impl<H, const N: usize> TaggedSite<H, N> {
    /// The site, for a `static`.
    pub const fn new(name: &'static str, keys: [&'static str; N], rate: Option<f64>) -> Self {
        Self { name, keys, rate, values: Values::new(), handle: PhantomData }
    }

    /// The site with the values of one call.
    #[inline]
    pub fn with<'a>(&'static self, values: [&'a [u8]; N]) -> Tagged<'a, H, N> {
        Tagged { site: self, values }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    fn record(&'static self, kind: MetricType, values: &[&[u8]; N], recorded: Recorded<'_>) {
        let known = self.values.find(values).unwrap_or_default();
        if !recorded.is_stored(known) {
            self.record_long(kind, values, recorded, known);
        }
    }

    #[inline(never)]
    fn record_long(
        &'static self,
        kind: MetricType,
        values: &[&[u8]; N],
        recorded: Recorded<'_>,
        known: u64,
    ) {
        if !recorded.is_stored_alone(known) {
            global::with_current(|current| self.record_current(current, kind, values, recorded));
        }
    }

    fn record_current(
        &'static self,
        current: &Current,
        kind: MetricType,
        values: &[&[u8]; N],
        recorded: Recorded<'_>,
    ) {
        let child = current.child.as_deref();
        let rate = self.rate.or_else(|| child.and_then(|child| child.rate));
        let call = Call { rate, ..Call::plain(kind, recorded) };
        // A static's place is its own for ever, and no place is as high as the spaces of names.
        let place = std::ptr::from_ref(self).addr() as u64;
        let space = place ^ child.map_or(0, |child| u64::from(child.id) << 32);
        let known = record_texts(current, space, values, call, |key| {
            write_name(key, child, self.name, |tag| self.keys.contains(&tag))?;
            let mut tags = self.keys.iter().zip(values);
            // What is not text was made by nobody of ours.
            tags.try_for_each(|(tag, value)| {
                key.tag_str(tag, std::str::from_utf8(value).unwrap_or_default())
            })
        });
        if let Some(known) = known
            && current.is_still_installed()
        {
            self.values.insert(values, known);
        }
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
        let started =
            || Started { site: self.site, values: self.values.map(Vec::from), at: Instant::now() };
        TaggedTimer { started: global::is_anybody_there().then(started) }
    }
}

/// Records the time since its making when it is dropped.
#[derive(Debug)]
#[must_use = "the time is recorded when the guard is dropped: bind it to a name"]
pub struct TaggedTimer<const N: usize> {
    /// `None`: nobody was there to hear it.
    started: Option<Started<N>>,
}

#[derive(Debug)]
struct Started<const N: usize> {
    site: &'static TaggedSite<Timer, N>,
    values: [Vec<u8>; N],
    at: Instant,
}

impl<const N: usize> Drop for TaggedTimer<N> {
    fn drop(&mut self) {
        if let Some(Started { site, values, at }) = &self.started {
            site.with(values.each_ref().map(Vec::as_slice)).record(at.elapsed());
        }
    }
}

/// Finds the cheapest way from a value to text, by which of three traits the compiler finds first.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// It is text.
pub trait ByText<'a> {
    /// The text itself.
    fn tag_text(&self) -> Text<'a>;
}

/// It is a whole number.
pub trait ByNumber {
    /// Its digits.
    fn tag_text(&self) -> Digits;
}

/// It displays itself.
pub trait ByDisplay {
    /// What it displays; allocates, if anybody is there to hear it.
    fn tag_text(&self) -> Displayed;
}

impl<'a, T: AsRef<str> + ?Sized> ByText<'a> for &&Probe<'a, T> {
    #[inline]
    fn tag_text(&self) -> Text<'a> {
        Text(self.0.as_ref())
    }
}

impl<T: Copy + TryInto<i64> + Display> ByNumber for &Probe<'_, T> {
    #[inline]
    fn tag_text(&self) -> Digits {
        let number = *self.0;
        number.try_into().map_or_else(|_| Digits::Many(number.to_string()), Digits::of)
    }
}

impl<T: Display> ByDisplay for Probe<'_, T> {
    fn tag_text(&self) -> Displayed {
        Displayed(if global::is_anybody_there() { self.0.to_string() } else { String::new() })
    }
}

/// A value that is text already.
#[derive(Debug)]
pub struct Text<'a>(&'a str);

/// The digits of a whole number.
#[derive(Debug)]
pub enum Digits {
    /// From a place on to the end.
    Few([u8; DIGITS_MAX], usize),
    /// Of a number that is larger than any other.
    Many(String),
}

/// What a value displays.
#[derive(Debug)]
pub struct Displayed(String);

/// Digits of the longest number of 64 bits, with its sign.
const DIGITS_MAX: usize = 20;

impl Text<'_> {
    /// The text's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Displayed {
    /// The text's bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Digits {
    /// The text's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Few(digits, start) => digits.get(*start..).unwrap_or_default(),
            Self::Many(text) => text.as_bytes(),
        }
    }

    #[inline]
    fn of(number: i64) -> Self {
        let mut digits = [b'0'; DIGITS_MAX];
        let mut rest = number.unsigned_abs();
        let mut start = DIGITS_MAX - 1;
        while rest > 9 {
            digits[start] += low_byte(rest % 10);
            rest /= 10;
            start -= 1;
        }
        digits[start] += low_byte(rest);
        if number < 0 {
            start -= 1;
            digits[start] = b'-';
        }
        Self::Few(digits, start)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a digit is below 10")]
fn low_byte(digit: u64) -> u8 {
    digit as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::needless_borrow,
        reason = "as the macros write it: the borrows are the choice"
    )]
    fn a_number_is_written_as_it_displays_itself() {
        for number in [0, 1, 9, 10, -1, 200, i64::MAX, i64::MIN] {
            assert_eq!(Digits::of(number).bytes(), number.to_string().as_bytes());
        }
        let text = |digits: &Digits| String::from_utf8(digits.bytes().to_vec()).unwrap();
        assert_eq!(text(&(&&&Probe(&u64::MAX)).tag_text()), u64::MAX.to_string());
        assert_eq!(text(&(&&&Probe(&i128::MIN)).tag_text()), i128::MIN.to_string());
        assert_eq!((&&&Probe("text")).tag_text().bytes(), b"text");
        assert_eq!((&&&Probe(&String::from("text"))).tag_text().bytes(), b"text");
    }
}
