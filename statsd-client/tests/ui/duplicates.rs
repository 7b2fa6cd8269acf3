use statsd_client::{statsd_count, statsd_count_success};

#[statsd_count("orders", sample_rate = 0.1, sample_rate = 0.2)]
fn argument() {}

#[statsd_count("orders", tags(plan = "pro", region = "eu", plan = "free"))]
fn tag() {}

#[statsd_count("orders", tags(plan = "pro"), tags(region = "eu"))]
fn tags() {}

#[statsd_count_success("orders", tag_error_class, no_prefix, tag_error_class)]
fn flag() {}

fn main() {}
