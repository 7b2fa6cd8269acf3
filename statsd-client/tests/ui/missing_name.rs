use statsd_client::{statsd_count, statsd_count_if, statsd_gauge_inflight, statsd_measure};

#[statsd_count]
fn nothing() {}

#[statsd_measure()]
fn empty() {}

#[statsd_count(tags(plan = "pro"))]
fn tags_first() {}

#[statsd_count_if(|found: &bool| *found)]
fn condition_first() -> bool {
    true
}

#[statsd_gauge_inflight(no_prefix)]
fn flag_first() {}

fn main() {}
