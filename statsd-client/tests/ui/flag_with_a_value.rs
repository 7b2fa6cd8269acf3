use statsd_client::{statsd_count, statsd_count_success};

#[statsd_count("orders", no_prefix = true)]
fn prefix() {}

#[statsd_count_success("orders", tag_error_class = true)]
fn class() {}

#[statsd_count_success("orders", tag_error_class(false))]
fn parentheses() {}

fn main() {}
