use statsd_macros::statsd_count;

#[statsd_count("orders", tags = ["plan:pro"])]
fn list() {}

#[statsd_count("orders", tags(plan))]
fn no_value() {}

#[statsd_count("orders", tags(plan = "pro" region = "eu"))]
fn no_comma() {}

fn main() {}
