use statsd_client::{statsd_count_success, statsd_distribution};

#[statsd_distribution(name = "render")]
fn render() {}

#[statsd_count_success(metric = "orders", tags(plan = "pro"))]
fn order() {}

fn main() {}
