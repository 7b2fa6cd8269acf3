//! Calls that are counted, and how they end: 1 to 14 of the table.

use statsd_client::{statsd_count, statsd_count_if, statsd_count_success};

use super::{Receipt, Reply, ssl_post};
use crate::wire::{assert_lines, lines};

// 1
#[test]
fn a_call_that_returns_an_error_is_not_counted_as_one_that_succeeds() {
    #[statsd_count_if("gateway.if")]
    fn post(accepted: bool) -> Reply {
        ssl_post(accepted)
    }

    let purchases = || assert_eq!((post(true).is_ok(), post(false).is_ok()), (true, false));
    assert_lines(purchases, &["gateway.if:1|c"]);
}

// 2
#[test]
fn a_closure_judges_what_the_functions_own_closure_returned() {
    #[statsd_count_if("post", |text| *text == "true")]
    fn post(block: impl FnOnce() -> &'static str) -> &'static str {
        block()
    }

    let posts = || assert_eq!([post(|| "true"), post(|| "false")], ["true", "false"]);
    assert_lines(posts, &["post:1|c"]);
}

// 3
#[test]
fn a_closure_looks_into_the_value() {
    #[statsd_count_if("post", |receipt| receipt.success)]
    fn post(success: bool) -> Receipt {
        Receipt { success }
    }

    assert_lines(|| assert!(post(true).success && !post(false).success), &["post:1|c"]);
}

// 4
#[test]
fn successes_and_failures_have_names_of_their_own_and_the_rate() {
    #[statsd_count_success("gateway", sample_rate = 0.5)]
    fn post(accepted: bool) -> Reply {
        ssl_post(accepted)
    }

    let mut sent = lines(|| (0..60).for_each(|n| assert_eq!(post(n < 30).is_ok(), n < 30)));
    sent.dedup();
    assert_eq!(sent, ["gateway.success:1|c|@0.5", "gateway.failure:1|c|@0.5"]);
}

// 5
#[test]
fn what_the_functions_own_closure_returned_may_be_a_failure() {
    #[statsd_count_success("post", |text| *text == "successful")]
    fn post(block: impl FnOnce() -> &'static str) -> &'static str {
        block()
    }

    let posts = || assert_ne!(post(|| "successful"), post(|| "not so successful"));
    assert_lines(posts, &["post.success:1|c", "post.failure:1|c"]);
}

// 6
#[test]
fn a_closure_finds_success_in_the_value() {
    #[statsd_count_success("gateway", |receipt| receipt.success)]
    fn post(success: bool) -> Receipt {
        Receipt { success }
    }

    let posts = || assert!(post(true).success && !post(false).success);
    assert_lines(posts, &["gateway.success:1|c", "gateway.failure:1|c"]);
}

// 7
#[test]
fn a_failure_is_tagged_with_its_errors_class() {
    #[statsd_count_success("base", tag_error_class)]
    fn post(accepted: bool) -> Reply {
        ssl_post(accepted)
    }

    assert_lines(|| assert!(post(true).is_ok()), &["base.success:1|c"]);
    let failure = ["base.failure:1|c|#error_class:RuntimeError"];
    assert_lines(|| assert!(post(false).is_err()), &failure);
}

// 8
#[test]
fn the_errors_class_is_sent_only_where_it_is_asked_for() {
    #[statsd_count_success("base")]
    fn post(accepted: bool) -> Reply {
        ssl_post(accepted)
    }

    assert_lines(|| assert!(post(true).is_ok()), &["base.success:1|c"]);
    assert_lines(|| assert!(post(false).is_err()), &["base.failure:1|c"]);
}

// 9
#[test]
fn every_call_is_counted() {
    #[statsd_count("gateway.ssl_post")]
    fn post(accepted: bool) -> Reply {
        ssl_post(accepted)
    }

    assert_lines(|| assert!(post(true).is_ok()), &["gateway.ssl_post:1|c"]);
}

struct Gateway {
    metric_name: &'static str,
}

impl Gateway {
    #[statsd_count(|| format!("{}.{text}", self.metric_name))]
    fn by_closure(&self, text: &str) -> usize {
        self.metric_name.len() + text.len()
    }

    #[statsd_count("{self.metric_name}.{text}")]
    fn by_template(&self, text: &str) -> usize {
        self.metric_name.len() + text.len()
    }

    #[statsd_count("{self.metric_name}.{text}", tags(|| [("key", text)]))]
    fn tagged_by_closure(&self, text: &str) -> usize {
        self.metric_name.len() + text.len()
    }

    #[statsd_count("{self.metric_name}.{text}", tags(key = text, both = "{self.metric_name}-{text}"))]
    fn tagged_by_template(&self, text: &str) -> usize {
        self.metric_name.len() + text.len()
    }
}

const GATEWAY: Gateway = Gateway { metric_name: "subgateway" };

// 10
#[test]
fn a_closure_makes_the_name_of_the_object_and_the_arguments() {
    assert_lines(|| assert_eq!(GATEWAY.by_closure("foo"), 13), &["subgateway.foo:1|c"]);
}

// 11
/// Ruby's procs are lambdas that take any number of arguments; a closure that takes none is both.
#[test]
fn a_text_with_parameters_makes_the_name_as_well() {
    assert_lines(|| assert_eq!(GATEWAY.by_template("foo"), 13), &["subgateway.foo:1|c"]);
}

// 12
#[test]
fn a_closure_makes_the_tags_at_every_call() {
    let tagged = |text: &str| [format!("subgateway.{text}:1|c|#key:{text}")];
    assert_lines(|| assert_eq!(GATEWAY.tagged_by_closure("foo"), 13), &tagged("foo"));
    assert_lines(|| assert_eq!(GATEWAY.tagged_by_closure("bar"), 13), &tagged("bar"));
}

// 13
/// As with names.
#[test]
fn expressions_and_texts_with_parameters_are_tags_at_every_call() {
    let tagged = |text| [format!("subgateway.{text}:1|c|#key:{text},both:subgateway-{text}")];
    assert_lines(|| assert_eq!(GATEWAY.tagged_by_template("foo"), 13), &tagged("foo"));
    assert_lines(|| assert_eq!(GATEWAY.tagged_by_template("bar"), 13), &tagged("bar"));
}

// 14
#[test]
fn a_function_that_is_counted_still_takes_a_closure() {
    #[statsd_count("post")]
    fn post<R>(block: impl FnOnce() -> R) -> R {
        block()
    }

    assert_lines(|| assert_eq!(post(|| "block called"), "block called"), &["post:1|c"]);
}
