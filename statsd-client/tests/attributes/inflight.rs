//! The gauge of calls in flight: its level under recursion, threads, panics and futures that are let go.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

use statsd_client::{Aggregation, Client, install, statsd_gauge_inflight};

use crate::steps::{finish, let_go, poll, step};
use crate::wire::{assert_lines, client, lines, lines_of, lines_of_installed, panic_of, sent};

#[test]
fn a_function_that_calls_itself_is_as_often_in_flight() {
    #[statsd_gauge_inflight("depth")]
    fn dive(depth: u8) -> u8 {
        if depth == 0 { 0 } else { 1 + dive(depth - 1) }
    }

    let levels = [1, 2, 3, 2, 1, 0].map(|level| format!("depth:{level}|g"));
    assert_lines(|| assert_eq!(dive(2), 2), &levels);
}

#[test]
fn a_panic_and_a_future_that_is_let_go_end_their_calls() {
    #[statsd_gauge_inflight("fuse")]
    async fn burn(fuse: u8) {
        step().await;
        assert!(fuse > 0, "bang");
    }

    let ended = ["fuse:1|g", "fuse:0|g"];
    assert_lines(|| finish(burn(1)), &ended);
    assert_lines(|| assert_eq!(panic_of(|| finish(burn(0))), "bang"), &ended);
    assert_lines(|| let_go(burn(1)), &ended);
}

#[test]
fn futures_are_in_flight_side_by_side() {
    #[statsd_gauge_inflight("served")]
    async fn serve() {
        step().await;
    }

    let work = || {
        let (mut a, mut b) = (Box::pin(serve()), Box::pin(serve()));
        assert!(poll(a.as_mut()).is_pending() && poll(b.as_mut()).is_pending());
        assert!(poll(a.as_mut()).is_ready());
        drop(b);
        drop(a);
    };
    assert_lines(work, &["served:1|g", "served:2|g", "served:1|g", "served:0|g"]);
}

#[test]
fn scopes_count_their_own_calls() {
    #[statsd_gauge_inflight("scoped")]
    fn within(inner: &dyn Fn()) {
        inner();
    }

    let (other, others) = client(|builder| builder);
    let own = lines(|| within(&|| other.scope(|| within(&|| ()))));
    assert_eq!(own, ["scoped:1|g", "scoped:0|g"]);
    assert_eq!(sent(&other, &others), own);
}

#[test]
fn each_combination_of_names_and_tags_has_a_level_of_its_own() {
    #[statsd_gauge_inflight("work.{kind}", tags(nested = nested, plan = "pro"))]
    fn work(kind: &str, nested: bool, inner: &dyn Fn()) -> usize {
        inner();
        kind.len() + usize::from(nested)
    }

    let nest = |kind: &str, nested, inner: &dyn Fn()| assert!(work(kind, nested, inner) > 0);
    let work = || {
        nest("a", false, &|| {
            nest("a", false, &|| nest("b", false, &|| ()));
            nest("a", true, &|| ());
        });
    };
    let lines = [
        "work.a:1|g|#nested:false,plan:pro",
        "work.a:2|g|#nested:false,plan:pro",
        "work.b:1|g|#nested:false,plan:pro",
        "work.b:0|g|#nested:false,plan:pro",
        "work.a:1|g|#nested:false,plan:pro",
        "work.a:1|g|#nested:true,plan:pro",
        "work.a:0|g|#nested:true,plan:pro",
        "work.a:0|g|#nested:false,plan:pro",
    ];
    assert_lines(work, &lines);
}

#[test]
fn values_that_read_the_same_together_are_told_apart() {
    #[statsd_gauge_inflight("pair", tags(a = a, b = b))]
    fn pair(a: &str, b: &str, inner: &dyn Fn()) -> usize {
        inner();
        a.len() + b.len()
    }

    let work = || {
        let inner = || assert_eq!(pair("x", "yz", &|| ()), 3);
        assert_eq!(pair("xy", "z", &inner), 3);
    };
    let lines =
        ["pair:1|g|#a:xy,b:z", "pair:1|g|#a:x,b:yz", "pair:0|g|#a:x,b:yz", "pair:0|g|#a:xy,b:z"];
    assert_lines(work, &lines);
}

