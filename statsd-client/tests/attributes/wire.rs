//! What leaves for the server while work is done.

use std::time::Duration;

use statsd_client::{Aggregation, Builder, CaptureBackend, Client, Dialect};

/// What a test waits for at the most.
const PATIENCE: Duration = Duration::from_secs(20);

/// The lines that `work` sends, one a call, in order. Times are written `T`.
pub(crate) fn lines(work: impl FnOnce()) -> Vec<String> {
    lines_of(|builder| builder, |client| client.scope(work))
}

/// The lines that a client sends, one a call, in order. Times are written `T`.
pub(crate) fn lines_of(
    build: impl FnOnce(Builder) -> Builder,
    work: impl FnOnce(&Client),
) -> Vec<String> {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().dialect(Dialect::DogStatsd).aggregation(Aggregation::Off);
    let builder = builder.backend(backend).flush_interval(Duration::from_secs(3600)).seed(42);
    let client = build(builder).build().expect("a client");
    work(&client);
    assert!(client.flush(PATIENCE));
    captured.lines().iter().map(|line| without_time(line)).collect()
}

/// A mark between the lines.
pub(crate) fn mark(text: &str) {
    statsd_client::event(&statsd_client::Event::new(text, ""));
}

fn without_time(line: &str) -> String {
    let is_timed = |kind: &str| line.split('|').nth(1) == Some(kind);
    if !is_timed("ms") && !is_timed("d") {
        return line.to_owned();
    }
    let (head, tail) = line.split_once('|').expect("a value");
    let (name, _) = head.split_once(':').expect("a name");
    format!("{name}:T|{tail}")
}
