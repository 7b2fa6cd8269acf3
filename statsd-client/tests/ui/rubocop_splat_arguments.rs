// Ruby: `StatsD.increment("orders", *arguments)`, `StatsD.increment("orders", tags: [*tags])`.
#![allow(unused)]

use statsd_client::{count, gauge, statsd_count};

#[statsd_count("orders", tags(..tags))]
fn order(tags: &[(&str, &str)]) {}

#[statsd_count("orders", ..arguments)]
fn arguments(arguments: &[f64]) {}

fn main() {
    let tags = [("plan", "pro")];
    count!("orders", tags(..tags));
    gauge!("depth", 17, tags(plan = "pro", ..tags));
    count!("orders", tags(*tags));
    count!("orders", ..tags);
}
