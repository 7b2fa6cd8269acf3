//! What a function's value says of its success.

use std::any::type_name;
use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::process::{ExitCode, ExitStatus};

/// Whether a value means success, for `#[statsd_count_success]` and `#[statsd_count_if]`.
///
/// A call ends in one of four ways. Two of them are its value's to tell, which is what this trait is for:
///
/// | the call | counts as | in Ruby's `StatsD::Instrument` |
/// |---|---|---|
/// | returns `Ok`, `Some`, `true`, `()`, `ExitCode::SUCCESS`, `Continue` | `.success` | `.success` |
/// | returns `Err`, `None`, `false`, another `ExitCode`, `Break` | `.failure` | `.failure` for `false` and for exceptions; `.success` for `nil` |
/// | panics | `.panic` | an exception that is no `StandardError`, a `throw`: `.success` |
/// | is a future that is dropped half-way | `.cancelled` | there is none |
/// | never ends | not at all | not at all |
///
/// So the four of them add up to the calls that have ended. A type of one's own says so by hand, or by
/// `#[derive(Outcome)]`:
///
/// ```
/// use statsd_client::Outcome;
///
/// #[derive(Outcome)]
/// enum Reply {
///     Page(String),
///     #[outcome(failure)]
///     NotFound,
///     #[outcome(failure, class = "busy")]
///     TooManyRequests,
/// }
///
/// assert!(Reply::Page("<p>".into()).is_success());
/// assert_eq!(Reply::NotFound.error_class().as_deref(), Some("NotFound"));
/// assert_eq!(Reply::TooManyRequests.error_class().as_deref(), Some("busy"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a call has succeeded",
    label = "a call that returns `{Self}` is neither a success nor a failure",
    note = "return a `Result`, an `Option` or a `bool`; derive or implement `statsd_client::Outcome` for `{Self}`; \
            or judge it in the attribute: `#[statsd_count_success(\"orders\", |value| value.is_paid())]`"
)]
pub trait Outcome {
    /// Whether the call has succeeded. Called once a call, so it should cost next to nothing.
    fn is_success(&self) -> bool;

    /// What kind of failure it is, for `tag_error_class`: a word of a small vocabulary, such as the name of
    /// an enum's variant, never a text that varies. `None`: it has no name, and no tag is sent.
    ///
    /// Of a `Result` it is what the error says of itself where that implements this trait; else the last
    /// word of the error's type, `ParseIntError`.
    fn error_class(&self) -> Option<Cow<'_, str>> {
        None
    }
}

impl<T, E> Outcome for Result<T, E> {
    fn is_success(&self) -> bool {
        self.is_ok()
    }

    fn error_class(&self) -> Option<Cow<'_, str>> {
        self.is_err().then(|| Cow::Borrowed(short_type_name(type_name::<E>())))
    }
}

impl<T> Outcome for Option<T> {
    fn is_success(&self) -> bool {
        self.is_some()
    }
}

impl Outcome for bool {
    fn is_success(&self) -> bool {
        *self
    }
}

/// A function without a value has succeeded when it returns.
impl Outcome for () {
    fn is_success(&self) -> bool {
        true
    }
}

impl Outcome for ExitCode {
    fn is_success(&self) -> bool {
        *self == Self::SUCCESS
    }
}

impl Outcome for ExitStatus {
    fn is_success(&self) -> bool {
        self.success()
    }
}

impl<B, C> Outcome for ControlFlow<B, C> {
    fn is_success(&self) -> bool {
        self.is_continue()
    }
}

impl Outcome for Infallible {
    fn is_success(&self) -> bool {
        match *self {}
    }
}

/// An I/O error is a failure; its class is the [kind](std::io::ErrorKind), `NotFound`.
impl Outcome for std::io::Error {
    fn is_success(&self) -> bool {
        false
    }

    fn error_class(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(format!("{:?}", self.kind())))
    }
}

impl<T: Outcome + ?Sized> Outcome for &T {
    fn is_success(&self) -> bool {
        (**self).is_success()
    }

    fn error_class(&self) -> Option<Cow<'_, str>> {
        (**self).error_class()
    }
}

impl<T: Outcome + ?Sized> Outcome for Box<T> {
    fn is_success(&self) -> bool {
        (**self).is_success()
    }

    fn error_class(&self) -> Option<Cow<'_, str>> {
        (**self).error_class()
    }
}

/// The last word of a type's name, without what it is generic over; of a box, the last word of what is
/// in it: `Error` of `alloc::boxed::Box<dyn core::error::Error + Send>`.
pub(crate) fn short_type_name(full: &'static str) -> &'static str {
    let inner = full.strip_prefix("alloc::boxed::Box<").unwrap_or(full);
    let inner = inner.trim_start_matches('&').trim_start_matches("dyn ");
    let end = inner.find(['<', '>', ' ', '+']).unwrap_or(inner.len());
    let path = &inner[..end];
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_goes_by_its_last_word() {
        type Boxed = Box<dyn std::error::Error + Send + Sync>;
        assert_eq!(short_type_name(type_name::<std::num::ParseIntError>()), "ParseIntError");
        assert_eq!(short_type_name(type_name::<Boxed>()), "Error");
        assert_eq!(short_type_name(type_name::<Box<std::fmt::Error>>()), "Error");
        assert_eq!(short_type_name(type_name::<Vec<Option<u8>>>()), "Vec");
        assert_eq!(short_type_name(type_name::<&'static str>()), "str");
        assert_eq!(short_type_name(type_name::<String>()), "String");
        assert_eq!(short_type_name(type_name::<()>()), "()");
    }

    #[test]
    fn values_say_how_a_call_ended() {
        assert!(Ok::<(), ()>(()).is_success() && !Err::<(), ()>(()).is_success());
        assert!(Some(0).is_success() && !None::<u8>.is_success());
        assert!(true.is_success() && !false.is_success() && ().is_success());
        assert!(ExitCode::SUCCESS.is_success() && !ExitCode::FAILURE.is_success());
        assert!(ControlFlow::<(), ()>::Continue(()).is_success());
        assert!(!ControlFlow::<(), ()>::Break(()).is_success());
        let parsed = "x".parse::<u8>();
        assert_eq!(parsed.error_class().as_deref(), Some("ParseIntError"));
        assert_eq!("1".parse::<u8>().error_class(), None);
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert_eq!(error.error_class().as_deref(), Some("NotFound"));
        assert!(!Box::new(error).is_success());
    }
}
