use statsd_client::{statsd_count, statsd_count_success};

#[statsd_count("square")]
pub const fn square(x: u32) -> u32 {
    x * x
}

#[statsd_count_success("check")]
const unsafe fn check() -> bool {
    true
}

fn main() {}
