//! Functions that run in steps: to their end, unwinding, or let go half-way.

use std::future::Future;

use async_trait::async_trait;

use super::row;
use crate::steps::{BoxFuture, finish, let_go, step};
use crate::wire::{mark, panic_of};

#[derive(Debug)]
struct Refused;

type Answer = Result<u8, Refused>;

const fn refuse() -> Answer {
    Err(Refused)
}

macro_rules! returns {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn returns(answer: Answer) -> Answer {
            step().await;
            mark("body");
            answer
        }
        assert_eq!(finish(returns(Ok(3))).unwrap(), 3);
    }};
}

macro_rules! question_mark {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn question_mark() -> Answer {
            step().await;
            mark("body");
            let answer = refuse()?;
            step().await;
            mark("never");
            Ok(answer)
        }
        assert!(finish(question_mark()).is_err());
    }};
}

macro_rules! early {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn early(numbers: &[u8]) -> Option<&u8> {
            for number in numbers {
                step().await;
                mark("body");
                if *number > 0 {
                    return Some(number);
                }
            }
            mark("never");
            None
        }
        assert_eq!(finish(early(&[1, 2])), Some(&1));
    }};
}

macro_rules! panics {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn panics(answer: u8) -> Answer {
            step().await;
            mark("body");
            assert!(answer > 0, "bang");
            Ok(answer)
        }
        assert_eq!(panic_of(|| finish(panics(0))), "bang");
    }};
}

macro_rules! never {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn never() -> ! {
            step().await;
            mark("body");
            panic!("away")
        }
        assert_eq!(panic_of(|| finish(never())), "away");
    }};
}

macro_rules! generic {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn generic<T: Future, const N: usize>(task: T, _: [u8; N]) -> Option<T::Output>
        where
            T::Output: Copy,
        {
            let output = task.await;
            mark("body");
            Some(output)
        }
        assert_eq!(finish(generic(async { 3 }, [0; 2])), Some(3));
    }};
}

macro_rules! opaque {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn opaque(text: &str) -> Option<impl Iterator<Item = &str>> {
            step().await;
            mark("body");
            Some(text.split(' '))
        }
        assert!(finish(opaque("a b")).unwrap().eq(["a", "b"]));
    }};
}

macro_rules! of_a_trait {
    ($attribute:ident) => {{
        trait Shown: std::fmt::Debug {
            #[$attribute("m")]
            async fn shown(&self) -> Option<String> {
                step().await;
                mark("body");
                Some(format!("{self:?}"))
            }
        }
        impl Shown for u8 {}
        assert_eq!(finish(3_u8.shown()).as_deref(), Some("3"));
    }};
}

macro_rules! let_go_of {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn let_go_of(answer: Answer) -> Answer {
            mark("body");
            step().await;
            mark("never");
            answer
        }
        let_go(let_go_of(Ok(3)));
    }};
}

macro_rules! unpolled {
    ($attribute:ident) => {{
        #[$attribute("m")]
        async fn unpolled() {
            mark("never");
        }
        drop(unpolled());
    }};
}

/// The future of a method that `#[async_trait]` has gone over, or that was written like that.
macro_rules! boxed {
    ($attribute:ident, $run:expr) => {{
        trait Task {
            fn run(&self, fuse: u8) -> BoxFuture<'_, Answer>;
        }
        struct Job(u8);
        impl Task for Job {
            #[$attribute("m")]
            fn run(&self, fuse: u8) -> BoxFuture<'_, Answer> {
                Box::pin(async move {
                    mark("body");
                    step().await;
                    assert!(fuse > 0, "bang");
                    Ok(self.0)
                })
            }
        }
        $run(Job(3).run(1), Job(3).run(0));
    }};
}

