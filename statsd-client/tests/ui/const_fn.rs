use statsd_macros::statsd_count;

#[statsd_count("square")]
pub const fn square(x: u32) -> u32 {
    x * x
}

fn main() {}
