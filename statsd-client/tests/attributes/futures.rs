//! Functions that run in steps: `async fn` and functions that return a boxed or opaque future.

use std::future::{Future, ready};

use async_trait::async_trait;
use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_gauge_inflight, statsd_measure,
};

use crate::steps::{BoxFuture, Step, finish, let_go, poll, step};
use crate::wire::{assert_lines, mark, panic_of};

#[statsd_count("calls")]
#[statsd_measure("time")]
async fn work(fail: bool) -> Result<u8, String> {
    mark("pending");
    step().await;
    if fail {
        Err("failed".to_owned())?;
    }
    mark("worked");
    Ok(1)
}

#[test]
fn an_async_fn_is_timed_from_its_first_poll_to_its_end() {
    let work = || {
        let future = work(false);
        mark("made");
        assert_eq!(finish(future), Ok(1));
        mark("ended");
    };
    let lines = ["made:1|c", "calls:1|c", "pending:1|c", "worked:1|c", "time:T|ms", "ended:1|c"];
    assert_lines(work, &lines);
}

#[test]
fn a_question_mark_ends_an_async_fn() {
    let work = || assert_eq!(finish(work(true)), Err("failed".to_owned()));
    assert_lines(work, &["calls:1|c", "pending:1|c", "time:T|ms"]);
}

#[test]
fn a_future_dropped_half_way_is_recorded_when_it_is_dropped() {
    let work = || {
        let mut future = Box::pin(work(false));
        assert!(poll(future.as_mut()).is_pending());
        mark("polled");
        drop(future);
    };
    assert_lines(work, &["calls:1|c", "pending:1|c", "polled:1|c", "time:T|ms"]);
}

#[test]
fn a_future_that_nobody_polls_leaves_no_trace() {
    assert_lines::<&str>(|| drop(work(false)), &[]);
}

#[test]
fn an_async_fn_with_dynamic_tags_is_still_send() {
    const fn send<F: Future + Send>(future: F) -> F {
        future
    }

    #[statsd_measure("job.{kind}", tags(kind = kind, id = *id))]
    #[statsd_count_success("job.{kind}", tags(id = *id), tag_error_class)]
    #[statsd_count_if("job.{kind}", Option::is_some)]
    #[statsd_gauge_inflight("jobs", tags(kind = kind))]
    async fn job(kind: String, id: &u8) -> Option<String> {
        step().await;
        Some(format!("{kind}{id}"))
    }

    let lines = [
        "jobs:1|g|#kind:mail",
        "job.mail:T|ms|#kind:mail,id:1",
        "job.mail.success:1|c|#id:1",
        "job.mail:1|c",
        "jobs:0|g|#kind:mail",
    ];
    let work = || assert_eq!(finish(send(job("mail".to_owned(), &1))).as_deref(), Some("mail1"));
    assert_lines(work, &lines);
}

trait Task {
    fn run<'a, 'b>(&'a self, name: &'b str) -> BoxFuture<'b, usize>
    where
        'a: 'b,
        Self: 'b;
}

struct Cron {
    kind: String,
}

impl Task for Cron {
    // What `#[async_trait]` makes of an `async fn`.
    #[statsd_count("cron.calls")]
    #[statsd_measure("cron.{self.kind}", tags(name = name))]
    fn run<'a, 'b>(&'a self, name: &'b str) -> BoxFuture<'b, usize>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            if let Some(output) = None::<usize> {
                return output;
            }
            let this = self;
            let name = name;
            let output: usize = {
                step().await;
                mark("body");
                this.kind.len() + name.len()
            };
            output
        })
    }
}

const OF_CRON: [&str; 4] = ["made:1|c", "cron.calls:1|c", "body:1|c", "cron.daily:T|ms|#name:x"];

#[test]
fn a_boxed_method_is_timed_inside_its_future() {
    let work = || {
        let cron = Cron { kind: "daily".to_owned() };
        let future = Task::run(&cron, "x");
        mark("made");
        assert_eq!(finish(future), 6);
    };
    assert_lines(work, &OF_CRON);
}

#[async_trait]
trait AsyncTask {
    async fn run(&self, name: &str) -> usize;

    #[statsd_count("by_default")]
    async fn rest(&self) {
        step().await;
        mark("rest");
    }
}

#[async_trait]
impl AsyncTask for Cron {
    #[statsd_count("cron.calls")]
    #[statsd_measure("cron.{self.kind}", tags(name = name))]
    async fn run(&self, name: &str) -> usize {
        step().await;
        mark("body");
        self.kind.len() + name.len()
    }
}

#[test]
fn a_method_of_an_async_trait_is_timed_inside_its_future() {
    let work = || {
        let cron = Cron { kind: "daily".to_owned() };
        let future = AsyncTask::run(&cron, "x");
        mark("made");
        assert_eq!(finish(future), 6);
    };
    assert_lines(work, &OF_CRON);
}

#[test]
fn a_method_that_an_async_trait_has_a_body_for_is_counted_in_its_future() {
    let work = || {
        let cron = Cron { kind: String::new() };
        let future = cron.rest();
        mark("made");
        finish(future);
    };
    assert_lines(work, &["made:1|c", "by_default:1|c", "rest:1|c"]);
}

#[test]
fn what_stands_before_a_boxed_future_is_kept() {
    #[statsd_measure("call")]
    #[statsd_count_success("call", |text| text.len() == 1)]
    fn call(text: &str) -> BoxFuture<'static, String> {
        mark("before");
        let text = text.to_owned();
        if text.is_empty() {
            return Box::pin(ready(text));
        }
        Box::pin(async move {
            step().await;
            text
        })
    }

    let work = || {
        let future = call("x");
        mark("made");
        assert_eq!(finish(future), "x");
    };
    assert_lines(work, &["before:1|c", "made:1|c", "call:T|ms", "call.success:1|c"]);
    assert_lines(|| let_go(call("x")), &["before:1|c", "call:T|ms", "call.cancelled:1|c"]);
    // Another future than the one at the end, and so one that is not looked into.
    assert_lines(|| assert_eq!(finish(call("")), ""), &["before:1|c"]);
}

#[test]
fn an_async_block_at_the_end_is_instrumented_inside() {
    #[expect(clippy::manual_async_fn, reason = "this is the shape under test")]
    #[statsd_measure("block")]
    fn block(number: u8) -> impl Future<Output = u8> {
        async move {
            step().await;
            mark("body");
            number
        }
    }

    let work = || {
        let future = block(3);
        mark("made");
        assert_eq!(finish(future), 3);
    };
    assert_lines(work, &["made:1|c", "body:1|c", "block:T|ms"]);
}

#[test]
fn a_future_made_in_another_way_is_measured_while_it_is_made() {
    #[statsd_measure("make")]
    fn make() -> Step {
        mark("body");
        step()
    }

    let work = || {
        let made = make();
        mark("made");
        finish(made);
    };
    assert_lines(work, &["body:1|c", "make:T|ms", "made:1|c"]);
}

#[test]
fn a_future_whose_body_only_diverges_is_no_dead_code() {
    #[statsd_measure("time")]
    #[statsd_count_success("ended")]
    #[statsd_count_if("held")]
    async fn diverge() -> Option<u8> {
        step().await;
        panic!("away")
    }

    let lines = ["time:T|ms", "ended.panic:1|c"];
    assert_lines(|| assert_eq!(panic_of(|| finish(diverge())), "away"), &lines);
}
