//! Scoped clients: whose calls are whose.

use std::task::{Context, Poll, Waker};

use statsd_client::{Aggregation, Counter, Timer, statsd_count_success, statsd_measure};

use super::*;

static JOBS: Counter = Counter::new("jobs");

#[test]
fn handles_in_a_scope_are_told_apart_by_what_they_say_not_by_where_they_stand() {
    let (client, captured) = capture(|builder| builder.dialect(Dialect::DogStatsd));
    client.scope(|| {
        // One after the other in the same place.
        for plan in ["free", "pro"] {
            Counter::named("orders").tag("plan", plan).increment();
        }
        Timer::named("orders").record(Duration::from_millis(3));
    });
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    assert_eq!(lines, ["orders:1|c|#plan:free", "orders:1|c|#plan:pro", "orders:3|ms"]);
}

#[test]
fn a_handle_in_the_scopes_of_a_client_and_its_child_speaks_to_each() {
    let (client, captured) = capture(|builder| builder);
    let child = client.child().prefix("cart").build();
    for _ in 0..2 {
        client.scope(|| JOBS.increment());
        child.scope(|| JOBS.increment());
    }
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    assert_eq!(lines, ["cart.jobs:2|c", "jobs:2|c"]);
}

#[test]
fn handles_in_a_scope_that_differ_in_aggregation_only_are_told_apart() {
    let (client, captured) = capture(|builder| builder.seed(42));
    client.scope(|| {
        let sampled = || Counter::named("orders").sample_rate(0.5);
        let alone = sampled().aggregation(Aggregation::Off);
        // Until a draw has kept one, and the thread knows its words.
        (0..8).for_each(|_| alone.increment());
        sampled().add(10);
    });
    assert!(client.flush(PATIENCE));
    let lines = captured.lines();
    assert!(lines.contains(&"orders:1|c|@0.5".into()), "{lines:?}");
    assert!(lines.contains(&"orders:10|c".into()), "added up, so not sampled: {lines:?}");
}

#[test]
fn scopes_are_left_in_order_also_by_a_panic() {
    let (outer, outer_seen) = capture(|builder| builder);
    let (inner, inner_seen) = capture(|builder| builder);
    outer.scope(|| {
        JOBS.increment();
        let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            inner.scope(|| {
                JOBS.increment();
                statsd_client::increment("free");
                outer.scope(|| JOBS.increment());
                JOBS.increment();
                // Resumed rather than raised, so that the test's output stays quiet.
                std::panic::resume_unwind(Box::new("job"))
            })
        }));
        assert!(unwound.is_err());
        JOBS.increment();
        statsd_client::increment("free");
    });
    JOBS.increment();
    assert!(outer.flush(PATIENCE) && inner.flush(PATIENCE));
    let sorted = |captured: &Captured| {
        let mut lines = captured.lines();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&outer_seen), ["free:1|c", "jobs:3|c"]);
    assert_eq!(sorted(&inner_seen), ["free:1|c", "jobs:2|c"]);
}

#[test]
fn a_scoped_future_keeps_its_client_on_whichever_thread_it_is_polled() {
    struct Yield(u32);
    impl Future for Yield {
        type Output = ();
        fn poll(mut self: std::pin::Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
            JOBS.increment();
            self.0 -= 1;
            if self.0 == 0 { Poll::Ready(()) } else { Poll::Pending }
        }
    }
    let (client, captured) = capture(|builder| builder);
    let (other, other_seen) = capture(|builder| builder);
    let mut task = Box::pin(client.scope_future(Yield(8)));
    for _ in 0..8 {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                other.scope(|| {
                    let _state = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                    JOBS.increment();
                });
            });
        });
    }
    assert!(client.flush(PATIENCE) && other.flush(PATIENCE));
    assert_eq!(
        (captured.lines(), other_seen.lines()),
        (vec!["jobs:8|c".into()], vec!["jobs:8|c".into()])
    );
}

#[test]
fn a_scoped_future_that_is_dropped_half_way_records_so_to_its_client() {
    #[statsd_count_success("jobs")]
    #[statsd_measure("job.time")]
    async fn job() {
        std::future::pending::<()>().await;
    }
    let (client, captured) = capture(|builder| builder);
    let mut task = Box::pin(client.scope_future(job()));
    assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(task);
    assert!(client.flush(PATIENCE));
    let mut lines = captured.lines();
    lines.sort();
    let [time, count] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(time.starts_with("job.time:") && count == "jobs.cancelled:1|c", "{lines:?}");
}
