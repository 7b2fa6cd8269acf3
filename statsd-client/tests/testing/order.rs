//! Calls that are expected in an order.

use statsd_client::testing::{Expectation, Seen, capture, expect};
use statsd_client::{assert_statsd_calls, gauge, increment};

use super::*;

fn seen(names: &str) -> Seen {
    capture(|| names.split(' ').for_each(increment))
}

fn is_in_order(names: &str, expected: &[Expectation<'_>]) -> bool {
    seen(names).verify_in_order(expected).is_ok()
}

#[test]
fn what_is_expected_comes_in_its_order_and_others_in_between() {
    let expected = || [expect(None, "a"), expect(None, "b"), expect(None, "c")];
    assert!(is_in_order("a b c", &expected()));
    assert!(is_in_order("x a y b z c x", &expected()));
    for other in ["a c b", "b a c", "a b", "b c", "a b c a", "a a b c", "c b a", "x"] {
        assert!(!is_in_order(other, &expected()), "{other}");
    }
    assert!(is_in_order("x", &[]));
}

#[test]
fn rows_may_be_as_long_as_is_said() {
    let expected =
        || [expect(None, "a").at_least(1), expect(None, "*").at_most(2), expect(None, "a")];
    for names in ["a a", "a b a", "a a a a a", "a a b b a", "a b b a"] {
        assert!(is_in_order(names, &expected()), "{names}");
    }
    for names in ["a", "b a", "a b b b a", "a b"] {
        assert!(!is_in_order(names, &expected()), "{names}");
    }
    let never = || [expect(None, "a"), expect(None, "b").times(0), expect(None, "c")];
    assert!(is_in_order("a c", &never()) && !is_in_order("a b c", &never()));
}

#[test]
fn the_macro_says_so_with_two_words() {
    let work = || {
        increment("placed");
        gauge("depth", 1);
        increment("paid");
    };
    let seen = capture(work);
    assert_statsd_calls!(seen, in order, increment("placed"), gauge("depth"), increment("paid"));
    assert_statsd_calls!(in order, increment("placed"), increment("paid"), || work());
    failure(|| assert_statsd_calls!(seen, in order, increment("paid"), increment("placed")));
    assert_statsd_calls!(seen, increment("paid"), increment("placed"));
}
