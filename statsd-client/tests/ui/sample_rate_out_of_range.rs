use statsd_macros::statsd_measure;

#[statsd_measure("a", sample_rate = 0)]
fn never() {}

#[statsd_measure("a", sample_rate = 1.5)]
fn more_than_always() {}

#[statsd_measure("a", sample_rate = -0.1)]
fn negative() {}

#[statsd_measure("a", sample_rate = "0.1")]
fn text() {}

fn main() {}
