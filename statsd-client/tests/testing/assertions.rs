//! What assertions accept and refuse. Each of the cases that statsd-instrument's tests of its own assertions
//! look at is here, named above the test, in this kit's words.

use std::panic::resume_unwind;

use statsd_client::testing::{SeenKind, capture, expect};
use statsd_client::{
    Client, assert_no_statsd_calls, assert_statsd_calls, assert_statsd_distribution,
    assert_statsd_gauge, assert_statsd_histogram, assert_statsd_increment, assert_statsd_measure,
    assert_statsd_set, count, distribution, event, gauge, gauge_delta, histogram, increment, meter,
    set, timing,
};

use super::*;

/// Calls whose counter carries one tag each.
fn counted(values: &[i64]) {
    for value in values {
        count!("counter", 1, tags(foo = value));
    }
}

// assert_no_statsd_calls
#[test]
fn no_calls_of_some_names_or_of_any() {
    assert_no_statsd_calls!("counter", || ());
    assert_no_statsd_calls!("counter", || increment("other"));
    failure(|| assert_no_statsd_calls!("counter", || increment("counter")));
    assert_no_statsd_calls!("counter1", "counter2", || ());
    assert_no_statsd_calls!("counter1", "counter2", || increment("counter"));
    let seen = capture(|| (0..4).for_each(|n| increment(&format!("counter{n}"))));
    let text = failure(|| assert_no_statsd_calls!(seen, "counter1", "counter2"));
    assert!(text.contains("counter1:1|c\n") && text.ends_with("counter2:1|c"), "{text}");
    assert!(!text.contains("counter0:") && !text.contains("counter3:"), "{text}");
    failure(|| assert_no_statsd_calls!("counter0", "counter1", || increment("counter1")));
    failure(|| assert_no_statsd_calls!(|| increment("other")));
    let text = failure(|| {
        assert_no_statsd_calls!({
            increment("other");
            gauge("another", 1);
        });
    });
    assert!(text.contains("other:1|c") && text.contains("another:1|g"), "{text}");
    assert_no_statsd_calls!(|| ());
    assert_no_statsd_calls!(capture(|| ()));
    failure(|| assert_no_statsd_calls!("*loyed", || event!("Deployed", "2.1")));
}

// assert_no_statsd_calls_with_prefix
#[test]
fn no_calls_below_a_prefix() {
    let (client, _captured) = client(|builder| builder.prefix("prefix"));
    for is_scoped in [false, true] {
        let increment = |name: &str| {
            if is_scoped { client.scope(|| increment(name)) } else { client.increment(name) }
        };
        assert_no_statsd_calls!("counter", || increment("other"));
        let text = failure(|| assert_no_statsd_calls!("counter", || increment("counter")));
        assert!(text.contains("prefix.counter:1|c"), "{text}");
        failure(|| assert_no_statsd_calls!("prefix.counter", || increment("counter")));
        failure(|| assert_no_statsd_calls!("prefix.counter", no_prefix, || increment("counter")));
        assert_no_statsd_calls!("counter", no_prefix, || increment("counter"));
        failure(|| assert_no_statsd_calls!("prefix.*", || increment("counter")));
    }
}

// assert_statsd
#[test]
fn a_call_is_expected_by_name_kind_times_tags_and_rate() {
    assert_statsd_increment!("counter", || increment("counter"));
    assert_statsd_increment!("counter", {
        increment("counter");
        increment("other");
    });
    failure(|| assert_statsd_increment!("counter", || increment("other")));
    failure(|| assert_statsd_increment!("counter", || gauge("counter", 42)));
    failure(|| assert_statsd_increment!("counter", || counted(&[1, 1])));
    assert_statsd_increment!("counter", times = 2, || counted(&[1, 1]));
    assert_statsd_increment!("counter", times = 2, tags(foo = 1), || counted(&[1, 1]));
    failure(|| assert_statsd_increment!("counter", times = 2, tags(foo = 1), || counted(&[1, 2])));
    assert_statsd_increment!("counter", sample_rate = 0.5, tags(a, b), {
        count!("counter", 1, sample_rate = 0.5, tags(a = "", b = ""));
    });
    failure(|| {
        assert_statsd_increment!("counter", sample_rate = 0.5, tags(a, b), {
            count!("counter", 1, sample_rate = 0.2, tags(c = ""));
        });
    });
}

