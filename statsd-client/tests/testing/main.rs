//! The test kit: what a capture sees, of whom, and what assertions about it say. All of it runs in one
//! process at once, as the tests of an application do. Nobody is installed here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod captures;
mod clients;
mod tasks;
mod timed;

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

fn lines(seen: &Seen) -> Vec<String> {
    seen.iter().map(ToString::to_string).collect()
}