macro_rules! with_async_trait {
    ($attribute:ident, $run:expr) => {{
        #[async_trait]
        trait Task {
            async fn run(&self, fuse: u8) -> Answer;
        }
        struct Job(u8);
        #[async_trait]
        impl Task for Job {
            #[$attribute("m")]
            async fn run(&self, fuse: u8) -> Answer {
                mark("body");
                step().await;
                assert!(fuse > 0, "bang");
                Ok(self.0)
            }
        }
        $run(Job(3).run(1), Job(3).run(0));
    }};
}

fn to_its_end(good: BoxFuture<'_, Answer>, _bad: BoxFuture<'_, Answer>) {
    assert_eq!(finish(good).unwrap(), 3);
}

fn until_it_panics(_good: BoxFuture<'_, Answer>, bad: BoxFuture<'_, Answer>) {
    assert_eq!(panic_of(|| finish(bad)), "bang");
}

fn half_way(good: BoxFuture<'_, Answer>, _bad: BoxFuture<'_, Answer>) {
    let_go(good);
}

macro_rules! boxed_returns {
    ($attribute:ident) => {
        boxed!($attribute, to_its_end)
    };
}

macro_rules! boxed_panics {
    ($attribute:ident) => {
        boxed!($attribute, until_it_panics)
    };
}

macro_rules! boxed_let_go {
    ($attribute:ident) => {
        boxed!($attribute, half_way)
    };
}

macro_rules! async_trait_returns {
    ($attribute:ident) => {
        with_async_trait!($attribute, to_its_end)
    };
}

macro_rules! async_trait_panics {
    ($attribute:ident) => {
        with_async_trait!($attribute, until_it_panics)
    };
}

macro_rules! async_trait_let_go {
    ($attribute:ident) => {
        with_async_trait!($attribute, half_way)
    };
}

macro_rules! block {
    ($attribute:ident) => {{
        #[allow(clippy::manual_async_fn, reason = "the lint does not see it in every shape")]
        #[$attribute("m")]
        fn block(answer: Answer) -> impl Future<Output = Answer> {
            async move {
                mark("body");
                step().await;
                answer
            }
        }
        let_go(block(Ok(3)));
    }};
}

row!(a_future_that_returns, returns, Success, ["body:1|c"]);
row!(a_future_that_a_question_mark_leaves, question_mark, Failure, ["body:1|c"]);
row!(a_future_that_returns_early, early, Success, ["body:1|c"]);
row!(a_future_that_panics, panics, Panic, ["body:1|c"]);
row!(a_future_that_never_returns, never, Panic, ["body:1|c"]);
row!(a_future_that_is_let_go, let_go_of, Cancelled, ["body:1|c"]);
row!(a_generic_future, generic, Success, ["body:1|c"]);
row!(an_opaque_value_of_a_future, opaque, Success, ["body:1|c"]);
row!(an_async_trait_method_with_a_body, of_a_trait, Success, ["body:1|c"]);
row!(a_boxed_future_that_returns, boxed_returns, Success, ["body:1|c"]);
row!(a_boxed_future_that_panics, boxed_panics, Panic, ["body:1|c"]);
row!(a_boxed_future_that_is_let_go, boxed_let_go, Cancelled, ["body:1|c"]);
row!(an_async_trait_that_returns, async_trait_returns, Success, ["body:1|c"]);
row!(an_async_trait_that_panics, async_trait_panics, Panic, ["body:1|c"]);
row!(an_async_trait_that_is_let_go, async_trait_let_go, Cancelled, ["body:1|c"]);
row!(an_async_block_that_is_let_go, block, Cancelled, ["body:1|c"]);

/// Nothing has begun, so there is nothing to tell.
#[test]
fn a_future_that_nobody_polls_is_not_there() {
    let work = || {
        use statsd_client::*;
        unpolled!(statsd_count);
        unpolled!(statsd_count_if);
        unpolled!(statsd_count_success);
        unpolled!(statsd_measure);
        unpolled!(statsd_distribution);
        unpolled!(statsd_gauge_inflight);
    };
    crate::wire::assert_lines::<&str>(work, &[]);
}
