use statsd_macros::statsd_count;

#[statsd_count("a", crate = "::elsewhere")]
fn quoted() {}

fn main() {}
