use statsd_macros::{statsd_count, statsd_measure};

#[statsd_count]
fn nothing() {}

#[statsd_measure()]
fn empty() {}

#[statsd_count(tags(plan = "pro"))]
fn tags_first() {}

#[statsd_measure(name = "render")]
fn with_a_key() {}

fn main() {}
