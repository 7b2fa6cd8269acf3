//! Functions and methods that run to their end in one go, or do not.

use std::panic::Location;

use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_gauge_inflight, statsd_measure,
};

use crate::wire::{assert_lines, mark, panic_of};

/// Says when it is dropped.
struct Local;

impl Drop for Local {
    fn drop(&mut self) {
        mark("dropped");
    }
}

#[test]
fn a_count_comes_before_the_body() {
    #[statsd_count("users.new")]
    fn create() -> u32 {
        mark("body");
        7
    }

    assert_lines(|| assert_eq!(create(), 7), &["users.new:1|c", "body:1|c"]);
}

#[test]
fn a_measurement_spans_the_body_and_the_drop_of_its_locals() {
    #[statsd_count_success("rendered", |page| !page.is_empty())]
    #[statsd_count_if("long", |page| *page == "page")]
    #[statsd_measure("render")]
    #[statsd_gauge_inflight("rendering")]
    fn render() -> &'static str {
        let _local = Local;
        mark("body");
        "page"
    }

    let lines = [
        "rendering:1|g",
        "body:1|c",
        "dropped:1|c",
        "rendered.success:1|c",
        "long:1|c",
        "render:T|ms",
        "rendering:0|g",
    ];
    assert_lines(|| assert_eq!(render(), "page"), &lines);
}

#[test]
fn a_parameter_is_dropped_when_it_would_be_without_the_attribute() {
    #[statsd_measure("outer")]
    #[statsd_count_success("outcome")]
    fn take(local: Local) {
        mark("body");
        drop(local);
        mark("after");
    }

    #[statsd_count_success("outcome")]
    fn ignore(_: Local) {
        mark("body");
    }

    let taken = ["body:1|c", "dropped:1|c", "after:1|c", "outer:T|ms", "outcome.success:1|c"];
    assert_lines(|| take(Local), &taken);
    assert_lines(|| ignore(Local), &["body:1|c", "outcome.success:1|c", "dropped:1|c"]);
}

#[test]
fn a_question_mark_ends_the_measurement() {
    #[statsd_measure("parse")]
    fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        let number = text.parse::<u32>()?;
        mark("parsed");
        Ok(number + 1)
    }

    assert_lines(|| assert!(parse("x").is_err()), &["parse:T|ms"]);
    assert_lines(|| assert_eq!(parse("1"), Ok(2)), &["parsed:1|c", "parse:T|ms"]);
}

#[test]
fn an_early_return_ends_the_measurement() {
    #[statsd_measure("find")]
    fn find(numbers: &[i32]) -> Option<&i32> {
        for number in numbers {
            if *number < 0 {
                return Some(number);
            }
        }
        mark("none");
        None
    }

    assert_lines(|| assert_eq!(find(&[1, -2]), Some(&-2)), &["find:T|ms"]);
    assert_lines(|| assert_eq!(find(&[]), None), &["none:1|c", "find:T|ms"]);
}

#[test]
fn a_panic_is_counted_and_measured_and_goes_on() {
    #[statsd_count("calls")]
    #[statsd_measure("time")]
    #[statsd_count_success("ended")]
    fn explode(fuse: u8) -> Option<u8> {
        assert!(fuse > 0, "bang");
        Some(fuse)
    }

    let lines = ["calls:1|c", "time:T|ms", "ended.panic:1|c"];
    assert_lines(|| assert_eq!(panic_of(|| explode(0)), "bang"), &lines);
}

#[test]
fn a_function_that_never_returns_is_measured_when_it_unwinds() {
    #[statsd_measure("diverge")]
    #[statsd_count_success("diverged")]
    #[statsd_count_if("never")]
    fn diverge() -> ! {
        mark("body");
        panic!("away")
    }

    let lines = ["body:1|c", "diverge:T|ms", "diverged.panic:1|c"];
    assert_lines(|| assert_eq!(panic_of(|| diverge()), "away"), &lines);
}

struct Queue {
    name: String,
}

impl Queue {
    #[statsd_count("queue.push", tags(queue = self.name))]
    fn push(&mut self, text: &str) -> &mut Self {
        self.name.push_str(text);
        self
    }

    #[statsd_measure("queue.{self.name}")]
    fn into_name(self) -> String {
        self.name
    }
}

#[test]
fn a_method_is_named_and_tagged_by_its_fields_before_the_body_moves_them() {
    let work = || {
        let mut queue = Queue { name: "mail".to_owned() };
        let _queue = queue.push("s");
        assert_eq!(queue.into_name(), "mails");
    };
    assert_lines(work, &["queue.push:1|c|#queue:mail", "queue.mails:T|ms"]);
}

