//! What a capture of a thread sees.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::thread;

use statsd_client::testing::{Capture, SeenKind, SeenValue, capture, capture_value, follow};
use statsd_client::{
    AlertType, Counter, Distribution, Event, Gauge, Histogram, ServiceCheck, Set, Status, Timer,
    count, distribution, event, gauge, histogram, set, statsd_count, statsd_measure, timing,
};

use super::*;

static LOGINS: Counter = Counter::new("logins");

#[statsd_count("users.new", sample_rate = 0.5, tags(plan = "pro"))]
fn subscribe() {}

#[statsd_count("cron.{task}", tags(task = task))]
fn run(task: &str) {
    let _ = task;
}

#[test]
fn every_sort_of_call_is_seen_where_nobody_is_installed() {
    let ms = Duration::from_micros(12_500);
    let region = String::from("eu");
    let seen = capture(|| {
        statsd_client::increment("free");
        count("free", -3);
        statsd_client::meter("free", 2);
        gauge("free", 17);
        statsd_client::gauge_delta("free", -3);
        timing("free", ms);
        histogram("free", 81.5);
        distribution("free", 82.5);
        set("free", "ada");
        statsd_client::count_at("free", 11, 1_700_000_000);
        statsd_client::gauge_at("free", 12, 1_700_000_000);
        LOGINS.increment();
        LOGINS.add(5);
        Gauge::new("handle").set(1);
        Gauge::new("handle").add(2);
        Timer::new("handle").tag("plan", "pro").record(ms);
        Histogram::new("handle").record(-1.0);
        Distribution::new("handle").record(2);
        Set::new("handle").insert(81);
        count!("macro");
        count!("macro", 2, sample_rate = 0.1, tags(plan = "pro"));
        count!("macro", 3, tags(plan = "pro", region = region));
        gauge!("macro", 17);
        timing!("macro", ms, tags(region = region));
        histogram!("macro", 1);
        distribution!("macro", 2);
        set!("macro", 3);
        subscribe();
        run("cleanup");
    });
    let expected = [
        "free:1|c",
        "free:-3|c",
        "free:2|m",
        "free:17|g",
        "free:-3|g",
        "free:12.5|ms",
        "free:81.5|h",
        "free:82.5|d",
        "free:ada|s",
        "free:11|c|T1700000000",
        "free:12|g|T1700000000",
        "logins:1|c",
        "logins:5|c",
        "handle:1|g",
        "handle:+2|g",
        "handle:12.5|ms|#plan:pro",
        "handle:-1|h",
        "handle:2|d",
        "handle:81|s",
        "macro:1|c",
        "macro:2|c|@0.1|#plan:pro",
        "macro:3|c|#plan:pro,region:eu",
        "macro:17|g",
        "macro:12.5|ms|#region:eu",
        "macro:1|h",
        "macro:2|d",
        "macro:3|s",
        "users.new:1|c|@0.5|#plan:pro",
        "cron.cleanup:1|c|#task:cleanup",
    ];
    assert_eq!(lines(&seen), expected);
    assert_eq!(seen[4].value(), &SeenValue::Delta(-3.0));
    assert_eq!(seen[9].unix_seconds(), Some(1_700_000_000));
}

#[test]
fn events_and_service_checks_are_seen_as_their_lines() {
    let seen = capture(|| {
        event!("Deployed", "shop\n2.1", alert_type = AlertType::Success, tags(env = "eu"));
        event(&Event::new("", "nobody sends it"));
        statsd_client::service_check(&ServiceCheck::new("db.up", Status::Ok).tag("replica", 2));
    });
    assert_eq!(
        lines(&seen),
        [
            "_e{8,9}:Deployed|shop\\n2.1|t:success|#env:eu",
            "(event \"\", which has no line)",
            "_sc|db.up|0|#replica:2",
        ]
    );
    let kinds: Vec<_> = seen.iter().map(|call| (call.kind(), call.name())).collect();
    assert_eq!(
        kinds,
        [(SeenKind::Event, "Deployed"), (SeenKind::Event, ""), (SeenKind::ServiceCheck, "db.up")]
    );
    assert_eq!((seen[0].tag("env"), seen[2].tag("replica")), (Some("eu"), Some("2")));
}