// assert_statsd_gauge_call_with_numeric_value
#[test]
fn a_number_is_expected_as_a_number() {
    assert_statsd_gauge!("gauge", 42, || gauge("gauge", 42));
    assert_statsd_gauge!("gauge", "42", || gauge("gauge", 42));
    failure(|| assert_statsd_gauge!("gauge", 42, || gauge("gauge", 45)));
    assert_statsd_gauge!("gauge", value = 42, || gauge("gauge", 42));
    assert_statsd_gauge!("gauge", 42.0, || gauge("gauge", 42_u8));
    assert_statsd_gauge!("gauge", f64::NAN, || gauge("gauge", f64::NAN));
    assert_statsd_increment!("bytes", i64::MAX, || count("bytes", i64::MAX));
    failure(|| {
        assert_statsd_increment!("bytes", i64::MAX, || count("bytes", i64::MAX - 1));
    });
}

// assert_statsd_set_call_with_string_value
#[test]
fn a_member_is_expected_as_text() {
    assert_statsd_set!("set", 12345, || set("set", "12345"));
    assert_statsd_set!("set", "12345", || set("set", "12345"));
    assert_statsd_set!("set", 12345, || set("set", 12345));
    assert_statsd_set!("set", "12345", || set("set", 12345));
    assert_statsd_set!("set", String::from("ada"), || set("set", "ada"));
    failure(|| assert_statsd_set!("set", "42", || set("set", 45)));
    assert_statsd_set!("set", value = 12345, || set("set", "12345"));
    assert_statsd_set!("set", "the last one holds", value = 12345, || set("set", "12345"));
}

// tags_will_match_subsets
#[test]
fn there_may_be_other_tags() {
    assert_statsd_increment!("counter", sample_rate = 0.5, tags(a = 1), {
        count!("counter", 1, sample_rate = 0.5, tags(a = 1, b = 2));
    });
    failure(|| {
        assert_statsd_increment!("counter", sample_rate = 0.5, tags(a = 1, b = 3), {
            count!("counter", 1, sample_rate = 0.5, tags(a = 1, b = 2, c = 4));
        });
    });
}

// tags_friendly_error
#[test]
fn a_tag_that_differs_is_named() {
    let text = failure(|| {
        assert_statsd_increment!("counter", tags(class = "AnotherJob"), {
            count!("counter", 1, tags(class = "MyJob"));
        });
    });
    assert!(text.contains("tag class is MyJob, not AnotherJob"), "{text}");
}

// capture_and_assert
#[test]
fn several_assertions_look_at_one_capture() {
    let seen = capture(|| counted(&[1, 2]));
    assert_statsd_increment!(seen, "counter", tags(foo = 1));
    assert_statsd_increment!(seen, "counter", tags(foo = 2));
    assert_statsd_increment!(&seen, "counter", times = 2);
}

// capture_from_different_client
#[test]
fn a_capture_sees_whichever_client_is_called() {
    let (client, _captured) = client(|builder| builder.prefix("other"));
    assert_statsd_increment!("foo", || client.increment("foo"));
    // Who was called is told by prefix, tags and rate.
    assert_statsd_increment!("other.foo", no_prefix, || client.increment("foo"));
    failure(|| assert_statsd_increment!("other.foo", no_prefix, || increment("foo")));
    failure(|| assert_statsd_increment!("foo", no_prefix, || client.increment("foo")));
    // Or asked for.
    assert_statsd_increment!("foo", client = client, || client.increment("foo"));
    assert_statsd_increment!("foo", client = &client, || client.child().build().increment("foo"));
    failure(|| assert_statsd_increment!("foo", client = client, || increment("foo")));
    assert_no_statsd_calls!("foo", client = client, || increment("foo"));
}