trait Job {
    const KIND: &'static str;

    #[statsd_measure("job.{Self::KIND}")]
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

    struct Mailing;
    impl Job for Mailing {
        const KIND: &'static str = "mailing";

        fn run(&self) {
            mark("own");
        }
    }

    assert_lines(|| Cleanup.run(), &["body:1|c", "job.cleanup:T|ms"]);
    assert_lines(|| Mailing.run(), &["own:1|c"]);
}

#[test]
fn a_method_of_an_impl_is_measured_there() {
    struct Upper(String);
    impl std::fmt::Display for Upper {
        #[statsd_count("shown")]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(&self.0.to_uppercase())
        }
    }

    assert_lines(|| assert_eq!(Upper("x".to_owned()).to_string(), "X"), &["shown:1|c"]);
}

#[test]
fn generic_functions_share_one_site() {
    #[statsd_count("first", tags(of = "array"))]
    fn first<T, const N: usize>(items: &[T; N]) -> Option<&T>
    where
        T: PartialEq,
    {
        items.first()
    }

    let work = || {
        assert_eq!(first(&[1_u8, 2]), Some(&1));
        assert_eq!(first(&["a"]), Some(&"a"));
    };
    assert_lines(work, &["first:1|c|#of:array", "first:1|c|#of:array"]);
}

#[test]
fn borrows_go_through_as_they_do_without_the_attribute() {
    struct Pair {
        left: u32,
    }

    #[statsd_measure("left")]
    fn left(pair: &mut Pair) -> &mut u32 {
        &mut pair.left
    }

    #[statsd_measure("split")]
    fn words(text: &str, (from, to): (usize, usize)) -> impl Iterator<Item = &str> {
        text.split(' ').skip(from).take(to - from)
    }

    let work = || {
        let mut pair = Pair { left: 1 };
        *left(&mut pair) += 1;
        assert_eq!(pair.left, 2);
        assert!(words("a b c", (1, 3)).eq(["b", "c"]));
    };
    assert_lines(work, &["left:T|ms", "split:T|ms"]);
}

#[test]
fn stacked_attributes_work_in_both_orders() {
    #[statsd_count("calls")]
    #[statsd_gauge_inflight("level")]
    fn count_first() {
        mark("body");
    }

    #[statsd_gauge_inflight("level")]
    #[statsd_count("calls")]
    fn level_first() {
        mark("body");
    }

    // The compiler expands from the top, so the attribute nearest to the function acts first.
    assert_lines(count_first, &["level:1|g", "calls:1|c", "body:1|c", "level:0|g"]);
    assert_lines(level_first, &["calls:1|c", "level:1|g", "body:1|c", "level:0|g"]);
}

#[test]
fn an_extern_function_keeps_its_abi() {
    #[statsd_count("callback")]
    extern "C" fn callback(code: i32) -> i32 {
        code * 2
    }

    let pointer: extern "C" fn(i32) -> i32 = callback;
    assert_lines(|| assert_eq!(pointer(4), 8), &["callback:1|c"]);
}

#[test]
fn inner_attributes_and_docs_of_a_body_stay_legal() {
    #[statsd_measure("sum")]
    #[statsd_count_success("sum", |sum| *sum > 0)]
    fn sum(a: u8, b: u8) -> u8 {
        //! Adds.
        #![expect(clippy::let_and_return, reason = "the attribute must reach the statement")]
        let sum = a + b;
        sum
    }

    assert_lines(|| assert_eq!(sum(1, 2), 3), &["sum:T|ms", "sum.success:1|c"]);
}

#[test]
fn a_function_knows_its_caller_where_its_value_is_not_looked_at() {
    #[track_caller]
    #[statsd_count("calls")]
    #[statsd_measure("time")]
    fn line() -> u32 {
        Location::caller().line()
    }

    let work = || assert_eq!([line(), line()], [std::line!(), std::line!()]);
    assert_lines(work, &["calls:1|c", "time:T|ms", "calls:1|c", "time:T|ms"]);
}

#[test]
fn a_body_that_only_diverges_is_no_dead_code() {
    #[statsd_measure("time")]
    #[statsd_count_success("ended")]
    #[statsd_count_if("held")]
    fn diverge() -> Option<u8> {
        panic!("away")
    }

    let lines = ["time:T|ms", "ended.panic:1|c"];
    assert_lines(|| assert_eq!(panic_of(diverge), "away"), &lines);
}
