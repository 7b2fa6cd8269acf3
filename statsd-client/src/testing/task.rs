//! Captures of a task's calls, whichever threads it is polled on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Seen;
use super::capture::Present;
use super::log::Log;
use crate::pipeline::{Witness, present};

/// The future `task`, whose output is what it has called: [`capture`](super::capture()) for a task. It sees the
/// calls of each poll, on whichever thread that is, and of dropping the task; not what the task spawns, unless
/// that [follows](follow_future). It is `Send` where `task` is. Allocates once, for the task.
///
/// ```
/// # fn block_on<F: Future>(task: F) -> F::Output {
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     let mut task = std::pin::pin!(task);
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = task.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// use statsd_client::testing::capture_future;
///
/// # block_on(async {
/// let seen = capture_future(async { statsd_client::increment("jobs") }).await;
/// assert_eq!(seen.to_string(), "jobs:1|c\n");
/// # });
/// ```
pub fn capture_future<F: Future>(task: F) -> impl Future<Output = Seen> + use<F> {
    let captured = capture_future_value(task);
    async { captured.await.1 }
}

/// As [`capture_future`], with the output of `task`.
///
/// ```
/// # fn block_on<F: Future>(task: F) -> F::Output {
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     let mut task = std::pin::pin!(task);
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = task.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// use statsd_client::testing::capture_future_value;
///
/// # block_on(async {
/// let (sent, seen) = capture_future_value(async {
///     statsd_client::count("bytes.sent", 512);
///     512
/// })
/// .await;
/// assert_eq!((sent, seen.to_string().as_str()), (512, "bytes.sent:512|c\n"));
/// # });
/// ```
pub fn capture_future_value<F: Future>(
    task: F,
) -> impl Future<Output = (F::Output, Seen)> + use<F> {
    let log = Arc::new(Log::new());
    let task = Watched::new(task, vec![log.clone()]);
    async move {
        let output = task.await;
        (output, log.end())
    }
}

/// A task for `spawn` that the captures of this moment are to see: [`follow`](super::follow()) for futures. Outside
/// of every capture it is `task` and nothing else; within one it allocates once.
///
/// ```
/// # fn block_on<F: Future>(task: F) -> F::Output {
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     let mut task = std::pin::pin!(task);
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = task.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// use statsd_client::testing::{capture, follow_future};
///
/// let seen = capture(|| {
///     let task = follow_future(async { statsd_client::increment("jobs") });
///     std::thread::spawn(|| block_on(task)).join().expect("the worker has not panicked");
/// });
/// assert_eq!(seen.to_string(), "jobs:1|c\n");
/// ```
pub fn follow_future<F: Future>(task: F) -> impl Future<Output = F::Output> + use<F> {
    let witnesses = present();
    let task = if witnesses.is_empty() { Ok(task) } else { Err(Watched::new(task, witnesses)) };
    async {
        match task {
            Ok(task) => task.await,
            Err(watched) => watched.await,
        }
    }
}

/// A task whose calls witnesses are told of.
struct Watched<F> {
    /// `None`: it is done.
    task: Option<Pin<Box<F>>>,
    witnesses: Vec<Arc<dyn Witness>>,
}

impl<F: Future> Watched<F> {
    fn new(task: F, witnesses: Vec<Arc<dyn Witness>>) -> Self {
        Self { task: Some(Box::pin(task)), witnesses }
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _present = Present::begin(&this.witnesses);
        let Some(task) = &mut this.task else { return Poll::Pending };
        let polled = task.as_mut().poll(context);
        if polled.is_ready() {
            // What is dropped with it calls, too.
            this.task = None;
        }
        polled
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        if self.task.is_some() {
            let _present = Present::begin(&self.witnesses);
            self.task = None;
        }
    }
}
