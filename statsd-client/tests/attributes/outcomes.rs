//! How calls end, by what their values say of it, or by what is said of their values.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::process::ExitCode;

use statsd_client::{Outcome, statsd_count_if, statsd_count_success};

use crate::steps::{BoxFuture, finish, let_go, poll, step};
use crate::wire::{assert_lines, mark, panic_of};

#[test]
fn a_call_ends_in_one_of_four_ways() {
    #[statsd_count_success("work")]
    async fn work(text: &str) -> Result<u8, std::num::ParseIntError> {
        step().await;
        assert!(!text.is_empty(), "empty");
        text.parse()
    }

    assert_lines(|| assert_eq!(finish(work("1")), Ok(1)), &["work.success:1|c"]);
    assert_lines(|| assert!(finish(work("x")).is_err()), &["work.failure:1|c"]);
    assert_lines(|| assert_eq!(panic_of(|| finish(work(""))), "empty"), &["work.panic:1|c"]);
    assert_lines(|| let_go(work("1")), &["work.cancelled:1|c"]);
}

#[test]
fn values_of_the_standard_library_say_how_a_call_ended() {
    macro_rules! ends {
        ($type:ty, $value:expr, $line:literal) => {{
            #[statsd_count_success("ended", tag_error_class)]
            fn ended() -> $type {
                $value
            }
            assert_lines(|| drop(Box::new(ended())), &[concat!("ended.", $line)]);
        }};
    }

    ends!(bool, true, "success:1|c");
    ends!(bool, false, "failure:1|c");
    ends!((), (), "success:1|c");
    ends!(Option<u8>, Some(0), "success:1|c");
    ends!(Option<u8>, None, "failure:1|c");
    ends!(Result<(), ()>, Ok(()), "success:1|c");
    ends!(Result<(), ()>, Err(()), "failure:1|c|#error_class:()");
    ends!(Result<u8, fmt::Error>, Err(fmt::Error), "failure:1|c|#error_class:Error");
    ends!(Result<u8, String>, Err("x".to_owned()), "failure:1|c|#error_class:String");
    ends!(Result<u8, &'static str>, Err("x"), "failure:1|c|#error_class:str");
    ends!(ControlFlow<u8>, ControlFlow::Continue(()), "success:1|c");
    ends!(ControlFlow<u8>, ControlFlow::Break(1), "failure:1|c");
    ends!(ExitCode, ExitCode::SUCCESS, "success:1|c");
    ends!(ExitCode, ExitCode::FAILURE, "failure:1|c");
    ends!(&'static bool, &false, "failure:1|c");
    ends!(io::Result<u8>, Err(io::ErrorKind::NotFound.into()), "failure:1|c|#error_class:NotFound");
    ends!(io::Error, io::ErrorKind::TimedOut.into(), "failure:1|c|#error_class:TimedOut");
    ends!(Result<u8, Box<dyn Error>>, Err("x".into()), "failure:1|c|#error_class:Error");
    ends!(Result<(), Box<fmt::Error>>, Err(Box::new(fmt::Error)), "failure:1|c|#error_class:Error");
    // The outer one has succeeded, whatever is in it.
    ends!(Result<Result<(), ()>, ()>, Ok(Err(())), "success:1|c");
    ends!(Option<Result<(), ()>>, Some(Err(())), "success:1|c");
}

#[test]
fn a_type_of_ones_own_says_it_by_hand() {
    struct Reply(u16);

    impl Outcome for Reply {
        fn is_success(&self) -> bool {
            self.0 < 400
        }

        fn error_class(&self) -> Option<Cow<'_, str>> {
            (self.0 != 499).then(|| format!("{}xx", self.0 / 100).into())
        }
    }

    #[statsd_count_success("reply", tag_error_class)]
    #[statsd_count_if("replied")]
    fn reply(status: u16) -> Reply {
        Reply(status)
    }

    #[statsd_count_success("told", tag_error_class)]
    fn told(status: u16) -> Result<(), Reply> {
        Err(Reply(status))
    }

    assert_lines(|| assert_eq!(reply(200).0, 200), &["reply.success:1|c", "replied:1|c"]);
    assert_lines(|| assert_eq!(reply(503).0, 503), &["reply.failure:1|c|#error_class:5xx"]);
    assert_lines(|| assert_eq!(reply(499).0, 499), &["reply.failure:1|c"]);
    // An error that has no class goes by its type's name.
    assert_lines(|| assert!(told(404).is_err()), &["told.failure:1|c|#error_class:4xx"]);
    assert_lines(|| assert!(told(499).is_err()), &["told.failure:1|c|#error_class:Reply"]);
}

#[test]
fn a_closure_judges_a_value_that_says_nothing_of_itself() {
    #[statsd_count_success("typed", |number: &u8| *number > 1)]
    #[statsd_count_if("typed", |number: &u8| number.is_power_of_two())]
    fn typed(number: u8) -> u8 {
        number
    }

    #[statsd_count_success("untyped", |text| text.len() > 1)]
    #[statsd_count_if("untyped", |text| text.starts_with('a'))]
    fn untyped(text: &str) -> String {
        text.to_owned()
    }

    #[statsd_count_success("path", Text::is_empty)]
    #[statsd_count_if("path", is_short)]
    fn path(text: &'static str) -> Text {
        Text(text)
    }

    assert_lines(|| assert_eq!(typed(2), 2), &["typed.success:1|c", "typed:1|c"]);
    assert_lines(|| assert_eq!(typed(1), 1), &["typed.failure:1|c", "typed:1|c"]);
    assert_lines(|| assert_eq!(untyped("ab"), "ab"), &["untyped.success:1|c", "untyped:1|c"]);
    assert_lines(|| assert_eq!(untyped("b"), "b"), &["untyped.failure:1|c"]);
    assert_lines(|| assert!(path("").is_empty()), &["path.success:1|c", "path:1|c"]);
    assert_lines(|| assert_eq!(path("ab").0.len(), 2), &["path.failure:1|c"]);
}

struct Text(&'static str);

impl Text {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

const fn is_short(text: &Text) -> bool {
    text.0.len() < 2
}

#[test]
fn a_closure_overrules_what_a_value_says_of_itself() {
    #[statsd_count_success("found", |_| true, tag_error_class)]
    #[statsd_count_if("missing", Option::is_none)]
    fn find(wanted: u8) -> Option<u8> {
        (wanted > 0).then_some(wanted)
    }

    #[statsd_count_success("sold", |sold| *sold != Err("stolen"), tag_error_class)]
    fn sell(reason: Option<&'static str>) -> Result<(), &'static str> {
        reason.map_or(Ok(()), Err)
    }

    assert_lines(|| assert_eq!(find(0), None), &["found.success:1|c", "missing:1|c"]);
    assert_lines(|| assert_eq!(find(1), Some(1)), &["found.success:1|c"]);
    assert_lines(|| assert!(sell(Some("sold out")).is_err()), &["sold.success:1|c"]);
    let failed = ["sold.failure:1|c|#error_class:str"];
    assert_lines(|| assert!(sell(Some("stolen")).is_err()), &failed);
}

#[test]
fn a_closure_sees_parameters_that_the_body_leaves_alone() {
    struct Knife(usize);

    impl Knife {
        #[statsd_count_success("cut", |text| text.len() < limit)]
        #[statsd_count_if("cut.{limit}", |text| text.len() == self.0)]
        fn cut<'a>(&self, text: &'a str, limit: usize) -> &'a str {
            text.get(..self.0).unwrap_or(text)
        }

        #[statsd_count_success("cut", |text| text.len() < limit)]
        #[statsd_count_if("cut.{limit}", |text| text.len() == self.0)]
        async fn cut_later<'a>(&self, text: &'a str, limit: usize) -> &'a str {
            step().await;
            text.get(..self.0).unwrap_or(text)
        }
    }

    let cut = |text: &'static str, lines: &[&str]| {
        assert_lines(|| assert!(text.starts_with(Knife(2).cut(text, 2))), lines);
        assert_lines(|| assert!(text.starts_with(finish(Knife(2).cut_later(text, 2)))), lines);
    };
    cut("abc", &["cut.failure:1|c", "cut.2:1|c"]);
    cut("a", &["cut.success:1|c"]);
}

