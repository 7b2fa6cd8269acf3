use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

#[statsd_count("users|new")]
fn count() {}

#[statsd_count_if("users@new")]
fn count_if() {}

#[statsd_count_success("users new")]
fn count_success() {}

#[statsd_measure("cron:{task}")]
fn measure(task: &str) {}

#[statsd_distribution("cron\n")]
fn distribution() {}

#[statsd_gauge_inflight("réq#")]
fn gauge_inflight() {}

fn main() {}
