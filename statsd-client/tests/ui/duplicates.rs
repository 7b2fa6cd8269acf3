use statsd_macros::statsd_count;

#[statsd_count("orders", sample_rate = 0.1, sample_rate = 0.2)]
fn argument() {}

#[statsd_count("orders", tags(plan = "pro", region = "eu", plan = "free"))]
fn tag() {}

fn main() {}
