use statsd_client::{statsd_count, statsd_distribution, statsd_gauge_inflight, statsd_measure};

#[statsd_count("a", |found| *found)]
fn count() -> bool {
    true
}

#[statsd_measure("a", Option::is_some)]
fn measure() -> Option<u8> {
    None
}

#[statsd_distribution("a", |found| *found)]
fn distribution() -> bool {
    true
}

#[statsd_gauge_inflight("a", |found| *found)]
fn gauge_inflight() -> bool {
    true
}

fn main() {}
