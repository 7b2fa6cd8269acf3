use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_if("a", |found| *found)]
fn number() -> u8 {
    1
}

#[statsd_count_success("a", |found| found.checked_sub(1))]
fn option() -> u8 {
    1
}

#[statsd_count_if("a", |found, other| true)]
fn two_parameters() -> u8 {
    1
}

#[statsd_count_if("a", || true)]
fn no_parameter() -> u8 {
    1
}

fn main() {}
