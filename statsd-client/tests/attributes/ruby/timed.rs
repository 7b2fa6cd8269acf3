//! Calls that are timed: 15 to 25 of the table.

use statsd_client::{statsd_distribution, statsd_measure};

use super::Receipt;
use crate::wire::{assert_lines, lines, panic_of};

// 15
#[test]
fn time_is_measured_with_a_rate() {
    #[statsd_measure("gateway.ssl_post", sample_rate = 0.3)]
    fn post(success: bool) -> Receipt {
        Receipt { success }
    }

    let mut sent = lines(|| (0..60).for_each(|_| assert!(post(true).success)));
    sent.dedup();
    assert_eq!(sent, ["gateway.ssl_post:T|ms|@0.3"]);
}

// 16
#[test]
fn two_colons_in_the_name_of_a_measurement_are_a_dot() {
    #[statsd_measure("ActiveMerchant::Gateway.ssl_post")]
    fn post() {}

    assert_lines(post, &["ActiveMerchant.Gateway.ssl_post:T|ms"]);
}

// 17
/// A call without a closure does not compile: it is in the function's type.
#[test]
fn what_is_to_be_measured_by_hand_is_a_closure() {
    let measure: fn(&str, fn() -> u8) -> u8 = |name, work| statsd_client::measure(name, work);
    assert_lines(|| assert_eq!(measure("gateway.ssl_post", || 3), 3), &["gateway.ssl_post:T|ms"]);
}

// 18
#[test]
fn a_function_that_is_measured_still_takes_a_closure() {
    #[statsd_measure("post")]
    fn post<R>(block: impl FnOnce() -> R) -> R {
        block()
    }

    assert_lines(|| assert_eq!(post(|| "block called"), "block called"), &["post:T|ms"]);
}

// 19
#[test]
fn a_tenth_of_the_measurements_says_so() {
    #[statsd_measure("gateway.ssl_post", sample_rate = 0.1)]
    fn post() {}

    let sent = lines(|| (0..500).for_each(|_| post()));
    assert!(sent.iter().all(|line| line == "gateway.ssl_post:T|ms|@0.1"), "{sent:?}");
    assert!((20..100).contains(&sent.len()), "a tenth of 500, not {}", sent.len());
}

// 20
#[test]
fn time_is_measured_as_a_distribution_with_a_rate() {
    #[statsd_distribution("gateway.ssl_post", sample_rate = 0.3)]
    fn post() {}

    let mut sent = lines(|| (0..60).for_each(|_| post()));
    sent.dedup();
    assert_eq!(sent, ["gateway.ssl_post:T|d|@0.3"]);
}

// 21
#[test]
fn two_colons_in_the_name_of_a_distribution_are_a_dot() {
    #[statsd_distribution("ActiveMerchant::Gateway.ssl_post")]
    fn post() {}

    assert_lines(post, &["ActiveMerchant.Gateway.ssl_post:T|d"]);
}

// 22
/// As with `measure`: what is to be captured is a closure, and a panic in it is the test's.
#[test]
fn what_is_to_be_captured_is_a_closure() {
    let capture: fn(fn()) -> statsd_client::testing::Seen =
        |work| statsd_client::testing::capture(work);
    assert_eq!(capture(|| statsd_client::distribution("size", 3)).to_string(), "size:3|d\n");
    assert_eq!(panic_of(|| capture(|| panic!("in the block"))), "in the block");
}

// 23
#[test]
fn a_function_with_a_distribution_still_takes_a_closure() {
    #[statsd_distribution("post")]
    fn post<R>(block: impl FnOnce() -> R) -> R {
        block()
    }

    assert_lines(|| assert_eq!(post(|| "block called"), "block called"), &["post:T|d"]);
}

// 24
#[test]
fn a_tag_without_a_value_is_a_bare_tag() {
    #[statsd_distribution("gateway.ssl_post", tags(foo = ""))]
    fn post() {}

    assert_lines(post, &["gateway.ssl_post:T|d|#foo"]);
}

// 25
#[test]
fn a_tenth_of_a_distribution_says_so() {
    #[statsd_distribution("gateway.ssl_post", sample_rate = 0.1)]
    fn post() {}

    let sent = lines(|| (0..500).for_each(|_| post()));
    assert!(sent.iter().all(|line| line == "gateway.ssl_post:T|d|@0.1"), "{sent:?}");
    assert!((20..100).contains(&sent.len()), "a tenth of 500, not {}", sent.len());
}