// multiple_expectations_are_not_order_dependent
#[test]
fn several_calls_are_expected_in_any_order() {
    let expected = |values: &[i64]| {
        let seen = capture(|| counted(values));
        let of = |foo| expect(SeenKind::Counter, "counter").tag("foo", foo);
        let times = values.iter().filter(|value| **value == 1).count();
        assert_statsd_calls!(seen, increment("counter", times = times, tags(foo = 1)), of(2));
        assert_statsd_calls!(seen, of(2), of(1).times(times));
    };
    expected(&[1, 2]);
    expected(&[2, 1]);
    expected(&[1, 1, 2]);
    expected(&[1, 2, 1]);
}

// assert_multiple_statsd_expectations
#[test]
fn each_of_several_expectations_has_to_be_met() {
    let once = |values| {
        assert_statsd_calls!(
            increment("counter", times = 2, tags(foo = 1)),
            increment("counter", 1, tags(foo = 2)),
            || counted(values)
        );
    };
    let never = |values| {
        assert_statsd_calls!(
            increment("counter", times = 2, tags(foo = 1)),
            increment("counter", times = 0, tags(foo = 2)),
            { counted(values) }
        );
    };
    failure(|| once(&[1, 2]));
    failure(|| once(&[1, 1, 2, 2]));
    once(&[1, 1, 2]);
    never(&[1, 1]);
    failure(|| never(&[1, 1, 2]));
}

#[test]
fn what_is_never_to_come_may_not_come_for_another() {
    let seen = capture(|| counted(&[1, 2]));
    assert_statsd_calls!(seen, increment("counter", times = 2));
    failure(|| {
        assert_statsd_calls!(
            seen,
            increment("counter", times = 2),
            increment("counter", times = 0, tags(foo = 2))
        );
    });
}

#[test]
fn a_call_counts_for_whichever_expectation_needs_it() {
    let seen = capture(|| counted(&[1, 2]));
    assert_statsd_calls!(seen, increment("counter"), increment("counter", tags(foo = 1)));
    assert_statsd_calls!(seen, increment("counter"), increment("counter", tags(foo = 2)));
    failure(|| {
        let both = || increment_of("counter").with_tag("foo");
        assert_statsd_calls!(seen, both(), both(), both());
    });
}

fn increment_of(name: &str) -> statsd_client::testing::Expectation<'_> {
    expect(SeenKind::Counter, name)
}

// assert_statsd_increment_with_tags
#[test]
fn tags_are_expected_with_and_without_values() {
    assert_statsd_increment!("counter", tags(a = "b", "c.d" = 'e'), {
        count!("counter", 1, tags(a = "b", "c.d" = "e"));
    });
    let seen = capture(|| count!("counter", 1, tags(a = "b", bare = "")));
    assert_statsd_increment!(seen, "counter", with_tags(a, "bare"), without_tags(c, "d"));
    assert_statsd_increment!(seen, "counter", tags(a = "b", bare));
    failure(|| assert_statsd_increment!(seen, "counter", tags(a)));
    failure(|| assert_statsd_increment!(seen, "counter", tags(bare = "x")));
    failure(|| assert_statsd_increment!(seen, "counter", with_tags(c)));
    failure(|| assert_statsd_increment!(seen, "counter", without_tags(bare)));
}

