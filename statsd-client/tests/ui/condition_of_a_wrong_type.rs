use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_if("a", |found: &String| found.is_empty())]
fn parameter() -> u8 {
    1
}

#[statsd_count_if("a", |found: u8| found > 0)]
fn by_value() -> u8 {
    1
}

#[statsd_count_if("a", Option::is_some)]
fn path() -> u8 {
    1
}

#[statsd_count_success("a", |found| found.len())]
async fn asynchronous() -> String {
    String::new()
}

fn main() {}
