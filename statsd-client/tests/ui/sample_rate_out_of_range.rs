use statsd_client::{statsd_count_success, statsd_measure};

#[statsd_measure("a", sample_rate = 0)]
fn never() {}

#[statsd_measure("a", sample_rate = 1.5)]
fn more_than_always() {}

#[statsd_measure("a", sample_rate = -0.1)]
fn negative() {}

#[statsd_measure("a", sample_rate = "0.1")]
fn text() {}

#[statsd_count_success("a", sample_rate = 10%)]
fn percent() {}

fn main() {}
