//! From a call's value to how it ended.

use std::any::type_name;
use std::borrow::Cow;

use super::ending::Ending;
use crate::outcome::{Outcome, short_type_name};

/// Runs a function's body. That it asks for `FnOnce` is what lets the body give away what it was given.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the body is to stand where it stood")]
pub fn run<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// How a call ended whose value says so itself.
#[inline]
pub fn outcome_of(value: &(impl Outcome + ?Sized)) -> Ending {
    if value.is_success() { Ending::Success } else { Ending::Failure }
}

/// Whether a value says that its call has succeeded.
#[inline]
pub fn succeeded(value: &(impl Outcome + ?Sized)) -> bool {
    value.is_success()
}

/// How a call ended whose value is judged by somebody else.
#[inline]
pub fn judged<T>(value: &T, is_success: impl FnOnce(&T) -> bool) -> Ending {
    if is_success(value) { Ending::Success } else { Ending::Failure }
}

/// Whether a condition holds. That the value comes first tells the condition its type.
#[inline]
pub fn holds<T>(value: &T, condition: impl FnOnce(&T) -> bool) -> bool {
    condition(value)
}

/// Finds the class of a call's error, by which of the traits below the compiler finds first.
#[derive(Debug)]
pub struct ClassOf<'a, T>(pub &'a T);

/// It is a result, whose error says its class.
pub trait ByError<'a> {
    /// The class.
    fn statsd_error_class(&self) -> Option<Cow<'a, str>>;
}

/// It says the class itself.
pub trait ByOutcome<'a> {
    /// The class.
    fn statsd_error_class(&self) -> Option<Cow<'a, str>>;
}

/// It says nothing.
pub trait ByAny<'a> {
    /// No class.
    fn statsd_error_class(&self) -> Option<Cow<'a, str>>;
}

impl<'a, T, E: Outcome> ByError<'a> for &&ClassOf<'a, Result<T, E>> {
    fn statsd_error_class(&self) -> Option<Cow<'a, str>> {
        let error = self.0.as_ref().err()?;
        Some(error.error_class().unwrap_or(Cow::Borrowed(short_type_name(type_name::<E>()))))
    }
}

impl<'a, T: Outcome> ByOutcome<'a> for &ClassOf<'a, T> {
    fn statsd_error_class(&self) -> Option<Cow<'a, str>> {
        if self.0.is_success() { None } else { self.0.error_class() }
    }
}

impl<'a, T> ByAny<'a> for ClassOf<'a, T> {
    fn statsd_error_class(&self) -> Option<Cow<'a, str>> {
        None
    }
}
