//! Call macros: an expression each, whose call site is resolved once and follows whichever client is
//! installed.

/// Adds to a counter of the installed client: `count!("users.new")`, `count!("orders", 2)`.
///
/// A literal name is checked while compiling, and the call site is resolved once, also where another
/// client is installed later. `sample_rate = 0.1` and `tags(plan = "pro", region = region)` may follow, in
/// this order. Tags with literal values cost nothing: the call is a handle's. Others are looked up by their
/// values, text and whole numbers without an allocation; a call site knows 256 combinations, and a thread
/// looks further ones up for itself. A name that is not a literal is looked up at every call, and takes
/// neither rate nor tags. Without a client nothing is looked up or formatted.
///
/// Adds up, and is sampled, as [`Client::count`](crate::Client::count).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, count};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let region = String::from("eu");
/// client.scope(|| {
///     count!("users.new");
///     count!("orders", 2, sample_rate = 0.1, tags(plan = "pro"));
///     count!("orders", 3, tags(plan = "free", region = region));
/// });
/// client.flush(Duration::from_secs(1));
/// let mut lines = captured.lines();
/// lines.sort();
/// assert_eq!(lines, ["orders:2|c|#plan:pro", "orders:3|c|#plan:free,region:eu", "users.new:1|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
///
/// ```compile_fail
/// statsd_client::count!("users|new"); // a metric name must not hold `|`
/// ```
#[macro_export]
macro_rules! count {
    ($name:literal $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__record!(Counter, $name, [$($rate)?], ($($($tags)*)?), increment())
    };
    ($name:literal, $n:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__record!(Counter, $name, [$($rate)?], ($($($tags)*)?), add($n))
    };
    ($name:expr $(,)?) => { $crate::count($name, 1) };
    ($name:expr, $n:expr $(,)?) => { $crate::count($name, $n) };
}

/// Sets a gauge of the installed client: `gauge!("queue.depth", 17)`; tags and cost as in [`count!`], the
/// value as in [`Client::gauge`](crate::Client::gauge).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, gauge};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| gauge!("queue.depth", 17, tags(queue = "mail")));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["queue.depth.queue.mail:17|g"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! gauge {
    ($name:literal, $value:expr $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__record!(Gauge, $name, [], ($($($tags)*)?), set($value))
    };
    ($name:expr, $value:expr $(,)?) => { $crate::gauge($name, $value) };
}

/// Records a duration with the installed client, in milliseconds: `timing!("render", elapsed)`; sample rate,
/// tags and cost as in [`count!`], the value as in [`Client::timing`](crate::Client::timing).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, timing};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| timing!("render", Duration::from_micros(1_250)));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["render:1.25|ms"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! timing {
    (
        $name:literal, $elapsed:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__record!(Timer, $name, [$($rate)?], ($($($tags)*)?), record($elapsed))
    };
    ($name:expr, $elapsed:expr $(,)?) => { $crate::timing($name, $elapsed) };
}

/// Records a distribution's value with the installed client: `distribution!("size", 81.5)`; sample rate,
/// tags and cost as in [`count!`], the value as in [`Client::distribution`](crate::Client::distribution).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, distribution};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| distribution!("size", 81.5, tags(kind = "png")));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:81.5|d|#kind:png"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! distribution {
    (
        $name:literal, $value:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__record!(Distribution, $name, [$($rate)?], ($($($tags)*)?), record($value))
    };
    ($name:expr, $value:expr $(,)?) => { $crate::distribution($name, $value) };
}

/// Records a histogram's value with the installed client: `histogram!("size", 12)`; sample rate, tags and
/// cost as in [`count!`], the value as in [`Client::histogram`](crate::Client::histogram).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, histogram};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| histogram!("size", 12));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["size:12|h"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! histogram {
    (
        $name:literal, $value:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__record!(Histogram, $name, [$($rate)?], ($($($tags)*)?), record($value))
    };
    ($name:expr, $value:expr $(,)?) => { $crate::histogram($name, $value) };
}

/// Adds a member to a set of the installed client: `set!("visitors", user_id)`; tags and cost as in
/// [`count!`], the member as in [`Client::set`](crate::Client::set).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, set};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| set!("visitors", 81));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["visitors:81|s"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! set {
    ($name:literal, $member:expr $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__record!(Set, $name, [], ($($($tags)*)?), insert($member))
    };
    ($name:expr, $member:expr $(,)?) => { $crate::set($name, $member) };
}

/// Runs an expression, records with the installed client how long it took, and is its value:
/// `measure!("cron", { task.run() })`. Sample rate and tags as in [`count!`]. A `?` or a `return` in it
/// leaves the function around it, and is timed, too. Tags that are not literals are kept until then, which
/// allocates. Without a client the clock is not read.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, measure};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let task = "cleanup";
/// let report = client.scope(|| measure!("cron", { "3 files removed" }, tags(task = task)));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(report, "3 files removed");
/// let lines = captured.lines();
/// assert_eq!(lines.len(), 1);
/// assert!(lines[0].starts_with("cron.task.cleanup:") && lines[0].ends_with("|ms"));
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! measure {
    ($name:literal, $work:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?) => {{
        let _timed = $crate::__record!(Timer, $name, [$($rate)?], ($($($tags)*)?), start());
        $work
    }};
    ($name:expr, $work:expr $(,)?) => {{
        let _timed = $crate::__private::start($name);
        $work
    }};
}

/// Sends an event with the installed client (DogStatsD): a title and a text, then any of
/// [`Event`](crate::Event)'s fields by the name of its method, then tags. Without a client nothing is made of
/// them; otherwise as [`Client::event`](crate::Client::event).
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{AlertType, CaptureBackend, Client, Dialect, event};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// client.scope(|| event!("Deployed", "shop 2.1", alert_type = AlertType::Success, tags(env = "eu")));
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["_e{8,8}:Deployed|shop 2.1|t:success|#env:eu"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[macro_export]
macro_rules! event {
    ($title:expr, $text:expr $(, $($fields:tt)*)?) => {
        if $crate::__private::is_live() {
            $crate::event(&$crate::__event!($crate::Event::new($title, $text), $($($fields)*)?));
        }
    };
}

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
        const __STATSD_KEYS: &[&str] = &[$($crate::__tag_key!($key)),+];
        static __STATSD_SITE: $crate::__private::TaggedSite<
            $crate::$handle,
            { __STATSD_KEYS.len() },
        > = {
            $crate::__private::check_name($name);
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
            const __STATSD_TAGS: &[(&str, &str)] = &[$($tags)*];
            $crate::__private::check_name($name);
            $crate::__private::check_tags(__STATSD_TAGS);
            $crate::__private::site::$handle($name, __STATSD_TAGS, $crate::__rate!($($rate)?))
        };
        __STATSD_SITE.$method($($value)?)
    }};
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
        ::core::option::Option::Some($rate as f64)
    };
}
