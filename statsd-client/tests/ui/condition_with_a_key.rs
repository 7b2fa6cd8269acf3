use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_if("a", when = |found| found.is_some())]
fn count_if() -> Option<u8> {
    None
}

#[statsd_count_success("a", success = Option::is_some)]
fn count_success() -> Option<u8> {
    None
}

#[statsd_count_if("a", found > 3)]
fn expression() -> u8 {
    1
}

#[statsd_count_if("a", true)]
fn literal() -> u8 {
    1
}

fn main() {}
