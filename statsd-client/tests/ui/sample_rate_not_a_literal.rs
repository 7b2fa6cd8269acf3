#![allow(unused)]

use statsd_client::{statsd_count_if, statsd_distribution};

const RATE: f64 = 0.1;

#[statsd_distribution("a", sample_rate = RATE)]
fn constant() {}

#[statsd_count_if("a", sample_rate = 1.0 / 10.0)]
fn computed() -> bool {
    true
}

#[statsd_distribution("a", sample_rate = rate)]
fn parameter(rate: f64) {}

fn main() {}