#[test]
fn sampling_is_seen_and_not_done() {
    let rare = Counter::new("rare").sample_rate(0.0001);
    let seen = capture(|| {
        for _ in 0..100 {
            rare.increment();
            Timer::new("never").sample_rate(0.0).record(Duration::from_millis(1));
        }
    });
    assert_eq!(seen.len(), 200);
    assert!(
        seen.iter()
            .step_by(2)
            .all(|call| call.rate() == 0.0001 && call.value() == &SeenValue::Count(1))
    );
    assert_eq!(seen[1].to_string(), "never:1|ms|@0");
}

#[test]
fn what_a_client_would_rewrite_or_drop_is_seen_as_it_was_called() {
    let long = "x".repeat(10_000);
    let seen = capture(|| {
        statsd_client::increment("users|new\n");
        statsd_client::increment("");
        gauge("depth", f64::NAN);
        distribution("size", f64::NEG_INFINITY);
        Counter::new("orders").tag("bare", "").tag("", "keyless").tag("", "").increment();
        Counter::new("orders").tag("note", "a|b,c").tag("k", 1).tag("k", 2).increment();
        Counter::named(long.clone()).increment();
        Counter::new("short").tag("long", &long).increment();
        statsd_client::increment("after");
    });
    let [.., _, _, after] = &seen[..] else { panic!("nothing was seen") };
    assert_eq!(after.to_string(), "after:1|c");
    let expected = [
        "users|new\n:1|c",
        ":1|c",
        "depth:NaN|g",
        "size:-inf|d",
        "orders:1|c|#bare,keyless",
        "orders:1|c|#note:a|b,c,k:1,k:2",
    ];
    assert_eq!(&lines(&seen)[..6], expected);
    assert_eq!(seen[5].tag("k"), Some("2"));
    // As much of it as a key may hold.
    assert!(seen[6].name().len() > 4_000 && long.starts_with(seen[6].name()));
    assert_eq!(seen[7].to_string(), "short:1|c");
}

#[test]
fn threads_that_capture_at_once_see_their_own_calls_only() {
    let together = Barrier::new(4);
    let capturing = |n: i64| {
        let seen = capture(|| {
            for _ in 0..500 {
                together.wait();
                LOGINS.add(n);
                count!("orders", n, tags(thread = n));
                count("free", n);
            }
        });
        assert_eq!(seen.len(), 1_500);
        assert!(seen.iter().all(|call| call.value() == &SeenValue::Count(n)));
    };
    thread::scope(|scope| {
        for n in 1..4 {
            scope.spawn(move || capturing(n));
        }
        scope.spawn(|| {
            // One that captures nothing.
            for _ in 0..500 {
                together.wait();
                LOGINS.add(99);
            }
        });
    });
}

#[test]
fn an_outer_capture_sees_what_an_inner_one_sees() {
    let outer = capture(|| {
        statsd_client::increment("a");
        let inner = capture(|| statsd_client::increment("b"));
        assert_eq!(lines(&inner), ["b:1|c"]);
        statsd_client::increment("c");
    });
    assert_eq!(lines(&outer), ["a:1|c", "b:1|c", "c:1|c"]);
}

#[test]
fn guards_may_end_in_any_order() {
    let first = Capture::begin();
    statsd_client::increment("a");
    let second = Capture::begin();
    statsd_client::increment("b");
    assert_eq!(lines(&first.end()), ["a:1|c", "b:1|c"]);
    statsd_client::increment("c");
    assert_eq!(lines(&second.seen()), ["b:1|c", "c:1|c"]);
    drop(second);
    statsd_client::increment("nobody's");
}

