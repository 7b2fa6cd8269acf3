//! What assertions print that fail, to the letter.

#![expect(clippy::needless_raw_string_hashes, reason = "as expect-test writes them")]

use expect_test::{Expect, expect as text};
use statsd_client::testing::{Seen, SeenKind, capture, expect, expect_none};
use statsd_client::{
    Counter, assert_statsd_calls, assert_statsd_increment, count, event, gauge, increment, set,
    timing,
};

use super::*;

fn a_shop() -> Seen {
    capture(|| {
        timing("render", Duration::from_micros(12_500));
        count!("order", 1, tags(plan = "pro"));
        timing("orders", Duration::from_millis(12));
        count!("orders", 2, sample_rate = 0.1, tags(plan = "free", error = "card"));
        count!("orders", 1, tags(plan = "free"));
        gauge("queue.depth", 17);
        (0..3).for_each(|_| increment("logins"));
        event!("Deployed", "shop\n2.1");
    })
}

fn is(work: impl FnOnce(), expected: &Expect) {
    expected.assert_eq(&failure(work));
}

#[test]
fn the_nearest_calls_come_first() {
    let seen = a_shop();
    is(
        || {
            assert_statsd_increment!(
                seen,
                "orders",
                value = 1,
                sample_rate = 1,
                tags(plan = "pro"),
                with_tags(region),
                without_tags(error),
            );
        },
        &text![[r#"
            expected once, seen never: orders:1|c|@1|#plan:pro,region:*,!error

            seen, the nearest first, of 10 calls:
                orders:1|c|#plan:free                    tag plan is free, not pro; no tag region
                orders:2|c|@0.1|#plan:free,error:card    value is 2, not 1; rate is 0.1, not 1; tag plan is free, not pro; no tag region; has a tag error
                orders:12|ms                             is a timer
                order:1|c|#plan:pro                      has another name
                render:12.5|ms
                queue.depth:17|g
                logins:1|c  (3 times)
                _e{8,9}:Deployed|shop\n2.1"#]],
    );
}

#[test]
fn what_came_too_often_or_not_often_enough_is_shown() {
    let seen = a_shop();
    is(
        || assert_statsd_increment!(seen, "logins", times = 2),
        &text![[r#"
        expected twice, seen 3 times: logins:*|c

        seen, of 10 calls:
            logins:1|c  (3 times)"#]],
    );
    is(
        || assert_statsd_increment!(seen, "orders", at_least = 3, tags(plan = "free")),
        &text![[r#"
            expected at least 3 times, seen twice: orders:*|c|#plan:free

            seen, the nearest first, of 10 calls:
                orders:2|c|@0.1|#plan:free,error:card    as expected
                orders:1|c|#plan:free                    as expected
                orders:12|ms                             is a timer
                order:1|c|#plan:pro                      has another name
                render:12.5|ms
                queue.depth:17|g
                logins:1|c  (3 times)
                _e{8,9}:Deployed|shop\n2.1"#]],
    );
    is(
        || seen.assert(&[expect_none().or_named("orders").or_named("queue.*")]),
        &text![[r#"
        expected never, seen 4 times: orders or queue.*:*|*

        seen, of 10 calls:
            orders:12|ms
            orders:2|c|@0.1|#plan:free,error:card
            orders:1|c|#plan:free
            queue.depth:17|g"#]],
    );
}

#[test]
fn of_several_expectations_each_has_its_line() {
    let seen = a_shop();
    is(
        || {
            assert_statsd_calls!(
                seen,
                increment("logins", times = 3),
                gauge("queue.depth", 18),
                measure("render", value = approx(12, 0.1)),
                event("Deploy*", at_most = 2, matching = |event| event.tags().is_empty()),
            );
        },
        &text![[r#"
            2 of 4 expectations are not met:
              ✓ expected 3 times, seen 3 times: logins:*|c
              ✗ expected once, seen never: queue.depth:18|g
                    queue.depth:17|g    value is 17, not 18
              ✗ expected once, seen never: render:12±0.1|ms
                    render:12.5|ms    value is 12.5, not 12±0.1
              ✓ expected at most twice, seen once: Deploy*:*|_e, where |event| event.tags().is_empty()"#]],
    );
}

#[test]
fn where_there_were_no_calls_it_says_how_others_are_seen() {
    is(
        || assert_statsd_increment!(capture(|| ()), "orders"),
        &text![[r#"
        expected once, seen never: orders:*|c

        There were no calls. Those of other threads and tasks are seen where they `follow`."#]],
    );
}

#[test]
fn a_prefix_that_is_in_the_way_is_shown() {
    let (client, _captured) = client(|builder| builder.prefix("shop"));
    let seen = capture(|| client.increment("orders"));
    is(
        || assert_statsd_increment!(seen, "orders", no_prefix),
        &text![[r#"
            expected once, seen never: orders:*|c, no_prefix

            seen, the nearest first, of 1 call:
                shop.orders:1|c    has a prefix"#]],
    );
    is(
        || assert_statsd_increment!(seen, "shop.order"),
        &text![[r#"
        expected once, seen never: shop.order:*|c

        seen, the nearest first, of 1 call:
            shop.orders:1|c    has another name"#]],
    );
    is(
        || assert_statsd_increment!(seen, "store.*"),
        &text![[r#"
        expected once, seen never: store.*:*|c

        seen, the nearest first, of 1 call:
            shop.orders:1|c"#]],
    );
}

#[test]
fn a_crowd_is_counted_and_a_long_call_is_cut() {
    let seen = capture(|| {
        (0..40).for_each(|n| gauge("depth", n));
        set("visitors", "line\nbreak and \u{1b}[31m");
        Counter::new("orders").tag("note", "x".repeat(200)).increment();
        Counter::new("orders").tag("note", "y").increment();
    });
    is(
        || assert_statsd_increment!(seen, "orders", tags(note = "z")),
        &text![[r#"
            expected once, seen never: orders:*|c|#note:z

            seen, the nearest first, of 43 calls:
                orders:1|c|#note:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…    tag note is xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
                orders:1|c|#note:y                                          tag note is y, not z
                depth:*|g  (40 times)
                visitors:line\nbreak and \u{1b}[31m|s"#]],
    );
    is(
        || seen.assert(&[expect(SeenKind::Set, "visitor")]),
        &text![[r#"
            expected once, seen never: visitor:*|s

            seen, the nearest first, of 43 calls:
                visitors:line\nbreak and \u{1b}[31m|s    has another name
                depth:*|g  (40 times)
                orders:*|c  (twice)"#]],
    );
}

#[test]
fn where_calls_left_their_order_is_shown() {
    let seen = capture(|| {
        for name in ["placed", "placed", "noise", "paid"] {
            increment(name);
        }
        gauge("depth", 1);
    });
    let placed_then = |next: &'static str| {
        let seen = seen.clone();
        move || seen.assert_in_order(&[expect(None, "placed").at_most(2), expect(None, next)])
    };
    is(
        || assert_statsd_calls!(seen, in order, increment("placed"), increment("paid"), gauge("depth")),
        &text![[r#"
            expected in this order:
                1  once: placed:*|c
                2  once: paid:*|c
                3  once: depth:*|g

            seen in this order, of 5 calls:
                1  placed:1|c
                1  placed:1|c    ← expected 2 here
                2  paid:1|c
                3  depth:1|g"#]],
    );
    is(
        || assert_statsd_calls!(seen, in order, increment("paid"), increment("placed", times = 2)),
        &text![[r#"
            expected in this order:
                1  once: paid:*|c
                2  twice: placed:*|c

            seen in this order, of 5 calls:
                2  placed:1|c    ← expected 1 here
                2  placed:1|c
                1  paid:1|c"#]],
    );
    is(
        placed_then("pait"),
        &text![[r#"
            expected in this order:
                1  at most twice: placed:*|*
                2  once: pait:*|*

            seen in this order, of 5 calls:
                1  placed:1|c
                1  placed:1|c
                (the end)    ← expected 2 here

            seen, the nearest first, of 5 calls:
                paid:1|c    has another name
                placed:1|c  (twice)
                noise:1|c
                depth:1|g"#]],
    );
    is(
        || seen.assert_in_order(&[expect(None, "p*").times(2)]),
        &text![[r#"
        expected in this order:
            1  twice: p*:*|*

        seen in this order, of 5 calls:
            1  placed:1|c
            1  placed:1|c
            1  paid:1|c    ← expected nothing more here"#]],
    );
}

#[test]
fn a_long_order_is_shown_around_the_place() {
    let seen = capture(|| {
        (0..50).for_each(|n| increment(if n == 30 { "b" } else { "a" }));
        increment("c");
    });
    is(
        || {
            seen.assert_in_order(&[
                expect(None, "a").times(49),
                expect(None, "b"),
                expect(None, "c"),
            ]);
        },
        &text![[r#"
            expected in this order:
                1  49 times: a:*|*
                2  once: b:*|*
                3  once: c:*|*

            seen in this order, of 51 calls:
                … 20 calls before
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                2  b:1|c    ← expected 1 here
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                1  a:1|c
                … and 11 calls after"#]],
    );
}