#[test]
fn each_client_has_a_level_of_its_own() {
    #[statsd_gauge_inflight("level", client = client)]
    fn fixed(client: &Client, inner: &dyn Fn()) -> bool {
        inner();
        client.stats().dropped.total() == 0
    }

    #[statsd_gauge_inflight("level.{kind}", client = client)]
    fn varying(client: &Client, kind: u8, inner: &dyn Fn()) -> bool {
        inner();
        client.stats().dropped.total() == 0 && kind > 0
    }

    let (other, captured) = client(|builder| builder);
    let all = lines_of(
        |builder| builder,
        |client| {
            let child = client.child().prefix("child").build();
            let innermost = || assert!(fixed(&child, &|| ()) && varying(&child, 1, &|| ()));
            let inner = || assert!(fixed(&other, &innermost) && varying(&other, 1, &innermost));
            assert!(fixed(client, &inner) && varying(client, 1, &inner));
        },
    );
    let of_child = ["child.level:1|g", "child.level:0|g", "child.level.1:1|g", "child.level.1:0|g"];
    let twice = of_child.repeat(2);
    let mut expected = vec!["level:1|g"];
    expected.extend(&twice);
    expected.extend(["level:0|g", "level.1:1|g"]);
    expected.extend(&twice);
    expected.push("level.1:0|g");
    assert_eq!(all, expected);
    let of_other = ["level:1|g", "level:0|g", "level.1:1|g", "level.1:0|g"];
    assert_eq!(sent(&other, &captured), of_other.repeat(2));
}

const THREADS: usize = 8;

/// Runs `work` in many threads at once.
fn at_once(work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let _thread = scope.spawn(&work);
        }
    });
}

#[test]
fn threads_are_in_flight_together_and_the_highest_level_is_seen() {
    #[statsd_gauge_inflight("level", client = client)]
    fn meet(client: &Client, inside: &Barrier) -> bool {
        inside.wait().is_leader() && client.stats().dropped.total() > 0
    }

    #[statsd_gauge_inflight("level.{kind}", client = client)]
    fn meet_by_kind(client: &Client, inside: &Barrier, kind: &str) -> bool {
        inside.wait().is_leader() && client.stats().dropped.total() > 0 && kind.is_empty()
    }

    let inside = Barrier::new(THREADS);
    let all = lines_of(
        |builder| builder,
        |client| at_once(|| assert!(!meet(client, &inside) && !meet_by_kind(client, &inside, "a"))),
    );
    let mut highest = BTreeMap::new();
    for line in &all {
        let (name, rest) = line.split_once(':').unwrap();
        let level: usize = rest.strip_suffix("|g").unwrap().parse().unwrap();
        let highest = highest.entry(name).or_insert(0);
        *highest = level.max(*highest);
    }
    assert_eq!(highest, BTreeMap::from([("level", THREADS), ("level.a", THREADS)]), "{all:?}");
    for name in ["level:0|g", "level.a:0|g"] {
        assert!(all.iter().any(|line| line == name), "the last of them leaves nobody: {all:?}");
    }
}

#[test]
fn whatever_threads_do_the_last_word_is_the_level() {
    #[statsd_gauge_inflight("level", client = client)]
    #[statsd_gauge_inflight("level.{kind}", client = client)]
    fn pass(client: &Client, kind: u8) -> bool {
        client.stats().dropped.total() == 0 && kind > 0
    }

    let (client, captured) = client(|builder| builder.aggregation(Aggregation::On));
    for _ in 0..100 {
        at_once(|| (0..10).for_each(|_| assert!(pass(&client, 1))));
        let mut seen = sent(&client, &captured);
        seen.sort();
        assert_eq!(seen, ["level.1:0|g", "level:0|g"]);
        captured.clear();
    }
}

#[test]
fn aggregated_the_level_at_the_flush_is_told() {
    #[statsd_gauge_inflight("level")]
    async fn hold() {
        step().await;
    }

    let (client, captured) = client(|builder| builder.aggregation(Aggregation::On));
    let mut held = Box::pin(hold());
    client.scope(|| {
        assert!(poll(held.as_mut()).is_pending());
        finish(hold());
    });
    assert_eq!(sent(&client, &captured), ["level:1|g"]);
    client.scope(|| drop(held));
    assert_eq!(sent(&client, &captured), ["level:1|g", "level:0|g"]);
}

/// Each client that is installed begins another generation of what is known of names, and a thread another
/// block in it.
#[test]
fn the_last_line_is_the_level_also_where_a_client_is_installed_meanwhile() {
    #[statsd_gauge_inflight("level")]
    fn hold(inner: &mut dyn FnMut()) {
        inner();
    }

    let all = lines_of_installed(|client| {
        let mut again = None;
        hold(&mut || {
            hold(&mut || again = Some(install(client.clone())));
            again = Some(install(client.clone()));
        });
        drop(again);
    });
    let levels = [1, 2, 1, 0].map(|level| format!("level:{level}|g"));
    assert_eq!(all, levels);
}