// nested_assertions
#[test]
fn an_outer_assertion_sees_what_an_inner_one_sees() {
    assert_statsd_increment!("counter1", {
        assert_statsd_increment!("counter2", {
            increment("counter1");
            increment("counter2");
        });
    });
    assert_statsd_increment!("counter1", || {
        increment("counter1");
        assert_statsd_increment!("counter2", || increment("counter2"));
    });
    failure(|| {
        assert_statsd_increment!("counter1", {
            assert_statsd_increment!("counter2", || increment("counter2"));
        });
    });
    failure(|| {
        assert_statsd_increment!("counter1", {
            assert_statsd_increment!("counter2", || increment("counter1"));
            increment("counter2");
        });
    });
}

// assertion_block_with_expected_exceptions
#[test]
fn an_error_that_the_work_handles_is_its_own_business() {
    let unwind = || catch_unwind(|| resume_unwind(Box::new("expected"))).unwrap_err();
    assert_statsd_increment!("happened", {
        drop(unwind());
        increment("happened");
    });
    let text = failure(|| assert_statsd_increment!("counter", || drop(unwind())));
    assert!(text.starts_with("expected once, seen never: counter:*|c"), "{text}");
}

// assertion_block_with_unexpected_exceptions, assertion_block_with_other_assertion_failures
#[test]
fn a_panic_of_the_work_goes_on_and_nothing_is_asserted() {
    // Resumed rather than raised, so that the test's output stays quiet.
    let fail = || -> () { resume_unwind(Box::new("work")) };
    let panics = [
        catch_unwind(|| assert_statsd_increment!("counter", || fail())),
        catch_unwind(|| assert_statsd_increment!("counter", { fail() })),
        catch_unwind(|| assert_no_statsd_calls!(move || fail())),
    ];
    for panic in panics {
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"work"));
    }
    assert_no_statsd_calls!(capture(|| ()));
}

// assert_when_using_no_prefix, client_propagation_to_expectations
#[test]
fn a_name_is_expected_with_and_without_prefix() {
    let (plain, _captured) = client(|builder| builder);
    assert_statsd_increment!("incr", || plain.increment("incr"));
    assert_statsd_increment!("incr", no_prefix, || plain.increment("incr"));
    let (client, _captured) = client(|builder| builder.prefix("prefix"));
    assert_statsd_increment!("incr", || client.increment("incr"));
    failure(|| assert_statsd_increment!("incr", no_prefix, || client.increment("incr")));
    assert_statsd_increment!("prefix.incr", || client.increment("incr"));
    assert_statsd_increment!("prefix.incr", no_prefix, || client.increment("incr"));
    failure(|| assert_statsd_increment!("prefix.prefix.incr", || client.increment("incr")));

    let child: Client = client.child().prefix("cart").build();
    let seen = capture(|| child.increment("incr"));
    assert_statsd_increment!(seen, "incr");
    assert_statsd_increment!(seen, "cart.incr");
    assert_statsd_increment!(seen, "prefix.cart.incr", no_prefix);
    failure(|| assert_statsd_increment!(seen, "prefix.incr"));
    failure(|| assert_statsd_increment!(seen, "cart.incr", no_prefix));
    // A call by the whole name, of a client without a prefix.
    assert_statsd_increment!("prefix.foo", || increment("prefix.foo"));
    failure(|| assert_statsd_increment!("foo", || increment("prefix.foo")));
}

#[test]
fn every_kind_has_an_assertion() {
    let seen = capture(|| {
        timing("a", Duration::from_micros(12_500));
        histogram("a", 12.5);
        distribution("a", Duration::from_millis(12));
        gauge_delta("a", -3);
        meter("a", 2);
        event!("a", "text");
        statsd_client::service_check(&statsd_client::ServiceCheck::new(
            "a",
            statsd_client::Status::Ok,
        ));
    });
    assert_statsd_measure!(seen, "a", Duration::from_micros(12_500));
    assert_statsd_measure!(seen, "a", approx(Duration::from_millis(12), Duration::from_millis(1)));
    assert_statsd_histogram!(seen, "a", 12..=13);
    assert_statsd_distribution!(seen, "a", Duration::from_millis(12));
    assert_statsd_gauge!(seen, "a", delta(-3));
    failure(|| assert_statsd_gauge!(seen, "a", -3));
    failure(|| assert_statsd_increment!(seen, "a"));
    assert_statsd_calls!(
        seen,
        measure("a"),
        histogram("a", 12.5),
        distribution("a"),
        gauge("a", value = delta(-3.0)),
        meter("a", 2),
        event("a", value = "_e{1,4}:a|text"),
        service_check("a", matching = |check| check.to_string() == "_sc|a|0"),
        any("b", times = 0),
    );
    assert_statsd_calls!(seen, any("a", times = 7));
}

