use statsd_macros::statsd_count;

#[statsd_count("orders", tag(plan = "pro"))]
fn singular() {}

#[statsd_count("orders", rate = 0.1)]
fn half() {}

#[statsd_count("orders", colour = "red")]
fn stranger() {}

#[statsd_count("orders", "paid")]
fn second_name() {}

fn main() {}
