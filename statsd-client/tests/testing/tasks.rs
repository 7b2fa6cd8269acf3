//! Captures of tasks: polled in turns, on changing threads, and dropped before their end.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use statsd_client::testing::{capture, capture_future, capture_future_value, follow_future};
use statsd_client::{Counter, Timer};

use super::*;

static JOBS: Counter = Counter::new("jobs");
static JOB: Timer = Timer::new("job");

/// Calls once a poll.
struct Steps {
    left: u32,
    n: i64,
}

impl Future for Steps {
    type Output = i64;

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<i64> {
        JOBS.add(self.n);
        self.left -= 1;
        if self.left == 0 { Poll::Ready(self.n) } else { Poll::Pending }
    }
}

fn poll<F: Future>(task: Pin<&mut F>) -> Poll<F::Output> {
    task.poll(&mut Context::from_waker(Waker::noop()))
}

fn block_on<F: Future>(task: F) -> F::Output {
    let mut task = pin!(task);
    loop {
        if let Poll::Ready(output) = poll(task.as_mut()) {
            return output;
        }
    }
}

fn is_send<T: Send>(task: T) -> T {
    task
}

#[test]
fn tasks_that_are_polled_in_turns_see_their_own_calls_only() {
    let mut first = pin!(capture_future_value(Steps { left: 3, n: 1 }));
    let mut second = pin!(capture_future(Steps { left: 3, n: 2 }));
    let mut other = pin!(Steps { left: 3, n: 9 });
    let mut done = None;
    for _ in 0..3 {
        done = match (poll(first.as_mut()), poll(other.as_mut()), poll(second.as_mut())) {
            (Poll::Ready(first), _, Poll::Ready(second)) => Some((first, second)),
            _ => None,
        };
        JOBS.add(8);
    }
    let ((output, first), second) = done.unwrap();
    assert_eq!((output, lines(&first)), (1, vec!["jobs:1|c".to_owned(); 3]));
    assert_eq!(lines(&second), ["jobs:2|c"; 3]);
}

#[test]
fn a_task_is_seen_on_whichever_thread_it_is_polled() {
    let mut task = Box::pin(is_send(capture_future(Steps { left: 4, n: 1 })));
    let mut seen = None;
    for _ in 0..4 {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let own = capture(|| match poll(task.as_mut()) {
                    Poll::Ready(ready) => seen = Some(ready),
                    Poll::Pending => JOBS.add(5),
                });
                // The one around it sees it, too.
                assert_eq!(own[0].to_string(), "jobs:1|c");
            });
        });
    }
    assert_eq!(lines(&seen.unwrap()), ["jobs:1|c"; 4]);
}

#[test]
fn nested_tasks_are_seen_by_each() {
    let (inner, outer) = block_on(capture_future_value(async {
        JOBS.increment();
        capture_future(Steps { left: 2, n: 2 }).await
    }));
    assert_eq!(lines(&inner), ["jobs:2|c"; 2]);
    assert_eq!(lines(&outer), ["jobs:1|c", "jobs:2|c", "jobs:2|c"]);
}

#[test]
fn a_task_that_is_dropped_calls_as_it_would_have_when_polled() {
    let (client, captured) = client(|builder| builder);
    let seen = client.scope(|| {
        capture(|| {
            let timed = async {
                let _timed = JOB.start();
                std::future::pending::<()>().await;
            };
            let mut task = Box::pin(follow_future(timed));
            assert!(poll(task.as_mut()).is_pending());
            std::thread::spawn(move || drop(task)).join().unwrap();
        })
    });
    assert_eq!((seen.len(), seen[0].name()), (1, "job"));
    assert!(client.flush(PATIENCE) && captured.is_empty());
}

#[test]
fn spawned_tasks_are_seen_where_they_follow() {
    let seen = block_on(capture_future(async {
        let follows = is_send(follow_future(Steps { left: 2, n: 1 }));
        let does_not = Steps { left: 2, n: 9 };
        let spawned = std::thread::spawn(|| (block_on(follows), block_on(does_not)));
        assert_eq!(spawned.join().unwrap(), (1, 9));
    }));
    assert_eq!(lines(&seen), ["jobs:1|c"; 2]);
    assert_eq!(block_on(follow_future(Steps { left: 2, n: 1 })), 1);
}

#[test]
fn a_panic_in_a_task_ends_its_capture() {
    let unwound = catch_unwind(|| {
        block_on(capture_future(async {
            JOBS.increment();
            std::panic::resume_unwind(Box::new("task"))
        }))
    });
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"task"));
    let (client, captured) = client(|builder| builder);
    client.scope(|| JOBS.increment());
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["jobs:1|c"]);
}
