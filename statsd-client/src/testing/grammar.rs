//! How the arguments of the assertion macros are read, one after the other. Nothing here is for users.

/// A call as an assertion expects it. State: what it is made for (`one` asserts it, `expectation` is it), the
/// kind, the arguments without a name so far, and the calls of the builder so far.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_statsd {
    // What comes last: nothing, a block, a closure.
    (@expectation $kind:ident [[$name:expr] $([$value:expr])?] [$($said:tt)*]) => {
        $crate::testing::expect($crate::__seen_kind!($kind), $name) $(.value($value))? $($said)*
    };
    (@expectation $kind:ident $arguments:tt $said:tt) => {
        ::core::compile_error!("an expectation has a name, perhaps a value, then options")
    };
    (@one $kind:ident [[$seen:expr] [$name:expr] $([$value:expr])?] $said:tt) => {
        $crate::testing::Seen::assert(
            &$seen,
            &[$crate::__assert_statsd!(@expectation $kind [[$name] $([$value])?] $said)],
        )
    };
    (@one $kind:ident $arguments:tt $said:tt) => {
        ::core::compile_error!(
            "what was seen and a name, perhaps a value, then options; or a name … and at the end a \
             closure `|| work()` or a block"
        )
    };
    (@one $kind:ident $arguments:tt $said:tt { $($work:tt)* } $(,)?) => {
        $crate::__while_captured!({ $($work)* } => assert(
            $crate::__assert_statsd!(@expectation $kind $arguments $said)
        ))
    };
    (@one $kind:ident $arguments:tt $said:tt || $work:expr $(,)?) => {
        $crate::__while_captured!(|| $work => assert(
            $crate::__assert_statsd!(@expectation $kind $arguments $said)
        ))
    };
    (@one $kind:ident $arguments:tt $said:tt move || $work:expr $(,)?) => {
        $crate::__while_captured!(move || $work => assert(
            $crate::__assert_statsd!(@expectation $kind $arguments $said)
        ))
    };

    // Options.
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] times = $n:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .times($n)] $($($rest)*)?)
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] at_least = $n:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .at_least($n)] $($($rest)*)?)
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] at_most = $n:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .at_most($n)] $($($rest)*)?)
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        sample_rate = $rate:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .sample_rate($rate)] $($($rest)*)?)
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        value = approx($value:expr, $within:expr $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments [$($said)* .value($crate::testing::approx($value, $within))]
            $($($rest)*)?
        )
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        value = delta($value:expr $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments [$($said)* .value($crate::testing::delta($value))] $($($rest)*)?
        )
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] value = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .value($value)] $($($rest)*)?)
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] client = $client:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .client(&$client)] $($($rest)*)?)
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] matching = $is:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments [$($said)* .matching(::core::stringify!($is), $is)] $($($rest)*)?
        )
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        tags($($key:tt $(= $value:expr)?),* $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments
            [$($said)* $(.tag($crate::__tag_key!($key), $crate::__expected_tag!($($value)?)))*]
            $($($rest)*)?
        )
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        with_tags($($key:tt),* $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments [$($said)* $(.with_tag($crate::__tag_key!($key)))*] $($($rest)*)?
        )
    };
    (
        @$for:ident $kind:ident $arguments:tt [$($said:tt)*]
        without_tags($($key:tt),* $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind $arguments [$($said)* $(.without_tag($crate::__tag_key!($key)))*] $($($rest)*)?
        )
    };
    (@$for:ident $kind:ident $arguments:tt [$($said:tt)*] no_prefix $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind $arguments [$($said)* .no_prefix()] $($($rest)*)?)
    };
    (@$for:ident $kind:ident $arguments:tt $said:tt $option:ident = $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", ::core::stringify!($option), "` is none of the options: value, times, at_least, at_most, ",
            "sample_rate, client, matching, tags(…), with_tags(…), without_tags(…), no_prefix"
        ))
    };

    // Arguments without a name.
    (
        @$for:ident $kind:ident [$($known:tt)*] $said:tt
        approx($value:expr, $within:expr $(,)?) $(, $($rest:tt)*)?
    ) => {
        $crate::__assert_statsd!(
            @$for $kind [$($known)* [$crate::testing::approx($value, $within)]] $said $($($rest)*)?
        )
    };
    (@$for:ident $kind:ident [$($known:tt)*] $said:tt delta($value:expr $(,)?) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(
            @$for $kind [$($known)* [$crate::testing::delta($value)]] $said $($($rest)*)?
        )
    };
    (@$for:ident $kind:ident [$($known:tt)*] $said:tt $argument:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd!(@$for $kind [$($known)* [$argument]] $said $($($rest)*)?)
    };
}

/// Several expectations. State: how they are asserted, and the arguments so far: `p` without a word before them,
/// `x` expectations.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_statsd_calls {
    (@$assert:ident [[p $seen:expr] $([$_sort:ident $($expected:tt)*])*]) => {
        $crate::testing::Seen::$assert(&$seen, &[$($($expected)*),*])
    };
    (@$assert:ident $known:tt) => {
        ::core::compile_error!(
            "what was seen, then expectations such as `increment(\"orders\")`; or expectations, and at \
             the end a closure `|| work()` or a block"
        )
    };
    (@$assert:ident [$([$_sort:ident $($expected:tt)*])*] { $($work:tt)* } $(,)?) => {
        $crate::__while_captured!({ $($work)* } => $assert($($($expected)*),*))
    };
    (@$assert:ident [$([$_sort:ident $($expected:tt)*])*] || $work:expr $(,)?) => {
        $crate::__while_captured!(|| $work => $assert($($($expected)*),*))
    };
    (@$assert:ident [$([$_sort:ident $($expected:tt)*])*] move || $work:expr $(,)?) => {
        $crate::__while_captured!(move || $work => $assert($($($expected)*),*))
    };
    (@$assert:ident $known:tt in order $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@assert_in_order $known $($($rest)*)?)
    };
    (@$assert:ident $known:tt increment($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Counter($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt measure($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Timer($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt gauge($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Gauge($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt histogram($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Histogram($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt distribution($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Distribution($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt set($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Set($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt meter($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Meter($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt event($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known Event($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt service_check($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known ServiceCheck($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident $known:tt any($($said:tt)*) $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert $known any($($said)*) => $($($rest)*)?)
    };
    (@$assert:ident [$($known:tt)*] $kind:ident($($said:tt)*) => $($rest:tt)*) => {
        $crate::__assert_statsd_calls!(
            @$assert [$($known)* [x $crate::__assert_statsd!(@expectation $kind [] [] $($said)*)]]
            $($rest)*
        )
    };
    (@$assert:ident [$($known:tt)*] $argument:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_statsd_calls!(@$assert [$($known)* [p $argument]] $($($rest)*)?)
    };
}

/// No calls. State: the arguments without a name so far, and the calls of the builder so far.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_no_statsd_calls {
    (@[[$seen:expr] $([$name:expr])*] [$($said:tt)*]) => {
        $crate::testing::Seen::assert(
            &$seen,
            &[$crate::testing::expect_none() $(.or_named($name))* $($said)*],
        )
    };
    (@[] $said:tt) => {
        ::core::compile_error!(
            "what was seen, then names; or names, and at the end a closure `|| work()` or a block"
        )
    };
    (@[$([$name:expr])*] [$($said:tt)*] { $($work:tt)* } $(,)?) => {
        $crate::__while_captured!({ $($work)* } => assert(
            $crate::testing::expect_none() $(.or_named($name))* $($said)*
        ))
    };
    (@[$([$name:expr])*] [$($said:tt)*] || $work:expr $(,)?) => {
        $crate::__while_captured!(|| $work => assert(
            $crate::testing::expect_none() $(.or_named($name))* $($said)*
        ))
    };
    (@[$([$name:expr])*] [$($said:tt)*] move || $work:expr $(,)?) => {
        $crate::__while_captured!(move || $work => assert(
            $crate::testing::expect_none() $(.or_named($name))* $($said)*
        ))
    };
    (@$known:tt [$($said:tt)*] no_prefix $(, $($rest:tt)*)?) => {
        $crate::__assert_no_statsd_calls!(@$known [$($said)* .no_prefix()] $($($rest)*)?)
    };
    (@$known:tt [$($said:tt)*] client = $client:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_no_statsd_calls!(@$known [$($said)* .client(&$client)] $($($rest)*)?)
    };
    (@[$($known:tt)*] $said:tt $argument:expr $(, $($rest:tt)*)?) => {
        $crate::__assert_no_statsd_calls!(@[$($known)* [$argument]] $said $($($rest)*)?)
    };
}

/// Work, and what is asserted of its calls. A block stays where it is, so that a `?` in it leaves the test.
#[doc(hidden)]
#[macro_export]
macro_rules! __while_captured {
    ({ $($work:tt)* } => $assert:ident($($expected:expr),* $(,)?)) => {{
        let capture = $crate::testing::Capture::begin();
        let value = { $($work)* };
        #[allow(unreachable_code, reason = "the work may be to fail")]
        let seen = $crate::testing::Capture::end(capture);
        $crate::testing::Seen::$assert(&seen, &[$($expected),*]);
        value
    }};
    ($work:expr => $assert:ident($($expected:expr),* $(,)?)) => {{
        let (value, seen) = $crate::testing::capture_value($work);
        $crate::testing::Seen::$assert(&seen, &[$($expected),*]);
        value
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __seen_kind {
    (any) => {
        ::core::option::Option::None
    };
    ($kind:ident) => {
        $crate::testing::SeenKind::$kind
    };
}

/// A tag without a value is a bare one.
#[doc(hidden)]
#[macro_export]
macro_rules! __expected_tag {
    () => {
        ""
    };
    ($value:expr) => {
        $value
    };
}
