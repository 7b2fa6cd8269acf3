use statsd_client::{statsd_count_success, statsd_measure};

#[statsd_measure("")]
fn run() {}

#[statsd_count_success("")]
fn order() {}

fn main() {}
