//! Each attribute over and under another one. The compiler expands from the top, so the attribute that is
//! nearest to the function is around the others.

use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

use super::{Ends, around};
use crate::steps::{finish, let_go, step};
use crate::wire::{assert_lines, mark, panic_of};

/// The lines of `m` around those of `o`, and of `o` around those of `m`.
fn nested(attribute: &str, ends: Ends) -> [Vec<String>; 2] {
    let outcome = |inside: &[String]| {
        let inside: Vec<&str> = inside.iter().map(String::as_str).collect();
        let lines = around("statsd_count_success", &inside, ends).into_iter();
        lines.map(|line| line.replace("m.", "o.")).collect::<Vec<_>>()
    };
    let inner = outcome(&["body:1|c".to_owned()]);
    let inner: Vec<&str> = inner.iter().map(String::as_str).collect();
    // Only the line of the outer one is to have its name.
    let m_inside = around(attribute, &["body:1|c"], ends);
    let last = outcome(&[]).remove(0);
    [around(attribute, &inner, ends), [m_inside, vec![last]].concat()]
}

macro_rules! stacked {
    ($test:ident, $attribute:ident) => {
        #[test]
        fn $test() {
            #[statsd_count_success("o")]
            #[$attribute("m")]
            fn outer(fuse: u8) -> bool {
                mark("body");
                assert!(fuse > 0, "bang");
                fuse > 1
            }

            #[$attribute("m")]
            #[statsd_count_success("o")]
            fn inner(fuse: u8) -> bool {
                mark("body");
                assert!(fuse > 0, "bang");
                fuse > 1
            }

            #[statsd_count_success("o")]
            #[$attribute("m")]
            async fn outer_future() -> bool {
                mark("body");
                step().await;
                true
            }

            #[$attribute("m")]
            #[statsd_count_success("o")]
            async fn inner_future() -> bool {
                mark("body");
                step().await;
                true
            }

            let of = |ends| nested(stringify!($attribute), ends);
            let [around_o, around_m] = of(Ends::Success);
            assert_lines(|| assert!(outer(2)), &around_o);
            assert_lines(|| assert!(inner(2)), &around_m);
            assert_lines(|| assert!(finish(outer_future())), &around_o);
            assert_lines(|| assert!(finish(inner_future())), &around_m);
            let [around_o, around_m] = of(Ends::Failure);
            assert_lines(|| assert!(!outer(1)), &around_o);
            assert_lines(|| assert!(!inner(1)), &around_m);
            let [around_o, around_m] = of(Ends::Panic);
            assert_lines(|| assert_eq!(panic_of(|| outer(0)), "bang"), &around_o);
            assert_lines(|| assert_eq!(panic_of(|| inner(0)), "bang"), &around_m);
            let [around_o, around_m] = of(Ends::Cancelled);
            assert_lines(|| let_go(outer_future()), &around_o);
            assert_lines(|| let_go(inner_future()), &around_m);
        }
    };
}

stacked!(a_count_stacks, statsd_count);
stacked!(a_count_of_successes_stacks, statsd_count_if);
stacked!(a_count_of_endings_stacks_on_another, statsd_count_success);
stacked!(a_measurement_stacks, statsd_measure);
stacked!(a_distribution_stacks, statsd_distribution);
stacked!(a_gauge_stacks, statsd_gauge_inflight);

#[test]
fn all_of_them_stack_on_one_future() {
    #[statsd_count("a")]
    #[statsd_count_if("b")]
    #[statsd_count_success("c")]
    #[statsd_measure("d")]
    #[statsd_distribution("e")]
    #[statsd_gauge_inflight("f")]
    async fn all(good: bool) -> bool {
        mark("body");
        step().await;
        good
    }

    let good = ["f:1|g", "a:1|c", "body:1|c", "b:1|c", "c.success:1|c", "d:T|ms", "e:T|d", "f:0|g"];
    assert_lines(|| assert!(finish(all(true))), &good);
    let bad = ["f:1|g", "a:1|c", "body:1|c", "c.failure:1|c", "d:T|ms", "e:T|d", "f:0|g"];
    assert_lines(|| assert!(!finish(all(false))), &bad);
    let gone = ["f:1|g", "a:1|c", "body:1|c", "c.cancelled:1|c", "d:T|ms", "e:T|d", "f:0|g"];
    assert_lines(|| let_go(all(true)), &gone);
}
