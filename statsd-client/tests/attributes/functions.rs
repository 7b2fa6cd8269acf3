//! Functions and methods that run to their end in one go, or do not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use statsd_macros::{statsd_count, statsd_measure};

use crate::fake::{mark, seen};

#[test]
fn a_count_comes_before_the_body() {
    #[statsd_count("users.new", crate = crate::fake)]
    fn create() -> u32 {
        mark("body");
        7
    }

    assert_eq!(create(), 7);
    assert_eq!(seen(), ["count users.new", "body"]);
}

#[test]
fn a_measurement_spans_the_body_and_the_drop_of_its_locals() {
    struct Local;
    impl Drop for Local {
        fn drop(&mut self) {
            mark("local dropped");
        }
    }

    #[statsd_measure("render", crate = crate::fake)]
    fn render() -> &'static str {
        let _local = Local;
        mark("body");
        "page"
    }

    assert_eq!(render(), "page");
    assert_eq!(seen(), ["start render", "body", "local dropped", "stop render"]);
}

#[test]
fn a_question_mark_ends_the_measurement() {
    #[statsd_measure("parse", crate = crate::fake)]
    fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        let number = text.parse::<u32>()?;
        mark("parsed");
        Ok(number + 1)
    }

    assert!(parse("x").is_err());
    assert_eq!(seen(), ["start parse", "stop parse"]);
    assert_eq!(parse("1"), Ok(2));
    assert_eq!(seen(), ["start parse", "parsed", "stop parse"]);
}

#[test]
fn an_early_return_ends_the_measurement() {
    #[statsd_measure("find", crate = crate::fake)]
    fn find(numbers: &[i32]) -> Option<&i32> {
        for number in numbers {
            if *number < 0 {
                return Some(number);
            }
        }
        mark("none");
        None
    }

    assert_eq!(find(&[1, -2]), Some(&-2));
    assert_eq!(seen(), ["start find", "stop find"]);
    assert_eq!(find(&[]), None);
    assert_eq!(seen(), ["start find", "none", "stop find"]);
}

#[test]
fn a_panic_is_counted_and_measured_and_goes_on() {
    #[statsd_count("calls", crate = crate::fake)]
    #[statsd_measure("time", crate = crate::fake)]
    fn explode(fuse: u8) -> u8 {
        assert!(fuse > 0, "bang");
        fuse
    }

    let panic = catch_unwind(|| explode(0)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"bang"));
    assert_eq!(seen(), ["start time", "count calls", "stop time"]);
}

#[test]
fn a_function_that_never_returns_is_measured_when_it_unwinds() {
    #[statsd_measure("diverge", crate = crate::fake)]
    fn diverge() -> ! {
        mark("body");
        panic!("away")
    }

    assert!(catch_unwind(AssertUnwindSafe(|| diverge())).is_err());
    assert_eq!(seen(), ["start diverge", "body", "stop diverge"]);
}

struct Queue {
    name: String,
}

impl Queue {
    #[statsd_count("queue.push", tags(queue = self.name), crate = crate::fake)]
    fn push(&mut self, text: &str) -> &mut Self {
        self.name.push_str(text);
        self
    }

    #[statsd_measure("queue.{self.name}", crate = crate::fake)]
    fn into_name(self) -> String {
        self.name
    }
}

#[test]
fn a_method_is_named_and_tagged_by_its_fields_before_the_body_moves_them() {
    let mut queue = Queue { name: "mail".to_owned() };
    let _queue = queue.push("s");
    assert_eq!(seen(), ["count queue.push queue:mail"]);
    assert_eq!(queue.into_name(), "mails");
    assert_eq!(seen(), ["start queue.mails", "stop queue.mails"]);
}

trait Job {
    const KIND: &'static str;

    #[statsd_measure("job.{Self::KIND}", crate = crate::fake)]
    fn run(&self) {
        mark("body");
    }
}

#[test]
fn a_trait_method_is_measured_in_every_type_that_keeps_its_body() {
    struct Cleanup;
    impl Job for Cleanup {
        const KIND: &'static str = "cleanup";
    }

    Cleanup.run();
    assert_eq!(seen(), ["start job.cleanup", "body", "stop job.cleanup"]);
}

#[test]
fn a_method_of_an_impl_is_measured_there() {
    struct Upper(String);
    impl std::fmt::Display for Upper {
        #[statsd_count("shown", crate = crate::fake)]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0.to_uppercase())
        }
    }

    assert_eq!(Upper("x".to_owned()).to_string(), "X");
    assert_eq!(seen(), ["count shown"]);
}

#[test]
fn generic_functions_share_one_site() {
    #[statsd_count("first", tags(of = "array"), crate = crate::fake)]
    fn first<T, const N: usize>(items: &[T; N]) -> Option<&T>
    where
        T: PartialEq,
    {
        items.first()
    }

    assert_eq!(first(&[1_u8, 2]), Some(&1));
    assert_eq!(first(&["a"]), Some(&"a"));
    assert_eq!(seen(), ["count first of:array", "count first of:array"]);
}

#[test]
fn borrows_go_through_as_they_do_without_the_attribute() {
    struct Pair {
        left: u32,
    }

    #[statsd_measure("left", crate = crate::fake)]
    fn left(pair: &mut Pair) -> &mut u32 {
        &mut pair.left
    }

    #[statsd_measure("split", crate = crate::fake)]
    fn words(text: &str, (from, to): (usize, usize)) -> impl Iterator<Item = &str> {
        text.split(' ').skip(from).take(to - from)
    }

    let mut pair = Pair { left: 1 };
    *left(&mut pair) += 1;
    assert_eq!(pair.left, 2);
    assert_eq!(seen(), ["start left", "stop left"]);
    assert!(words("a b c", (1, 3)).eq(["b", "c"]));
    assert_eq!(seen(), ["start split", "stop split"]);
}

#[test]
fn stacked_attributes_work_in_both_orders() {
    #[statsd_count("calls", crate = crate::fake)]
    #[statsd_measure("time", crate = crate::fake)]
    fn count_first() {
        mark("body");
    }

    #[statsd_measure("time", crate = crate::fake)]
    #[statsd_count("calls", crate = crate::fake)]
    fn measure_first() {
        mark("body");
    }

    // The compiler expands from the top, so the attribute nearest to the function acts first.
    count_first();
    assert_eq!(seen(), ["start time", "count calls", "body", "stop time"]);
    measure_first();
    assert_eq!(seen(), ["count calls", "start time", "body", "stop time"]);
}

#[test]
fn an_extern_function_keeps_its_abi() {
    #[statsd_count("callback", crate = crate::fake)]
    extern "C" fn callback(code: i32) -> i32 {
        code * 2
    }

    let pointer: extern "C" fn(i32) -> i32 = callback;
    assert_eq!(pointer(4), 8);
    assert_eq!(seen(), ["count callback"]);
}

#[test]
fn inner_attributes_and_docs_of_a_body_stay_legal() {
    #[statsd_measure("sum", crate = crate::fake)]
    fn sum(a: u8, b: u8) -> u8 {
        //! Adds.
        #![expect(clippy::let_and_return, reason = "the attribute must reach the statement")]
        let sum = a + b;
        sum
    }

    assert_eq!(sum(1, 2), 3);
    assert_eq!(seen(), ["start sum", "stop sum"]);
}
