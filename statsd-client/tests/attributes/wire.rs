//! What leaves for the server while work is done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use statsd_client::{Aggregation, Builder, CaptureBackend, Captured, Client, Dialect, install};

/// What a test waits for at the most.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// One client is installed at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The lines that `work` sends, one a call, in order. Times are written `T`.
pub(crate) fn lines(work: impl FnOnce()) -> Vec<String> {
    lines_of(|builder| builder, |client| client.scope(work))
}

/// The lines that a client sends, one a call, in order. Times are written `T`.
pub(crate) fn lines_of(
    build: impl FnOnce(Builder) -> Builder,
    work: impl FnOnce(&Client),
) -> Vec<String> {
    let (client, captured) = client(build);
    work(&client);
    sent(&client, &captured)
}

/// The lines that `work` sends through a client that is installed, as `main` would do it.
pub(crate) fn lines_of_installed(work: impl FnOnce(&Client)) -> Vec<String> {
    let _only = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let (client, captured) = client(|builder| builder);
    let flush_on_exit = install(client.clone());
    work(&client);
    drop(flush_on_exit);
    sent(&client, &captured)
}

/// Asserts what `work` sends: in a scope, and through an installed client, where the second time is
/// another way than the first.
#[track_caller]
pub(crate) fn assert_lines<L: AsRef<str>>(work: impl Fn(), expected: &[L]) {
    let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
    assert_eq!(lines(&work), expected, "in a scope");
    let installed = lines_of_installed(|_| {
        work();
        work();
    });
    assert_eq!(installed, [&expected[..], &expected].concat(), "installed, and twice");
}

/// A client that sends one line a call, in order.
pub(crate) fn client(build: impl FnOnce(Builder) -> Builder) -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().dialect(Dialect::DogStatsd).aggregation(Aggregation::Off);
    let builder = builder.backend(backend).flush_interval(Duration::from_secs(3600)).seed(42);
    (build(builder).build().unwrap(), captured)
}

/// Everything that a client has sent so far.
pub(crate) fn sent(client: &Client, captured: &Captured) -> Vec<String> {
    assert!(client.flush(PATIENCE), "the backend takes everything");
    captured.lines().iter().map(|line| without_time(line)).collect()
}

/// A mark between the lines: `text:1|c`.
pub(crate) fn mark(text: &str) {
    statsd_client::increment(text);
}

/// The text that `work` panics with.
pub(crate) fn panic_of<R>(work: impl FnOnce() -> R) -> &'static str {
    let panic = catch_unwind(AssertUnwindSafe(work)).err().unwrap();
    panic.downcast_ref::<&'static str>().unwrap()
}

fn without_time(line: &str) -> String {
    let is_timed = |kind: &str| line.split('|').nth(1) == Some(kind);
    if !is_timed("ms") && !is_timed("d") {
        return line.to_owned();
    }
    let (head, tail) = line.split_once('|').unwrap();
    let (name, time) = head.split_once(':').unwrap();
    assert!(time.parse::<f64>().is_ok_and(|time| time >= 0.0), "{line}");
    format!("{name}:T|{tail}")
}