#[test]
fn a_panic_goes_on_and_ends_the_capture() {
    let outer = Capture::begin();
    let unwound = catch_unwind(|| {
        let _seen = capture(|| {
            LOGINS.increment();
            // Resumed rather than raised, so that the test's output stays quiet.
            resume_unwind(Box::new("work"))
        });
    });
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"work"));
    assert_eq!(lines(&outer.seen()), ["logins:1|c"]);
    drop(outer);

    let (client, captured) = client(|builder| builder);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _seen = capture(|| resume_unwind(Box::new("work")));
    }));
    assert!(unwound.is_err());
    client.scope(|| LOGINS.increment());
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["logins:1|c"]);
}

#[test]
fn a_value_comes_along() {
    let (sum, seen) = capture_value(|| {
        LOGINS.increment();
        40 + 2
    });
    assert_eq!((sum, seen.len()), (42, 1));
}

#[test]
fn threads_are_seen_where_they_follow_and_until_the_capture_ends() {
    let (go_on, may_go_on) = std::sync::mpsc::channel();
    let (capture, worker) = {
        let capture = Capture::begin();
        thread::scope(|scope| {
            scope.spawn(follow(|| LOGINS.add(2)));
            scope.spawn(|| LOGINS.add(3));
        });
        let worker = thread::spawn(follow(move || {
            let (client, captured) = client(|builder| builder);
            client.increment("early");
            may_go_on.recv().unwrap();
            may_go_on.recv().unwrap();
            client.increment("late");
            assert!(client.flush(PATIENCE));
            captured.lines()
        }));
        go_on.send(()).unwrap();
        (capture, worker)
    };
    while capture.seen().len() < 2 {
        thread::yield_now();
    }
    assert_eq!(lines(&capture.end()), ["logins:2|c", "early:1|c"]);
    go_on.send(()).unwrap();
    assert_eq!(worker.join().unwrap(), ["late:1|c"]);
}

#[test]
fn who_follows_on_a_thread_that_captures_is_told_once_to_each() {
    let seen = capture(|| {
        let here = follow(|| LOGINS.increment());
        let inner = capture(here);
        assert_eq!(inner.len(), 1);
        let there = follow(|| capture(|| LOGINS.add(2)));
        let theirs = thread::spawn(there).join().unwrap();
        assert_eq!(theirs.len(), 1);
    });
    assert_eq!(lines(&seen), ["logins:1|c", "logins:2|c"]);
    follow(|| LOGINS.increment())();
}

#[test]
fn a_tag_that_calls_while_it_is_written_is_seen_first() {
    struct Nosy;
    impl std::fmt::Display for Nosy {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            statsd_client::increment("nosy");
            f.write_str("written")
        }
    }
    let seen = capture(|| {
        count!("orders", 1, tags(tag = Nosy));
        set("visitors", Nosy);
    });
    let expected = ["nosy:1|c", "orders:1|c|#tag:written", "nosy:1|c", "visitors:written|s"];
    assert_eq!(lines(&seen), expected);
}

#[test]
fn what_was_seen_can_be_walked_and_kept() {
    let seen = capture(|| (0..3).for_each(|n| LOGINS.add(n)));
    let kept = seen.clone();
    let mut names = Vec::new();
    for call in &seen {
        names.push(call.called().to_owned());
    }
    assert_eq!(names, ["logins"; 3]);
    let owned: Vec<_> = seen.into_iter().collect();
    assert_eq!(owned[..], kept[..]);
}

#[test]
fn a_measured_function_is_seen_with_its_time() {
    #[statsd_measure("cron.{task}", tags(task = task), sample_rate = 0.5)]
    fn dynamic(task: &str) {
        let _ = task;
    }
    #[statsd_measure("cron")]
    fn fixed() {}
    let seen = capture(|| {
        dynamic("cleanup");
        fixed();
    });
    assert_eq!(
        (seen[0].kind(), seen[0].name(), seen[0].rate()),
        (SeenKind::Timer, "cron.cleanup", 0.5)
    );
    assert_eq!((seen[0].tag("task"), seen[1].name()), (Some("cleanup"), "cron"));
    assert!(seen.iter().all(|call| matches!(call.value(), SeenValue::Number(ms) if *ms >= 0.0)));
}
