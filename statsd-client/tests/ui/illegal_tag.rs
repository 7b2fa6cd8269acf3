use statsd_client::{statsd_count, statsd_measure};

#[statsd_count("users", tags("pl:an" = "pro", region = "e|u"))]
fn key_and_value() {}

#[statsd_measure("users", tags(region = "eu,{zone}"))]
fn template(zone: &str) {}

#[statsd_count("users", tags("" = "pro"))]
fn empty_key() {}

fn main() {}
