//! The test kit: what a capture sees, of whom, and what assertions about it say. All of it runs in one
//! process at once, as the tests of an application do. Nobody is installed here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod assertions;
mod captures;
mod clients;
mod grammar;
mod messages;
mod order;
mod tasks;
mod timed;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use statsd_client::testing::Seen;
use statsd_client::{Builder, CaptureBackend, Captured, Client};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn client(settings: impl FnOnce(Builder) -> Builder) -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    // Only the flushes that the test asks for.
    let builder = Client::builder().backend(backend).flush_interval(Duration::from_secs(3_600));
    (settings(builder).build().unwrap(), captured)
}

/// What a test would print that fails in `work`.
fn failure<R>(work: impl FnOnce() -> R) -> String {
    let failed = catch_unwind(AssertUnwindSafe(|| drop(work()))).expect_err("it passes");
    *failed.downcast::<String>().expect("the message of an assertion")
}

fn lines(seen: &Seen) -> Vec<String> {
    seen.iter().map(ToString::to_string).collect()
}
