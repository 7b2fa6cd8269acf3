//! Metrics of attributes that are switched off at run time: theirs alone, and the functions run as ever.

use statsd_client::{
    Client, statsd_count, statsd_count_success, statsd_gauge_inflight, statsd_instrument,
    statsd_measure,
};

use crate::steps::{poll, step};
use crate::wire::lines_of;

/// What is sent, one line a call, while metrics of a pattern are switched off, and how many calls these were.
fn muted(pattern: &str, work: impl FnOnce(&Client)) -> (Vec<String>, u64) {
    let mut calls = 0;
    let lines = lines_of(
        |builder| builder.mute(pattern),
        |client| {
            client.scope(|| work(client));
            calls = client.stats().dropped.muted;
        },
    );
    (lines, calls)
}

#[statsd_count("jobs")]
#[statsd_measure("jobs.{kind}", tags(size = size))]
#[statsd_count_success("jobs", |left| *left == 0)]
fn job(kind: &str, size: usize) -> usize {
    size - kind.len()
}

#[test]
fn of_attributes_that_share_a_function_one_may_be_off() {
    let work = |_: &Client| {
        assert_eq!(job("mail", 4), 0);
        assert_eq!(job("cron", 5), 1);
    };
    let names = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| line.split([':', '|']).next().unwrap().to_owned()).collect()
    };
    let (lines, calls) = muted("jobs", work);
    assert_eq!(names(&lines), ["jobs.mail", "jobs.success", "jobs.cron", "jobs.failure"]);
    assert_eq!(calls, 2);
    let (lines, calls) = muted("jobs.failure", work);
    assert_eq!(names(&lines), ["jobs", "jobs.mail", "jobs.success", "jobs", "jobs.cron"]);
    assert_eq!(calls, 1);
    let (lines, calls) = muted("jobs.*", work);
    assert_eq!(names(&lines), ["jobs", "jobs"]);
    assert_eq!(calls, 4);
}

#[test]
fn a_name_that_a_closure_makes_is_found_by_what_it_makes() {
    #[statsd_count(|| format!("made.{}", part.len()))]
    fn made(part: &str) -> usize {
        part.len()
    }

    let (lines, calls) = muted("made.3", |_| assert_eq!(made("abc") + made("abcd"), 7));
    assert_eq!((lines, calls), (vec!["made.4:1|c".to_owned()], 1));
}

#[test]
fn a_call_that_is_under_way_is_of_whoever_is_on_when_it_ends() {
    #[statsd_measure("slow")]
    #[statsd_gauge_inflight("slow")]
    async fn slow() {
        step().await;
    }

    let (lines, calls) = muted("nothing", |client| {
        let mut held = Box::pin(slow());
        assert!(poll(held.as_mut()).is_pending());
        assert!(client.mute("slow"));
        drop(held);
        assert!(client.unmute("slow"));
        drop(slow());
    });
    assert_eq!((lines, calls), (vec!["slow:1|g".to_owned()], 2));
}

#[test]
fn all_methods_of_a_block_are_off_by_their_prefix() {
    struct Cart;

    #[statsd_instrument(prefix = "cart", count)]
    impl Cart {
        fn add(&self) -> usize {
            size_of_val(self)
        }

        fn clear(&self) -> usize {
            size_of_val(self)
        }
    }

    let (lines, calls) = muted("cart.*", |_| assert_eq!(Cart.add() + Cart.clear(), 0));
    assert_eq!((lines, calls), (vec![], 2));
}
