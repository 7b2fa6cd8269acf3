//! A task with a client in the place of the installed one.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::Scope;
use crate::client::Client;

/// A task that is in a client's scope whenever it runs.
pub(super) struct ScopedFuture<F> {
    client: Client,
    /// `None`: it is done.
    task: Option<Pin<Box<F>>>,
}

impl<F: Future> ScopedFuture<F> {
    pub(super) fn new(client: Client, task: F) -> Self {
        Self { client, task: Some(Box::pin(task)) }
    }
}

impl<F: Future> Future for ScopedFuture<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _scope = Scope::enter(&this.client);
        let Some(task) = &mut this.task else { return Poll::Pending };
        let polled = task.as_mut().poll(context);
        if polled.is_ready() {
            this.task = None;
        }
        polled
    }
}

impl<F> Drop for ScopedFuture<F> {
    /// A task that is dropped half-way runs destructors, which record that it was.
    fn drop(&mut self) {
        if self.task.is_some() {
            let _scope = Scope::enter(&self.client);
            self.task = None;
        }
    }
}
