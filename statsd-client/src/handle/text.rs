//! From a tag's value to text, without the formatting machinery where it can be had.

use std::borrow::Cow;
use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

use crate::global;

/// Finds the cheapest way from a value to text, by which of these traits the compiler finds first.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// Text of a value.
pub trait TagText {
    /// Its bytes.
    fn bytes(&self) -> &[u8];
}

/// The bytes of a value's text.
#[inline]
pub fn bytes_of(text: &impl TagText) -> &[u8] {
    text.bytes()
}

/// It is text.
pub trait ByText<'a> {
    /// The text itself.
    fn statsd_tag_text(&self) -> Text<'a>;
}

/// It is a whole number.
pub trait ByNumber {
    /// Its digits.
    fn statsd_tag_text(&self) -> Digits;
}

/// Text that displays itself as it is. A type of somebody's own may hold text, too, and display itself in
/// another way: the traits of the standard library do not tell.
pub trait Textual {
    /// The text.
    fn text(&self) -> &str;
}

impl Textual for str {
    #[inline]
    fn text(&self) -> &str {
        self
    }
}

impl Textual for String {
    #[inline]
    fn text(&self) -> &str {
        self
    }
}

impl Textual for Cow<'_, str> {
    #[inline]
    fn text(&self) -> &str {
        self
    }
}

macro_rules! textual {
    ($($pointer:ty)*) => {$(
        impl<T: Textual + ?Sized> Textual for $pointer {
            #[inline]
            fn text(&self) -> &str {
                (**self).text()
            }
        }
    )*};
}

textual!(&T &mut T Box<T> Rc<T> Arc<T>);

/// A whole number of the language's own.
pub trait Whole: Copy + TryInto<i64> + Display {}

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl Whole for $number {}
    )*};
}

whole!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// It displays itself.
pub trait ByDisplay {
    /// What it displays; allocates, if anybody is there to hear it.
    fn statsd_tag_text(&self) -> Displayed;
}

/// It is nothing that could be sent, and [`shown`] has said so to the compiler.
pub trait ByAnything {
    /// No text.
    fn statsd_tag_text(&self) -> Text<'static>;
}

/// Asks of a value that it displays itself: what the compiler says of one that does not is then about
/// the value, not about how its text is found.
#[inline]
pub fn shown<T: Shown + ?Sized>(value: &T) -> &T {
    value
}

/// What can be written into a name or a tag: all that displays itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a name or a tag",
    label = "`{Self}` does not display itself",
    note = "write an expression that implements `Display`, such as `plan.unwrap_or(\"none\")` of an `Option`, \
            or implement it for a type of your own"
)]
pub trait Shown: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> Shown for T {}

impl<'a, T: Textual + ?Sized> ByText<'a> for &&&Probe<'a, T> {
    #[inline]
    fn statsd_tag_text(&self) -> Text<'a> {
        Text(self.0.text())
    }
}

impl<T: Whole> ByNumber for &&Probe<'_, T> {
    #[inline]
    fn statsd_tag_text(&self) -> Digits {
        let number = *self.0;
        number.try_into().map_or_else(|_| Digits::Many(number.to_string()), Digits::of)
    }
}

impl<T: Display + ?Sized> ByDisplay for &Probe<'_, T> {
    fn statsd_tag_text(&self) -> Displayed {
        Displayed(if global::is_anybody_there() { self.0.to_string() } else { String::new() })
    }
}

impl<T: ?Sized> ByAnything for Probe<'_, T> {
    fn statsd_tag_text(&self) -> Text<'static> {
        Text("")
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

impl TagText for Text<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TagText for Displayed {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TagText for Digits {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Few(digits, start) => digits.get(*start..).unwrap_or_default(),
            Self::Many(text) => text.as_bytes(),
        }
    }
}

impl Digits {
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
        assert_eq!(text(&(&&&&Probe(&u64::MAX)).statsd_tag_text()), u64::MAX.to_string());
        assert_eq!(text(&(&&&&Probe(&i128::MIN)).statsd_tag_text()), i128::MIN.to_string());
        assert_eq!((&&&&Probe("text")).statsd_tag_text().bytes(), b"text");
        assert_eq!((&&&&Probe(&String::from("text"))).statsd_tag_text().bytes(), b"text");
    }
}
