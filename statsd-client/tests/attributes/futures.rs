//! Functions that run in steps: `async fn` and functions that return a boxed or opaque future.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use statsd_macros::{statsd_count, statsd_measure};

use crate::fake::{mark, seen};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Pending once, then ready.
struct Step(bool);

impl Future for Step {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        mark("pending");
        Poll::Pending
    }
}

const fn step() -> Step {
    Step(false)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

#[statsd_count("calls", crate = crate::fake)]
#[statsd_measure("time", crate = crate::fake)]
async fn work(fail: bool) -> Result<u8, String> {
    step().await;
    if fail {
        Err("failed".to_owned())?;
    }
    mark("worked");
    Ok(1)
}

#[test]
fn an_async_fn_is_timed_from_its_first_poll_to_its_end() {
    let future = work(false);
    mark("made");
    assert_eq!(finish(future), Ok(1));
    assert_eq!(seen(), ["made", "start time", "count calls", "pending", "worked", "stop time"]);
}

#[test]
fn a_question_mark_ends_an_async_fn() {
    assert_eq!(finish(work(true)), Err("failed".to_owned()));
    assert_eq!(seen(), ["start time", "count calls", "pending", "stop time"]);
}

#[test]
fn a_future_dropped_half_way_is_recorded_when_it_is_dropped() {
    let mut future = Box::pin(work(false));
    assert!(poll(future.as_mut()).is_pending());
    mark("polled once");
    drop(future);
    assert_eq!(seen(), ["start time", "count calls", "pending", "polled once", "stop time"]);
}

#[test]
fn a_future_that_nobody_polls_leaves_no_trace() {
    drop(work(false));
    assert!(seen().is_empty());
}

#[test]
fn an_async_fn_with_dynamic_tags_is_still_send() {
    fn send<F: Future + Send>(future: F) -> F {
        future
    }

    #[statsd_measure("job.{kind}", tags(kind = kind, id = *id), crate = crate::fake)]
    async fn job(kind: String, id: &u8) -> String {
        step().await;
        format!("{kind}{id}")
    }

    assert_eq!(finish(send(job("mail".to_owned(), &1))), "mail1");
    let context = "job.mail kind:mail id:1";
    let lines = [format!("start {context}"), "pending".to_owned(), format!("stop {context}")];
    assert_eq!(seen(), lines);
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
    #[statsd_count("cron.calls", crate = crate::fake)]
    #[statsd_measure("cron.{self.kind}", tags(name = name), crate = crate::fake)]
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
                this.kind.len() + name.len()
            };
            output
        })
    }
}

#[test]
fn a_method_of_an_async_trait_is_timed_inside_its_future() {
    let cron = Cron { kind: "daily".to_owned() };
    let future = cron.run("x");
    mark("made");
    assert_eq!(finish(future), 6);
    let lines = [
        "made",
        "start cron.daily name:x",
        "count cron.calls",
        "pending",
        "stop cron.daily name:x",
    ];
    assert_eq!(seen(), lines);
}

#[test]
fn what_stands_before_a_boxed_future_is_kept() {
    #[statsd_measure("call", crate = crate::fake)]
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

    let future = call("x");
    assert_eq!(seen(), ["before"]);
    assert_eq!(finish(future), "x");
    assert_eq!(seen(), ["start call", "pending", "stop call"]);
}

#[test]
fn an_async_block_at_the_end_is_instrumented_inside() {
    #[expect(clippy::manual_async_fn, reason = "this is the shape under test")]
    #[statsd_measure("block", crate = crate::fake)]
    fn block(number: u8) -> impl Future<Output = u8> {
        async move {
            step().await;
            number
        }
    }

    let future = block(3);
    assert!(seen().is_empty());
    assert_eq!(finish(future), 3);
    assert_eq!(seen(), ["start block", "pending", "stop block"]);
}

#[test]
fn a_future_made_in_another_way_is_measured_while_it_is_made() {
    #[statsd_measure("make", crate = crate::fake)]
    fn make() -> Step {
        mark("body");
        step()
    }

    finish(make());
    assert_eq!(seen(), ["start make", "body", "stop make", "pending"]);
}
