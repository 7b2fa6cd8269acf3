//! What the call macros expand to.

/// An event with its fields, one after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __event {
    ($event:expr, ) => { $event };
    ($event:expr, tags($($key:tt = $tag:expr),* $(,)?) $(,)?) => {
        $event$(.tag($crate::__tag_key!($key), $tag))*
    };
    ($event:expr, $field:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::__event!($event.$field($value), $($($rest)*)?)
    };
    ($event:expr, $($wrong:tt)+) => { $crate::__refuse_field!($($wrong)+) };
}

/// A call site of a literal name: a handle where its tags are fixed, and one that looks the values up
/// where they are not.
#[doc(hidden)]
#[macro_export]
macro_rules! __record {
    ($handle:ident, $name:literal, [$($rate:expr)?], (), $method:ident($($value:expr)?)) => {
        $crate::__record!(@fixed $handle, $name, [$($rate)?], [], $method($($value)?))
    };
    (
        $handle:ident, $name:literal, [$($rate:expr)?],
        ($($key:tt = $tag:literal),+ $(,)?), $method:ident($($value:expr)?)
    ) => {
        $crate::__record!(
            @fixed $handle, $name, [$($rate)?],
            [$(($crate::__tag_key!($key), ::core::concat!($tag))),+], $method($($value)?)
        )
    };
    (
        $handle:ident, $name:literal, [$($rate:expr)?],
        ($($key:tt = $tag:expr),+ $(,)?), $method:ident($($value:expr)?)
    ) => {{
        const __STATSD_KEYS: &[&::core::primitive::str] = &[$($crate::__tag_key!($key)),+];
        static __STATSD_SITE: $crate::__private::TaggedSite<
            $crate::$handle,
            { __STATSD_KEYS.len() },
        > = {
            $crate::__private::check_call_name($name);
            $($crate::__private::check_tag_key($crate::__tag_key!($key));)+
            $crate::__private::TaggedSite::new(
                $name,
                [$($crate::__tag_key!($key)),+],
                $crate::__rate!($($rate)?),
            )
        };
        #[allow(unused_imports, reason = "which of them is used depends on the values' types")]
        use $crate::__private::{
            ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
        };
        __STATSD_SITE
            .with([$($crate::__private::bytes_of(
                &(&&&&$crate::__private::Probe($crate::__private::shown(&$tag))).statsd_tag_text()
            )),+])
            .$method($($value)?)
    }};
    (
        @fixed $handle:ident, $name:literal, [$($rate:expr)?], [$($tags:tt)*],
        $method:ident($($value:expr)?)
    ) => {{
        static __STATSD_SITE: $crate::$handle = {
            const __STATSD_TAGS: $crate::__private::FixedTags = &[$($tags)*];
            $crate::__private::check_call_name($name);
            $crate::__private::check_tags(__STATSD_TAGS);
            $crate::__private::site::$handle($name, __STATSD_TAGS, $crate::__rate!($($rate)?))
        };
        __STATSD_SITE.$method($($value)?)
    }};
    ($handle:ident, $name:literal, [$($rate:expr)?], ($($tags:tt)*), $($call:tt)*) => {
        $crate::__refuse_tags!($($tags)*)
    };
}

/// What is done only where calls record. Elsewhere it is compiled all the same, so that what it names
/// is right and counts as used, and never runs.
#[cfg(feature = "instrument")]
#[doc(hidden)]
#[macro_export]
macro_rules! __when_recording {
    ($($call:tt)*) => { $($call)* };
}

#[cfg(not(feature = "instrument"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __when_recording {
    ($($call:tt)*) => { if false { $($call)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tag_key {
    ($key:literal) => {
        $key
    };
    ($key:ident) => {
        ::core::stringify!($key)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __rate {
    () => {
        ::core::option::Option::None
    };
    ($rate:expr) => {
        ::core::option::Option::Some($crate::__private::check_rate($rate as ::core::primitive::f64))
    };
}
