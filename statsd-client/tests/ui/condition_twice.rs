use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_if("a", |found| found.is_some(), |found| found.is_none())]
fn count_if() -> Option<u8> {
    None
}

#[statsd_count_success("a", Option::is_some, tag_error_class, Option::is_none)]
fn count_success() -> Option<u8> {
    None
}

fn main() {}