#[test]
fn a_closure_that_panics_is_the_functions_own_panic() {
    #[statsd_count_success("judged", |value| panic!("no {value}"))]
    fn judged() -> u8 {
        3
    }

    #[statsd_count_if("held", |_| panic!("at all"))]
    fn held() -> u8 {
        mark("body");
        3
    }

    let panics = || {
        let panic = catch_unwind(judged).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("no 3"));
    };
    assert_lines(panics, &["judged.panic:1|c"]);
    assert_lines(|| assert_eq!(panic_of(held), "at all"), &["body:1|c"]);
}

#[test]
fn a_failure_is_tagged_with_its_class_wherever_names_and_tags_come_from() {
    #[statsd_count_success("fixed", tag_error_class, tags(plan = "pro"))]
    #[statsd_count_success("named.{kind}", tag_error_class)]
    #[statsd_count_success("tagged", tag_error_class, tags(kind = kind, plan = "pro"))]
    #[statsd_count_success("made", tag_error_class, tags(|| [("kind", kind), ("by", "me")]))]
    #[statsd_count_success("plain")]
    fn fail(kind: &str) -> Result<usize, fmt::Error> {
        if kind.is_empty() { Ok(kind.len()) } else { Err(fmt::Error) }
    }

    let failed = [
        "fixed.failure:1|c|#plan:pro,error_class:Error",
        "named.a.failure:1|c|#error_class:Error",
        "tagged.failure:1|c|#kind:a,plan:pro,error_class:Error",
        "made.failure:1|c|#kind:a,by:me,error_class:Error",
        "plain.failure:1|c",
    ];
    assert_lines(|| assert!(fail("a").is_err()), &failed);
    let succeeded = [
        "fixed.success:1|c|#plan:pro",
        "named..success:1|c",
        "tagged.success:1|c|#kind,plan:pro",
        "made.success:1|c|#kind,by:me",
        "plain.success:1|c",
    ];
    assert_lines(|| assert_eq!(fail(""), Ok(0)), &succeeded);
}

