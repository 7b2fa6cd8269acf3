// Ruby: `statsd_measure :render, "render", 0.1`, `statsd_count :order, "orders", 1.0, ["plan:pro"]`.
use statsd_client::{statsd_count, statsd_count_if, statsd_measure};

#[statsd_measure("render", 0.1)]
fn rate() {}

#[statsd_count("orders", 1, ["plan:pro"])]
fn rate_and_tags() {}

#[statsd_count_if("orders", 0.1)]
fn where_a_condition_may_stand() -> bool {
    true
}

#[statsd_count("orders", RATE)]
fn constant() {}

fn main() {}
