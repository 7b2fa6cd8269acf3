//! Clocks that are started in one place and read in another: the call is made where they are read.

use statsd_client::testing::{SeenCall, SeenKind, capture, capture_value};
use statsd_client::{Timer, measure, statsd_measure};

use super::*;

static RENDER: Timer = Timer::new("render");

fn names(seen: &Seen) -> Vec<&str> {
    assert!(seen.iter().all(|call| call.kind() == SeenKind::Timer));
    seen.iter().map(SeenCall::name).collect()
}

#[test]
fn closures_that_are_timed_are_seen_where_nobody_is_installed() {
    let task = "cleanup";
    let seen = capture(|| {
        measure("free", || ());
        measure!("macro", ());
        measure!("tagged", (), tags(task = task));
        measure!(format!("made.{task}"), ());
        RENDER.measure(|| ());
        RENDER.start().discard();
    });
    assert_eq!(names(&seen), ["free", "macro", "tagged", "made.cleanup", "render"]);
    assert_eq!(seen[2].tag("task"), Some("cleanup"));
}

#[test]
fn a_clock_that_is_read_in_a_capture_is_seen_there() {
    let (client, captured) = client(|builder| builder.prefix("shop"));
    let render = Timer::new("bound").on(&client);
    let started = render.start();
    assert_eq!(names(&capture(|| drop(started))), ["shop.bound"]);
    let seen = capture(|| client.measure("direct", || ()));
    assert_eq!(names(&seen), ["shop.direct"]);
    assert!(client.flush(PATIENCE) && captured.is_empty());
}

#[test]
fn a_clock_that_is_read_behind_a_capture_is_its_clients() {
    let (client, captured) = client(|builder| builder);
    let render = Timer::new("bound").on(&client);
    let (started, seen) = capture_value(|| render.start());
    assert!(seen.is_empty());
    drop(started);
    let (nobody, seen) = capture_value(|| RENDER.start());
    assert!(seen.is_empty());
    drop(nobody);
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines().len(), 1);
}

/// A guard of an attribute with a dynamic name, held over the end of its function's first poll.
struct Held(Option<std::pin::Pin<Box<dyn Future<Output = ()>>>>);

impl Held {
    fn poll(&mut self) {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        if let Some(task) = &mut self.0 {
            assert!(task.as_mut().poll(&mut context).is_pending());
        }
    }
}

#[statsd_measure("cron.{task}")]
async fn cron(task: String) {
    let _ = task;
    std::future::pending::<()>().await;
}

#[test]
fn an_attributes_clock_is_told_to_whoever_is_there_when_it_ends() {
    let (client, captured) = client(|builder| builder.prefix("shop"));
    let cart = client.child().prefix("cart").build();
    let held = || {
        let mut held = Held(Some(Box::pin(cron("cleanup".into()))));
        held.poll();
        held
    };
    let inside = cart.scope(held);
    let seen = capture(|| cart.scope(|| drop(inside)));
    assert_eq!(names(&seen), ["shop.cart.cron.cleanup"]);
    assert_eq!(seen[0].called(), "cron.cleanup");

    let (started, seen) = capture_value(held);
    assert!(seen.is_empty());
    cart.scope(|| drop(started));
    assert!(client.flush(PATIENCE));
    let sent = captured.lines();
    assert!(sent.len() == 1 && sent[0].starts_with("shop.cart.cron.cleanup:"), "{sent:?}");
}
