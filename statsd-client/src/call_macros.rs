//! Call macros: an expression each, whose call site is resolved once and follows whichever client is
//! installed. `expanded.rs` holds what they expand to,
//! `refused.rs` what is said of what is no call.

mod expanded;
mod refused;

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
        $crate::__when_recording!(
            $crate::__record!(Counter, $name, [$($rate)?], ($($($tags)*)?), increment())
        )
    };
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(count $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(count $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(count $name; $key($tag = $($inner)*) $($rest)*)
    };
    ($name:literal, $n:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__when_recording!(
            $crate::__record!(Counter, $name, [$($rate)?], ($($($tags)*)?), add($n))
        )
    };
    ($name:expr $(,)?) => { $crate::__when_recording!($crate::count($name, 1)) };
    ($name:expr, $n:expr $(,)?) => { $crate::__when_recording!($crate::count($name, $n)) };
    ($name:tt, $n:expr, $($rest:tt)+) => { $crate::__refuse!(count $name; $($rest)+) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(gauge $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(gauge $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(gauge $name; $key($tag = $($inner)*) $($rest)*)
    };
    ($name:literal, $value:expr $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__when_recording!(
            $crate::__record!(Gauge, $name, [], ($($($tags)*)?), set($value))
        )
    };
    ($name:expr, $value:expr $(,)?) => { $crate::__when_recording!($crate::gauge($name, $value)) };
    ($name:tt, $value:expr, $($rest:tt)+) => { $crate::__refuse!(gauge $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(gauge) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(timing $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(timing $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(timing $name; $key($tag = $($inner)*) $($rest)*)
    };
    (
        $name:literal, $elapsed:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__when_recording!(
            $crate::__record!(Timer, $name, [$($rate)?], ($($($tags)*)?), record($elapsed))
        )
    };
    ($name:expr, $elapsed:expr $(,)?) => { $crate::__when_recording!($crate::timing($name, $elapsed)) };
    ($name:tt, $elapsed:expr, $($rest:tt)+) => { $crate::__refuse!(timing $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(timing) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(distribution $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(distribution $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(distribution $name; $key($tag = $($inner)*) $($rest)*)
    };
    (
        $name:literal, $value:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__when_recording!(
            $crate::__record!(Distribution, $name, [$($rate)?], ($($($tags)*)?), record($value))
        )
    };
    ($name:expr, $value:expr $(,)?) => { $crate::__when_recording!($crate::distribution($name, $value)) };
    ($name:tt, $value:expr, $($rest:tt)+) => { $crate::__refuse!(distribution $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(distribution) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(histogram $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(histogram $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(histogram $name; $key($tag = $($inner)*) $($rest)*)
    };
    (
        $name:literal, $value:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?
    ) => {
        $crate::__when_recording!(
            $crate::__record!(Histogram, $name, [$($rate)?], ($($($tags)*)?), record($value))
        )
    };
    ($name:expr, $value:expr $(,)?) => { $crate::__when_recording!($crate::histogram($name, $value)) };
    ($name:tt, $value:expr, $($rest:tt)+) => { $crate::__refuse!(histogram $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(histogram) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(set $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(set $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(set $name; $key($tag = $($inner)*) $($rest)*)
    };
    ($name:literal, $member:expr $(, tags($($tags:tt)*))? $(,)?) => {
        $crate::__when_recording!(
            $crate::__record!(Set, $name, [], ($($($tags)*)?), insert($member))
        )
    };
    ($name:expr, $member:expr $(,)?) => { $crate::__when_recording!($crate::set($name, $member)) };
    ($name:tt, $member:expr, $($rest:tt)+) => { $crate::__refuse!(set $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(set) };
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
    ($($key:ident = $($rest:tt)*)?) => { $crate::__refuse_name!(measure $($key)?) };
    ($name:tt, $key:ident = $($rest:tt)*) => {
        $crate::__refuse!(measure $name; $key = $($rest)*)
    };
    ($name:tt, $key:ident($tag:tt = $($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse!(measure $name; $key($tag = $($inner)*) $($rest)*)
    };
    ($name:tt, || $($rest:tt)*) => { $crate::__refuse_closure!() };
    ($name:tt, move || $($rest:tt)*) => { $crate::__refuse_closure!() };
    ($name:literal, $work:expr $(, sample_rate = $rate:expr)? $(, tags($($tags:tt)*))? $(,)?) => {{
        $crate::__when_recording! {
            let _timed = $crate::__record!(Timer, $name, [$($rate)?], ($($($tags)*)?), start());
        }
        // In parentheses, or the compiler would call the braces of a short block unused.
        ($work)
    }};
    ($name:expr, $work:expr $(,)?) => {{
        $crate::__when_recording! { let _timed = $crate::__private::start($name); }
        ($work)
    }};
    ($name:tt, $work:expr, $($rest:tt)+) => { $crate::__refuse!(measure $name; $($rest)+) };
    ($name:expr $(,)?) => { $crate::__refuse_missing!(measure) };
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
    () => { $crate::__refuse_name!(event) };
    ($title:expr, $text:expr $(, $($fields:tt)*)?) => {
        $crate::__when_recording! {
            if $crate::__private::is_live() {
                $crate::event(&$crate::__event!($crate::Event::new($title, $text), $($($fields)*)?));
            }
        }
    };
    ($title:expr $(,)?) => { $crate::__refuse_missing!(event) };
}
