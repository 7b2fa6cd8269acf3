//! The assertion macros. What they have in common is said in the room's own documentation.

/// Asserts that a counter was called: `assert_statsd_increment!(seen, "orders", times = 2, tags(plan = "pro"))`.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_statsd_increment, count};
///
/// let seen = capture(|| {
///     count!("orders", 2, sample_rate = 0.1, tags(plan = "pro", region = "eu"));
///     count!("orders", 1, tags(plan = "free"));
/// });
/// assert_statsd_increment!(seen, "orders", 2);
/// assert_statsd_increment!(seen, "orders", times = 2, with_tags(plan));
/// assert_statsd_increment!(seen, "orders", sample_rate = 0.1, tags(plan = "pro"));
/// assert_statsd_increment!(seen, "orders", tags(plan = "free"), without_tags(region));
///
/// // What is called meanwhile, and its value.
/// let order = assert_statsd_increment!("orders", tags(plan = "pro"), || {
///     count!("orders", 1, tags(plan = "pro"));
///     81
/// });
/// assert_eq!(order, 81);
/// ```
///
/// ```should_panic
/// let seen = statsd_client::testing::capture(|| statsd_client::increment("order"));
/// statsd_client::assert_statsd_increment!(seen, "orders");
/// ```
#[macro_export]
macro_rules! assert_statsd_increment {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Counter [] [] $($arguments)*) };
}

/// Asserts that a timer was called: `timing`, `measure`, `#[statsd_measure]`. Its value is in milliseconds, or a
/// [`Duration`](std::time::Duration).
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_statsd_measure, timing};
///
/// let seen = capture(|| timing("render", Duration::from_micros(12_500)));
/// assert_statsd_measure!(seen, "render");
/// assert_statsd_measure!(seen, "render", 12.5);
/// assert_statsd_measure!(seen, "render", value = ..Duration::from_millis(20));
/// assert_statsd_measure!(seen, "render", value = approx(12, 1));
/// ```
#[macro_export]
macro_rules! assert_statsd_measure {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Timer [] [] $($arguments)*) };
}

/// Asserts that a gauge was set, or changed: `value = delta(-3)`.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_statsd_gauge, gauge, gauge_delta};
///
/// let seen = capture(|| {
///     gauge("queue.depth", 17);
///     gauge_delta("queue.depth", -3);
/// });
/// assert_statsd_gauge!(seen, "queue.depth", 17);
/// assert_statsd_gauge!(seen, "queue.depth", delta(-3));
/// assert_statsd_gauge!(seen, "queue.depth", times = 2);
/// ```
#[macro_export]
macro_rules! assert_statsd_gauge {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Gauge [] [] $($arguments)*) };
}

/// Asserts that a histogram was called.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::{assert_statsd_histogram, histogram};
///
/// assert_statsd_histogram!("size", 10.0..20.0, { histogram("size", 12) });
/// ```
#[macro_export]
macro_rules! assert_statsd_histogram {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Histogram [] [] $($arguments)*) };
}

/// Asserts that a distribution was called.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::{assert_statsd_distribution, distribution};
///
/// assert_statsd_distribution!("size", approx(81.5, 0.1), { distribution("size", 81.45) });
/// ```
#[macro_export]
macro_rules! assert_statsd_distribution {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Distribution [] [] $($arguments)*) };
}

/// Asserts that a set was called. A member is text; a number is compared with it as it is written.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_statsd_set, set};
///
/// let seen = capture(|| set("visitors", 81));
/// assert_statsd_set!(seen, "visitors", 81);
/// assert_statsd_set!(seen, "visitors", "81");
/// ```
#[macro_export]
macro_rules! assert_statsd_set {
    ($($arguments:tt)*) => { $crate::__assert_statsd!(@one Set [] [] $($arguments)*) };
}

/// Asserts that nothing was called by any of some names, or nothing at all: counters, gauges, events, whatever.
///
/// `(seen)`, `(seen, "orders.*", "cart.*")`, or with what is called meanwhile at the end: `("orders.*", || work())`.
/// `no_prefix` and `client` as elsewhere.
///
/// [How assertions are written](crate::testing#assertions).
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_no_statsd_calls, increment};
///
/// let seen = capture(|| increment("users.new"));
/// assert_no_statsd_calls!(seen, "orders.*", "cart.*");
/// assert_no_statsd_calls!(|| 40 + 2);
/// ```
///
/// ```should_panic
/// statsd_client::assert_no_statsd_calls!("orders.*", || statsd_client::increment("orders.new"));
/// ```
#[macro_export]
macro_rules! assert_no_statsd_calls {
    ($($arguments:tt)*) => { $crate::__assert_no_statsd_calls!(@[] [] $($arguments)*) };
}

/// Asserts several calls at once, in any order: a call counts for one of them at the most, and for whichever needs
/// it. With `in order` before them, in this order.
///
/// What is expected is written as its kind and, in parentheses, what the other macros take behind `seen`: `increment`,
/// `measure`, `gauge`, `histogram`, `distribution`, `set`, `meter`, `event`, `service_check`, or `any` of them. An
/// [`Expectation`](crate::testing::Expectation) may stand among them.
///
/// [How assertions are written](crate::testing#assertions), and what else can be said.
///
/// ```
/// use statsd_client::testing::capture;
/// use statsd_client::{assert_statsd_calls, count, gauge, increment};
///
/// let seen = capture(|| {
///     count!("orders", 1, tags(plan = "pro"));
///     count!("orders", 1, tags(plan = "free"));
///     gauge("queue.depth", 2);
///     increment("done");
/// });
/// assert_statsd_calls!(
///     seen,
///     gauge("queue.depth", 2),
///     increment("orders"),
///     increment("orders", tags(plan = "free")),
///     increment("errors", times = 0),
/// );
/// assert_statsd_calls!(seen, in order, increment("orders", times = 2), any("done"));
/// ```
///
/// ```should_panic
/// use statsd_client::{assert_statsd_calls, increment};
///
/// assert_statsd_calls!(in order, increment("paid"), increment("placed"), {
///     increment("placed");
///     increment("paid");
/// });
/// ```
#[macro_export]
macro_rules! assert_statsd_calls {
    ($($arguments:tt)*) => { $crate::__assert_statsd_calls!(@assert [] $($arguments)*) };
}