#[test]
fn a_future_that_a_panic_of_its_thread_lets_go_has_ended_in_it() {
    #[statsd_count_success("inner")]
    async fn inner() {
        step().await;
    }

    let work = || {
        let panic = panic_of(|| {
            let mut future = Box::pin(inner());
            assert!(poll(future.as_mut()).is_pending());
            panic!("elsewhere");
        });
        assert_eq!(panic, "elsewhere");
    };
    assert_lines(work, &["inner.panic:1|c"]);
}

#[test]
fn what_a_panic_carries_passes_through() {
    #[derive(Debug, PartialEq)]
    struct Payload(Vec<u8>);

    #[statsd_count_success("thrown")]
    #[statsd_count_if("held")]
    fn throw(bytes: &[u8]) -> bool {
        panic_any(Payload(bytes.to_vec()))
    }

    let work = || {
        let panic = catch_unwind(|| throw(&[1, 2])).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&Payload(vec![1, 2])));
    };
    assert_lines(work, &["thrown.panic:1|c"]);
}

#[test]
fn a_future_that_panics_when_it_is_polled_again_is_counted_once() {
    #[statsd_count_success("once")]
    fn once() -> BoxFuture<'static, bool> {
        Box::pin(async { true })
    }

    let work = || {
        let mut future = once();
        assert!(poll(Pin::new(&mut future)).is_ready());
        let again = catch_unwind(AssertUnwindSafe(|| poll(Pin::new(&mut future)).is_ready()));
        assert!(again.is_err());
    };
    assert_lines(work, &["once.success:1|c"]);
}