#[test]
fn values_may_be_near_or_within() {
    use statsd_client::testing::{ExpectedValue as Value, approx, delta};

    let seen = capture(|| histogram("ratio", 0.5));
    let is = |value: Value| seen.verify(&[expect(None, "ratio").value(value)]).is_ok();
    for value in [
        Value::from(0.5),
        approx(0.4, 0.11),
        approx(0.5, 0),
        (0.5..0.6).into(),
        (0.4..=0.5).into(),
        (0.5..).into(),
        (..0.6).into(),
        (..=0.5).into(),
        (0..1).into(),
        "0.5".into(),
        0.5_f32.into(),
    ] {
        assert!(is(value.clone()), "{value}");
    }
    for value in [
        Value::from(0),
        approx(0.4, 0.09),
        approx(f64::NAN, 1),
        (0.4..0.5).into(),
        (0.6..).into(),
        (1..).into(),
        (..=0).into(),
        f64::NAN.into(),
        delta(0.5),
        "half".into(),
        "".into(),
    ] {
        assert!(!is(value.clone()), "{value}");
    }
}

#[test]
fn calls_may_be_expected_at_least_and_at_most() {
    let is = |calls: usize| capture(|| (0..calls).for_each(|_| increment("jobs")));
    for (calls, least, most, both) in [
        (0, false, true, false),
        (1, false, true, false),
        (2, true, true, true),
        (4, true, false, false),
    ] {
        let seen = is(calls);
        let jobs = || expect(SeenKind::Counter, "jobs");
        assert_eq!(seen.verify(&[jobs().at_least(2)]).is_ok(), least, "{calls}");
        assert_eq!(seen.verify(&[jobs().at_most(3)]).is_ok(), most, "{calls}");
        assert_eq!(seen.verify(&[jobs().at_most(3).at_least(2)]).is_ok(), both, "{calls}");
        assert_eq!(seen.verify(&[jobs().times(calls)]), Ok(()));
    }
    assert_statsd_increment!(is(2), "jobs", at_least = 1, at_most = 2);
    assert_statsd_increment!(is(0), "jobs", times = 0);
}

#[test]
fn a_question_may_be_asked_of_a_call() {
    let limit = 0.7;
    let seen = capture(|| count!("orders", 2, sample_rate = 0.5, tags(plan = "pro")));
    assert_statsd_increment!(seen, "orders", matching = |call| call.rate() < limit);
    assert_statsd_increment!(
        seen,
        "orders",
        matching = |call| call.tag("plan").is_some_and(|plan| plan.len() == 3),
        value = 2,
    );
    let text = failure(|| {
        assert_statsd_increment!(seen, "orders", matching = |call| call.rate() > limit);
    });
    assert!(text.contains("not: |call| call.rate() > limit"), "{text}");
}

#[test]
fn names_may_have_stars() {
    let seen = capture(|| ["orders.new", "orders.paid.eu", "users.new"].map(increment));
    assert_statsd_increment!(seen, "orders.*", times = 2);
    assert_statsd_increment!(seen, "*.new", times = 2);
    assert_statsd_increment!(seen, "orders.*.eu");
    assert_no_statsd_calls!(seen, "orders", "cart.*");
}
